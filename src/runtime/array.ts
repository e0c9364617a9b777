// Contents with a type <-> what callers of an artefact hold: numbers, nested arrays, typed arrays, tensors.
import { allocate, sizeOf, type Data, type DType, type Shape, type Type } from "../ir/types.js";

export type NestedNumbers = number | NestedNumbers[];

/** A result: the part of Tensor that needs no compiler. */
export class RuntimeArray {
  constructor(
    readonly type: Type,
    private readonly contents: Data,
  ) {}

  get shape(): Shape {
    return this.type.shape;
  }

  get dtype(): DType {
    return this.type.dtype;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The number in an array with one element. */
  item(): number {
    if (this.contents.length === 1) return this.contents[0]!;
    throw new TypeError(`item(): one number is needed, this array is ${show(this.type)}; use toArray().`);
  }

  /** Row-major; the array's own storage. */
  data(): Data {
    return this.contents;
  }

  toArray(): NestedNumbers {
    const shape = this.dtype === "key" ? [...this.shape, 2] : this.shape;
    let at = 0;
    const build = (axis: number): NestedNumbers =>
      axis === shape.length
        ? this.contents[at++]!
        : Array.from({ length: shape[axis]! }, () => build(axis + 1));
    return build(0);
  }

  toJSON(): NestedNumbers {
    return this.toArray();
  }
}

export const show = (t: Type): string => `${t.dtype}[${t.shape.join(",")}]`;

/** Anything with a type and contents: a RuntimeArray, or a Tensor of the full package. */
interface TypedContents {
  readonly shape: Shape;
  readonly dtype: DType;
  data(): Data;
}

const isArray = (x: unknown): x is TypedContents =>
  typeof x === "object" && x !== null && typeof (x as { data?: unknown }).data === "function";

/** Contents of the wanted type from what a caller gives; `place` says in errors which argument it is. */
export function contentsOf(x: unknown, wanted: Type, place: string): Data {
  const out = allocate(wanted);
  const wrong = (got: string): never => {
    throw new TypeError(
      `${place} must be ${show(wanted)}, got ${got}. Shapes and types are those of the export; export again for others.`,
    );
  };
  if (isArray(x)) {
    const type = { dtype: x.dtype, shape: x.shape };
    const narrowed = wanted.dtype === "f32" && type.dtype === "f64";
    if (show(narrowed ? { ...type, dtype: "f32" } : type) !== show(wanted)) wrong(show(type));
    out.set(x.data());
    return out;
  }
  if (wanted.dtype === "key") return keyContents(x, out, wrong);
  if (ArrayBuffer.isView(x) && !(x instanceof DataView)) {
    const numbers = x as unknown as globalThis.ArrayLike<number>;
    if (numbers.length !== out.length || wanted.shape.length !== 1)
      wrong(`a ${x.constructor.name} of ${numbers.length}`);
    for (let i = 0; i < out.length; i++) out[i] = numbers[i]!;
  } else {
    const shape = shapeOf(x);
    if (shape === null) wrong(x === null ? "null" : Array.isArray(x) ? "a ragged array" : typeof x);
    if (shape!.join() !== wanted.shape.join()) wrong(`an array of shape [${shape!.join(",")}]`);
    const flat = [x].flat(Infinity);
    const bad = flat.find((v) => typeof v !== "number" && typeof v !== "boolean");
    if (bad !== undefined) wrong(`an array with ${bad === null ? "null" : typeof bad} in it`);
    for (let i = 0; i < out.length; i++) out[i] = Number(flat[i]);
    const whole = wanted.dtype === "i32" || wanted.dtype === "u32";
    const changed = whole ? flat.findIndex((v, i) => Number(v) !== out[i]) : -1;
    if (changed >= 0) wrong(`${String(flat[changed])}, which ${wanted.dtype} does not hold`);
  }
  return out;
}

/** A random key from a whole number: its low and high 32 bits, as `random.key` makes it. */
function keyContents(x: unknown, out: Data, wrong: (got: string) => never): Data {
  if (x instanceof Uint32Array && x.length === out.length) out.set(x);
  else if (typeof x === "number" && Number.isSafeInteger(x) && out.length === 2)
    out.set([x - Math.floor(x / 2 ** 32) * 2 ** 32, Math.floor(x / 2 ** 32) >>> 0]);
  else wrong(`${typeof x} (a whole number as seed, or a Uint32Array of ${out.length} words, is a key)`);
  return out;
}

function shapeOf(x: unknown): number[] | null {
  if (!Array.isArray(x)) return typeof x === "number" || typeof x === "boolean" ? [] : null;
  if (x.length === 0) return [0];
  const shapes = x.map(shapeOf);
  const [first] = shapes;
  return first && shapes.every((s) => s?.join() === first.join()) ? [x.length, ...first] : null;
}
