// Draws as users hold them (nested or typed arrays, { shape, data }) in; chains as Float64Arrays, or one flat sample with its shape, out.

/** Row-major values with their shape; a Tensor fits, because its `data()` is a method. */
export interface ShapedData {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | boolean> | (() => ArrayLike<number | boolean>);
}

/** Numbers nested to any depth; the innermost level may be a typed array. */
export type Nested = number | boolean | ArrayLike<number> | readonly boolean[] | readonly Nested[];

/** Draws of one scalar quantity, shape (chains, draws). */
export type Draws = readonly (ArrayLike<number> | readonly boolean[])[] | ShapedData;

/** Draws of one site, shape (chains, draws, ...shape). */
export type Sample = readonly Nested[] | ShapedData;

/** A sample after reading: row-major values, leading axes chains and draws where the caller says so. */
export interface FlatSample {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Draws themselves, and not a record of draws by name. */
export const isSample = (x: Sample | Readonly<Record<string, Sample>>): x is Sample =>
  Array.isArray(x) || isShapedData(x as Sample);

/** (chains, draws) as one Float64Array a chain, all of the same length; throws a TypeError on any other shape. */
export function readChains(draws: Draws, caller: string): Float64Array[] {
  if (Array.isArray(draws) && draws.length > 0 && draws.every((chain) => chain instanceof Float64Array)) {
    requireEqualLengths(draws, caller);
    return draws.slice();
  }
  const { shape, data } = readSample(draws, caller);
  if (shape.length !== 2) {
    const remedy =
      shape.length < 2
        ? "put a single chain in an array: [chain]"
        : "use diagnostics.summary for arrays, or pick one entry of the array";
    throw new TypeError(
      `${caller}: draws must have shape (chains, draws), got ${describe(shape)}; ${remedy}`,
    );
  }
  return sliceChains(data, shape[0], shape[1]);
}

/** Any rectangular nesting or { shape, data } as row-major doubles; throws a TypeError that says where it is not one. */
export function readSample(sample: Sample | ArrayLike<number>, caller: string): FlatSample {
  if (isShapedData(sample)) return readShaped(sample, caller);
  if (!isLevel(sample)) {
    throw new TypeError(
      `${caller}: expected nested arrays, typed arrays or { shape, data }, got ${kindOf(sample)}; ` +
        `fit.samples(name) and plain number[][] are both accepted`,
    );
  }
  const shape = shapeOf(sample);
  const data = new Float64Array(shape.reduce((size, length) => size * length, 1));
  fill(sample, shape, 0, 0, [], data, caller);
  return { shape, data };
}

/** The chains of entry `entry` (row-major over the axes after chains and draws) of a sample. */
export function entryChains(sample: FlatSample, entry: number): Float64Array[] {
  const [chains, draws] = sample.shape;
  const entries = sample.shape.slice(2).reduce((size, length) => size * length, 1);
  if (entries === 1) return sliceChains(sample.data, chains, draws);
  return Array.from({ length: chains }, (_, chain) => {
    const out = new Float64Array(draws);
    let from = chain * draws * entries + entry;
    for (let draw = 0; draw < draws; draw++, from += entries) out[draw] = sample.data[from];
    return out;
  });
}

/** A shape as text: (4, 1000, 8). */
export function describe(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

function sliceChains(data: Float64Array, chains: number, draws: number): Float64Array[] {
  return Array.from({ length: chains }, (_, chain) => data.subarray(chain * draws, (chain + 1) * draws));
}

function readShaped(sample: ShapedData, caller: string): FlatSample {
  const values = typeof sample.data === "function" ? sample.data() : sample.data;
  const size = sample.shape.reduce((product, length) => product * length, 1);
  if (values.length !== size) {
    throw new TypeError(
      `${caller}: shape ${describe(sample.shape)} needs ${size} values, but data holds ${values.length}; check the shape`,
    );
  }
  if (values instanceof Float64Array) return { shape: sample.shape, data: values };
  const data = new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = toNumber(values[i], [i], caller);
  return { shape: sample.shape, data };
}

function requireEqualLengths(chains: readonly ArrayLike<unknown>[], caller: string): void {
  const odd = chains.findIndex((chain) => chain.length !== chains[0].length);
  if (odd >= 0) throw raggedError(caller, [odd], chains[odd].length, chains[0].length);
}

/** Lengths along the first element of every level; `fill` checks that the other elements agree. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let level = value; isLevel(level); level = level[0]) shape.push(level.length);
  return shape;
}

function fill(
  value: unknown,
  shape: readonly number[],
  depth: number,
  offset: number,
  path: readonly number[],
  out: Float64Array,
  caller: string,
): number {
  if (depth === shape.length) {
    out[offset] = toNumber(value, path, caller);
    return offset + 1;
  }
  const length = isLevel(value) ? value.length : undefined;
  if (!isLevel(value) || length !== shape[depth]) throw raggedError(caller, path, length, shape[depth]);
  let next = offset;
  for (let i = 0; i < value.length; i++)
    next = fill(value[i], shape, depth + 1, next, [...path, i], out, caller);
  return next;
}

function raggedError(
  caller: string,
  path: readonly number[],
  got: number | undefined,
  expected: number,
): TypeError {
  return new TypeError(
    `${caller}: draws must be rectangular, but element [${path.join(", ")}] has ` +
      `${got === undefined ? "no length" : `length ${got}`} where ${expected} is expected; ` +
      `cut every chain to the same number of draws`,
  );
}

function toNumber(value: unknown, path: readonly number[], caller: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new TypeError(
    `${caller}: draws must be numbers, but element [${path.join(", ")}] is ${kindOf(value)}; use NaN for a missing draw`,
  );
}

function isLevel(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

function isShapedData(value: unknown): value is ShapedData {
  return typeof value === "object" && value !== null && "shape" in value && "data" in value;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isLevel(value)) return `an array of length ${value.length}`;
  return typeof value === "object" ? "an object" : `the ${typeof value} ${String(value)}`;
}
