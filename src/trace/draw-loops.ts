// Draws in; their order, scores of their ranks, deviations and lagged products out, computed in wasm (codegen/wasm/draws.ts). One module
// serves all: it is made when first needed, and its memory grows to the longest draws it has seen.
import { COUNTS, emitDraws } from "../codegen/wasm/draws.js";
import { TABLES_END } from "../codegen/wasm/tables.js";

interface Exports {
  readonly memory: WebAssembly.Memory;
  order(values: number, keys: number, to: number, spare: number, counts: number, n: number): void;
  table(to: number, n: number): void;
  scores(values: number, order: number, table: number, out: number, n: number): void;
  fold(values: number, order: number, distances: number, merged: number, n: number): void;
  deviations(x: number, means: number, out: number, chains: number, n: number): void;
  lagged(x: number, chains: number, n: number, lag: number): number;
  mean(x: number, n: number): number;
  squares(x: number, n: number, centre: number): number;
  atMost(x: number, out: number, n: number, threshold: number): void;
}

/** Where so many draws, and what is made of them, are in memory, in bytes: behind the tables of the routines. */
const places = (n: number) => {
  const start = TABLES_END;
  return {
    table: start,
    values: start + 16 * n,
    ascending: start + 24 * n,
    scores: start + 32 * n,
    deviations: start + 40 * n,
    /** A mean for every chain, then three numbers about all. */
    means: start + 48 * n,
    order: start + 56 * n + 24,
    spare: start + 60 * n + 24,
    merged: start + 64 * n + 24,
    counts: start + 68 * n + 24,
    end: start + 68 * n + 24 + COUNTS,
  };
};

class DrawMemory {
  readonly wasm = new WebAssembly.Instance(new WebAssembly.Module(emitDraws())).exports as unknown as Exports;
  private capacity = 0;
  at = places(0);
  /** How many draws the table of scores is for. */
  private scored = 0;
  /** Counts what has taken the place of the values. */
  uses = 0;

  /** Makes room for so many draws. */
  fit(n: number): void {
    if (n <= this.capacity) return;
    this.capacity = n;
    this.at = places(n);
    this.scored = 0;
    const { memory } = this.wasm;
    const missing = this.at.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  }

  floats(at: number, n: number): Float64Array {
    return new Float64Array(this.wasm.memory.buffer, at, n);
  }
  words(at: number, n: number): Uint32Array {
    return new Uint32Array(this.wasm.memory.buffer, at, n);
  }

  /** Where the draws are: here already, one chain behind the other, or else copied to the place of the values. */
  place(chains: readonly Float64Array[], total: number): number {
    const [{ buffer, byteOffset }] = chains;
    if (buffer === this.wasm.memory.buffer) return byteOffset;
    this.fit(total);
    this.uses++;
    let at = this.at.values;
    for (const chain of chains) {
      this.floats(at, chain.length).set(chain);
      at += 8 * chain.length;
    }
    return this.at.values;
  }

  /** Normal scores by twice the rank. */
  table(n: number): number {
    if (this.scored !== n) this.wasm.table(this.at.table, n);
    this.scored = n;
    return this.at.table;
  }
}

let made: DrawMemory | undefined;
const drawMemory = (): DrawMemory => (made ??= new DrawMemory());

/** Draws in order. Arrays are views: they hold until draws of other arrays are looked at, scores until the next ones are asked for. */
export class Ranks {
  /** One chain behind the other. */
  readonly values: Float64Array;
  readonly ascending: Float64Array;
  private readonly memory = drawMemory();
  private readonly use: number;

  /** NaN are not allowed. */
  constructor(chains: readonly Float64Array[]) {
    const { memory } = this;
    const n = chains.reduce((sum, chain) => sum + chain.length, 0);
    memory.place(n === 0 ? [new Float64Array(0)] : chains, n);
    this.use = memory.uses;
    const { values, ascending, order, spare, counts } = memory.at;
    memory.wasm.order(values, ascending, order, spare, counts, n);
    this.values = memory.floats(values, n);
    this.ascending = memory.floats(ascending, n);
  }

  /** The positions that put the values in ascending order: stable, -0 before 0. */
  get order(): Uint32Array {
    return this.held().words(this.memory.at.order, this.values.length);
  }

  /** The normal score of each draw's rank; ties share that of their average rank. */
  scores(): Float64Array {
    const { values, order } = this.held().at;
    return this.scoresOf(values, order);
  }

  /** The same for distances from the median of all. */
  foldedScores(): Float64Array {
    const { values, order, deviations, merged } = this.held().at;
    this.memory.wasm.fold(values, order, deviations, merged, this.values.length);
    return this.scoresOf(deviations, merged);
  }

  private scoresOf(values: number, order: number): Float64Array {
    const { memory } = this;
    const n = this.values.length;
    memory.wasm.scores(values, order, memory.table(n), memory.at.scores, n);
    return memory.floats(memory.at.scores, n);
  }

  private held(): DrawMemory {
    if (this.use !== this.memory.uses) throw new Error("Ranks: other draws have been looked at since.");
    return this.memory;
  }
}

export interface Deviations {
  readonly means: Float64Array;
  readonly low: number;
  readonly high: number;
  /** Sum of squared distances of the means from theirs. */
  readonly between: number;
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
  const memory = drawMemory();
  const { wasm } = memory;
  let x = memory.place(chains, total);
  const { scores, deviations, means: place } = memory.at;
  if (threshold !== undefined) {
    wasm.atMost(x, scores, total, threshold);
    x = scores;
  }
  wasm.deviations(x, place, deviations, count, n);
  const means = memory.floats(place, count + 3).slice();
  return {
    means: means.subarray(0, count),
    low: means[count],
    high: means[count + 1],
    between: means[count + 2],
    all: () => memory.floats(deviations, total).slice(),
    lagged: (lag) => wasm.lagged(deviations, count, n, lag),
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
  const memory = drawMemory();
  const at = memory.place([values], n);
  const mean = memory.wasm.mean(at, n);
  return { mean, squares: memory.wasm.squares(at, n, mean) };
}
