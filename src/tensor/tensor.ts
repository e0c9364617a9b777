// What users hold: a dense array with its type, or the stand-in for one while a function is being traced.
import { allocate, sizeOf, type Data, type DType, type Type, type Value } from "../ir/types.js";
import { formatTensor, nest, type Nested } from "./format.js";

/** What a traced tensor knows of the run that made it. */
export interface TraceLink {
  readonly trace: { readonly label: string; readonly ended: boolean };
  readonly value: Value;
  /** The operation that made it, in the reader's words: `np.exp`, `an argument`. */
  readonly made: string;
  /** The sample site on whose behalf it was made, if any. */
  readonly origin?: string;
  /** Its contents when the trace computes as it records (gradients with jit off); null when only the type is known. */
  readonly known: () => Data | null;
}

let serials = 0;

/** Contents that are computed when somebody reads them. */
export type Deferred = () => Data;

/**
 * An immutable n-dimensional array of f64, f32, i32, u32, bool or random keys.
 * Inside `jit`, `vmap` and loops it has a type but no contents yet: reading numbers from it throws with the remedy.
 */
export class Tensor {
  /** Grows with every tensor made: tells a captured key from one made inside the trace. */
  readonly serial: number = serials++;

  /** Internal: use `np.array`, `np.zeros`, ... Exactly one of contents and link is given. */
  constructor(
    readonly type: Type,
    private contents: Data | Deferred | null,
    readonly link: TraceLink | null = null,
    /** The number that fills the whole tensor, when that is known: a literal of any size. */
    readonly splat: number | null = null,
  ) {}

  /** Axis lengths, outermost first. Plain numbers, also while tracing. */
  get shape(): readonly number[] {
    return this.type.shape;
  }

  get dtype(): DType {
    return this.type.dtype;
  }

  get ndim(): number {
    return this.type.shape.length;
  }

  get size(): number {
    return sizeOf(this.type.shape);
  }

  /** The number in a tensor with one element. Throws on a traced tensor. */
  item(): number {
    if (this.size !== 1 || this.dtype === "key")
      throw new TypeError(
        `item(): a tensor with one number is needed, this one is ${describe(this)}; use toArray(), or select with at(...).`,
      );
    return this.read("item()")[0]!;
  }

  /** The contents, row-major. The array is the tensor's own storage: do not write to it. Throws on a traced tensor. */
  data(): Data {
    return this.read("data()");
  }

  /** Nested arrays of numbers (a number for a scalar). Throws on a traced tensor. */
  toArray(): Nested {
    const data = this.read("toArray()");
    return this.dtype === "key" ? nest(data, [...this.shape, 2]) : nest(data, this.shape);
  }

  toJSON(): Nested {
    return this.toArray();
  }

  /** Text for people. Never throws. */
  toString(): string {
    const data = this.link ? this.link.known() : this.held();
    return data ? formatTensor(this.type, data) : describe(this);
  }

  /** Numbers for concrete scalars; everything else throws, since JavaScript operators would silently give a wrong answer. */
  [Symbol.toPrimitive](hint: "number" | "string" | "default"): number | string {
    if (this.link) {
      alive(this);
      throw new TypeError(
        `${describe(this)} was used as a plain JavaScript ${hint === "string" ? "string" : "number"} (by an operator such as +, *, < or a template string). ` +
          "Its value does not exist while tracing. Write x.add(y), x.gt(0), ... for arithmetic and comparisons, " +
          "np.where(test, a, b) or np.cond(test, f, g) for a choice, or script(fn) to keep the control flow of the source.",
      );
    }
    if (hint === "string") return this.toString();
    if (this.size !== 1 || this.dtype === "key")
      throw new TypeError(
        `${describe(this)} was used as a plain JavaScript number; only a tensor with one number can be. Write x.add(y), x.mul(y), ... for arithmetic, and \`\${x}\` or String(x) for its text.`,
      );
    return this.held()[0]!;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  private held(): Data {
    const { contents } = this;
    return typeof contents === "function" ? (this.contents = contents()) : contents!;
  }

  private read(what: string): Data {
    if (!this.link) return this.held();
    alive(this);
    const known = this.link.known();
    if (known) return known;
    throw new TypeError(
      `${what} on ${describe(this)}: its value does not exist while tracing. Return it from the compiled function and read it there; ` +
        "for a choice use np.where(test, a, b) or np.cond(test, f, g), for a loop np.whileLoop or np.scan, or run with { jit: false } to debug.",
    );
  }
}

/**
 * x[0] of a tensor would be undefined without a word, and an observation that is undefined a latent site. Only names that a tensor
 * does not have come here, behind its prototype.
 */
const missing = new Proxy(Object.prototype, {
  get(target, name, t: Tensor): unknown {
    if (typeof name === "string" && /^\d+$/.test(name))
      throw new TypeError(
        `[${name}] of ${describe(t)}: brackets do not reach the elements of a tensor. Write x.at(${name}), or script(fn), which gives them that meaning.`,
      );
    return Reflect.get(target, name, t) as unknown;
  },
});
Object.setPrototypeOf(Tensor.prototype, missing);

/** `f64[3] made by np.exp at site "y" in jit(model)`: what an error calls the tensor. */
export function describe(t: Tensor): string {
  const type = `${t.dtype}[${t.shape.join(",")}]`;
  if (!t.link) return `the tensor ${type}`;
  const site = t.link.origin === undefined ? "" : ` at site "${t.link.origin}"`;
  return `the traced tensor ${type} made by ${t.link.made}${site} in ${t.link.trace.label}`;
}

/** Throws if the trace that made the tensor is over. */
export function alive(t: Tensor): void {
  if (t.link?.trace.ended)
    throw new Error(
      `${describe(t)} is used after that trace ended. It was a stand-in for a value, not a value: return it from the traced function ` +
        "instead of storing it outside.",
    );
}

/** Whether the contents were not computed yet. */
export const isDeferred = (t: Tensor): boolean => typeof t["contents"] === "function";

/** A concrete tensor around existing storage (not copied), or around contents that are computed when they are read. */
export function concrete(type: Type, data: Data | Deferred): Tensor {
  return new Tensor(type, data);
}

/** A concrete scalar, or a filled array. */
export function filled(x: number | boolean, dtype: DType, shape: readonly number[] = []): Tensor {
  const type: Type = { dtype, shape };
  const data = allocate(type);
  const value = Number(x);
  if (value !== 0 || Object.is(value, -0)) data.fill(value);
  return new Tensor(type, data, null, data.length > 0 ? data[0]! : 0);
}
