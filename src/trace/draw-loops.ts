// Draws in; their order, ranks, deviations and lagged products out, computed in wasm (codegen/wasm/draws.ts). One module serves all:
// it is made when first needed, and its memory grows to the longest draws it has seen.
import { COUNTS, emitDraws } from "../codegen/wasm/draws.js";

interface Exports {
  readonly memory: WebAssembly.Memory;
  order(values: number, keys: number, to: number, spare: number, counts: number, n: number): void;
  scores(values: number, order: number, table: number, out: number, n: number): void;
  fold(values: number, order: number, distances: number, merged: number, n: number): void;
  deviations(x: number, means: number, out: number, chains: number, n: number): void;
  lagged(x: number, chains: number, n: number, lag: number): number;
  mean(x: number, n: number): number;
  squares(x: number, n: number): number;
  atMost(x: number, n: number, threshold: number): void;
}

let made: Exports | undefined;

/** The functions, with room for so many bytes. */
function within(bytes: number): Exports {
  made ??= new WebAssembly.Instance(new WebAssembly.Module(emitDraws())).exports as unknown as Exports;
  const missing = bytes - made.memory.buffer.byteLength;
  if (missing > 0) made.memory.grow(Math.ceil(missing / 65536));
  return made;
}

const floats = ({ memory }: Exports, at: number, n: number): Float64Array =>
  new Float64Array(memory.buffer, at, n);
const words = ({ memory }: Exports, at: number, n: number): Uint32Array =>
  new Uint32Array(memory.buffer, at, n);

export interface Ordered {
  /** The positions that put the values in ascending order: stable, -0 before 0. */
  readonly order: Uint32Array;
  readonly ascending: Float64Array;
}

/** NaN are not allowed. */
export function inOrder(values: Float64Array): Ordered {
  const n = values.length;
  const [keys, to, spare, counts] = [8 * n, 16 * n, 20 * n, 24 * n];
  const wasm = within(24 * n + COUNTS);
  floats(wasm, 0, n).set(values);
  wasm.order(0, keys, to, spare, counts, n);
  return { order: words(wasm, to, n).slice(), ascending: floats(wasm, keys, n).slice() };
}

/** table[r] for each value, where r is twice its rank, counted from 1, less 2; ties share their average rank. */
export function scoreRanks(values: Float64Array, order: Uint32Array, table: Float64Array): Float64Array {
  const n = values.length;
  const [scores, out, sorted] = [8 * n, 24 * n, 32 * n];
  const wasm = within(36 * n);
  floats(wasm, 0, n).set(values);
  floats(wasm, scores, 2 * n).set(table);
  words(wasm, sorted, n).set(order);
  wasm.scores(0, sorted, scores, out, n);
  return floats(wasm, out, n).slice();
}

/** Distances from the median of all, and the positions that sort them. */
export function foldAbout(
  values: Float64Array,
  order: Uint32Array,
): { values: Float64Array; order: Uint32Array } {
  const n = values.length;
  const [distances, sorted, merged] = [8 * n, 16 * n, 20 * n];
  const wasm = within(24 * n);
  floats(wasm, 0, n).set(values);
  words(wasm, sorted, n).set(order);
  wasm.fold(0, sorted, distances, merged, n);
  return { values: floats(wasm, distances, n).slice(), order: words(wasm, merged, n).slice() };
}

export interface Deviations {
  readonly means: Float64Array;
  readonly low: number;
  readonly high: number;
  /** Distances of all chains from their own means, one chain after the other. */
  all(): Float64Array;
  /** Sum of products of deviations so many draws apart, over all chains. Valid until another of this file's functions is called. */
  lagged(lag: number): number;
}

/** Of chains of equal length, or of whether their draws are at most a threshold. */
export function deviationsOf(chains: readonly Float64Array[], threshold?: number): Deviations {
  const n = chains[0].length;
  const count = chains.length;
  const total = n * count;
  const [x, behind] = [8 * total, 16 * total];
  const wasm = within(behind + 8 * (count + 2));
  chains.forEach((chain, c) => floats(wasm, 8 * n * c, n).set(chain));
  if (threshold !== undefined) wasm.atMost(0, total, threshold);
  wasm.deviations(0, behind, x, count, n);
  const means = floats(wasm, behind, count + 2).slice();
  return {
    means: means.subarray(0, count),
    low: means[count],
    high: means[count + 1],
    all: () => floats(wasm, x, total).slice(),
    lagged: (lag) => wasm.lagged(x, count, n, lag),
  };
}

export interface Moments {
  /** NaN when there are no values. */
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
}

export function momentsOf(values: Float64Array): Moments {
  const n = values.length;
  const wasm = within(8 * n + 8);
  floats(wasm, 0, n).set(values);
  const mean = wasm.mean(0, n);
  floats(wasm, 8 * n, 1)[0] = mean;
  return { mean, squares: wasm.squares(0, n) };
}
