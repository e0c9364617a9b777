// The stack of traces that are running, and how a tensor from outside enters the innermost one.
import type { Builder } from "../ir/builder.js";
import type { Data, Value } from "../ir/types.js";
import { alive, filled, isDeferred, Tensor } from "../tensor/tensor.js";
import { constant } from "../ops/index.js";
import { EagerBuilder } from "./eager.js";

/** Concrete tensors up to this many elements become literals of the program; larger ones become bound inputs. */
export const LITERAL_ELEMENTS = 16;

/** One run of a function on stand-ins. Its graph's inputs are the arguments, then what the function captured. */
export class Trace {
  ended = false;
  /** Whether the program made of this trace reads ambient inputs afresh at each call (see ambient.ts). */
  readsAmbients = false;
  /** Whether operations on concrete tensors wait until somebody reads the result. */
  defers = false;
  /** Tensors from outside, in the order in which they became inputs. */
  readonly captures: Tensor[] = [];
  /** The graph inputs made for them. */
  readonly captured: Value[] = [];
  private readonly ofValue = new Map<Value, Value>();
  private readonly ofData = new Map<Data, { tensor: Tensor; value: Value }[]>();
  private readonly literals = new Map<string, Value>();
  /** Concrete keys older than this are captures from outside the trace. */
  private readonly firstSerial: number;

  constructor(
    readonly builder: Builder,
    /** `jit(model)`, `np.scan's body`: where errors say a tensor was made. */
    readonly label: string,
    readonly parent: Trace | null,
    /** What captured random keys do: compiled code would bake them in, so it forbids them. */
    readonly keys: "allow" | "forbid" = "allow",
  ) {
    this.firstSerial = filled(0, "bool").serial;
  }

  /** Whether values have contents while the function runs. */
  get eager(): boolean {
    return this.builder instanceof EagerBuilder;
  }

  /** The nearest enclosing trace of a jit-compiled function, this one included. */
  get root(): Trace {
    return this.keys === "forbid" || this.parent === null ? this : this.parent.root;
  }

  /** A stand-in for one of this trace's values. */
  tensor(value: Value, made: string): Tensor {
    const origin = this.builder.origin;
    return new Tensor(value.type, null, {
      trace: this,
      value,
      made,
      ...(origin === undefined ? {} : { origin }),
      known: () => (this.builder instanceof EagerBuilder ? this.builder.contentsOf(value) : null),
    });
  }

  /** A stand-in for a new argument. Give contents in eager mode. */
  argument(like: Tensor, made = "an argument"): Tensor {
    const value = this.builder.input(like.type);
    if (this.builder instanceof EagerBuilder) this.builder.know(value, like.data());
    return this.tensor(value, made);
  }

  /** The value of any tensor inside this trace: its own, a literal, or a capture. */
  lift(t: Tensor): Value {
    const { link } = t;
    if (link) {
      if (link.trace === this) return link.value;
      alive(t);
      let value = this.ofValue.get(link.value);
      if (!value) {
        value = this.capture(t);
        this.ofValue.set(link.value, value);
      }
      return value;
    }
    if (t.dtype === "key") this.refuseCapturedKey(t);
    // What was put off is no literal of a program: the trace that puts off makes none.
    if (isDeferred(t)) return this.capture(t);
    const data = t.data();
    if (t.dtype !== "key" && !this.eager && (t.size <= LITERAL_ELEMENTS || t.splat !== null))
      return this.literal(t, data);
    const known = this.ofData.get(data);
    const same = known?.find((k) => k.tensor.dtype === t.dtype && k.tensor.shape.join() === t.shape.join());
    if (same) return same.value;
    const value = this.capture(t);
    if (known) known.push({ tensor: t, value });
    else this.ofData.set(data, [{ tensor: t, value }]);
    return value;
  }

  /** A key from outside a compiled function would give the same draws at every call. */
  refuseCapturedKey(t: Tensor): void {
    const { root } = this;
    if (root.keys === "allow" || t.link || t.serial > root.firstSerial) return;
    throw new Error(
      `${root.label} captures a random key from outside, which would give the same draws at every call. Pass the key as an argument, ` +
        "or make it inside with random.key(seed) if the draws shall not change.",
    );
  }

  private literal(t: Tensor, data: Data): Value {
    const numbers = t.splat !== null ? [t.splat] : Array.from(data);
    const key = `${t.dtype}[${t.shape.join()}]${numbers.map((x) => (Object.is(x, -0) ? "-0" : String(x))).join()}`;
    let value = this.literals.get(key);
    if (!value) {
      const contents = numbers.length === 1 ? numbers[0]! : data.slice();
      [value] = this.builder.emit(constant, [], { type: t.dtype, shape: [...t.shape], data: contents }) as [
        Value,
      ];
      this.literals.set(key, value);
    }
    return value;
  }

  private capture(t: Tensor): Value {
    let value: Value;
    if (this.builder instanceof EagerBuilder) value = this.builder.know(this.builder.input(t.type), t.data());
    else value = this.builder.input(t.type);
    this.captures.push(t);
    this.captured.push(value);
    return value;
  }
}

let innermost: Trace | null = null;

/** The trace that operations on tensors are recorded in; null outside of any. */
export const currentTrace = (): Trace | null => innermost;

/** Runs the body with the trace innermost; the trace is over when the body returns or throws. */
export function within<T>(trace: Trace, body: () => T): T {
  const outer = innermost;
  innermost = trace;
  try {
    return body();
  } finally {
    trace.ended = true;
    innermost = outer;
  }
}

/** Names the site or call on whose behalf the body works: errors and `explain` show it. */
export function withOrigin<T>(origin: string, body: () => T): T {
  const builder = innermost?.builder;
  if (!builder) return body();
  const before = builder.origin;
  builder.origin = origin;
  try {
    return body();
  } finally {
    builder.origin = before;
  }
}
