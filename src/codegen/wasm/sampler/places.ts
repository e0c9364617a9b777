// A sampler's plan, its layout and its density's addresses in; what shapes its code, the numbers that modules fill into that code, and the
// tags that stand for them while it is written, out. Code that sees no more than this is the same in every module of one form.
import { tag } from "../open-layout.js";
import { keptDraws, type Cell, type SamplerLayout, type SamplerPlan, type VectorName } from "./plan.js";

/** Coordinates of a block: neighbours, or those listed. */
export type FormBlock = "neighbours" | readonly number[];

export type FormMetric =
  | { readonly kind: "diagonal" }
  | {
      readonly kind: "dense";
      readonly blocks: readonly FormBlock[];
      readonly gradients?: { readonly above: number };
    }
  | { readonly kind: "lowRank"; readonly rank: number; readonly cutoff: number };

/** The plan without its sizes. */
export interface SamplerForm {
  readonly kind: SamplerPlan["kind"];
  readonly metric: FormMetric;
}

/** Where a point is written and its log density and gradient are found. */
export interface DensityPlaces {
  readonly q: number;
  readonly g: number;
  readonly value: number;
}

/** A block of coordinates: its first one's place in vectors, how many there are, and where its matrices are. */
interface BlockPlaces {
  readonly first: number;
  readonly length: number;
  readonly factor: number;
  readonly estimate: number;
  readonly gradientEstimate: number;
}

/** Numbers or tags, all in one order. Sizes are in bytes. */
export interface Places extends Pick<
  SamplerLayout,
  | "stride"
  | "windowEnds"
  | "estimate"
  | "gradientEstimate"
  | "work"
  | "layers"
  | "words"
  | "momenta"
  | "sums"
  | "draws"
  | "statistics"
  | "diverged"
  | "divergedAfter"
> {
  /** Of a vector without what it is filled up with. */
  readonly bytes: number;
  readonly maxTreeDepth: number;
  readonly factors: number;
  readonly factorBytes: number;
  readonly density: DensityPlaces;
  readonly cells: Readonly<Record<Cell, number>>;
  readonly vectors: Readonly<Record<VectorName, number>>;
  readonly blocks: readonly BlockPlaces[];
  /** Coordinates of the largest block, and room for another matrix of its size. */
  readonly largest: number;
  readonly inverse: number;
  readonly directions: Directions | null;
}

/** What a metric of low rank works with, behind its directions: see directions.ts. */
interface Directions {
  readonly most: number;
  readonly next: number;
  /** A row for each direction: its parts of the draws. */
  readonly parts: number;
  readonly values: number;
  readonly matrices: readonly number[];
  readonly vectors: number;
  readonly scratch: number;
}

const isRun = (block: readonly number[]): boolean => block.every((at, i) => at === block[0]! + i);

export function formOf({ kind, metric }: SamplerPlan): SamplerForm {
  if (metric.kind !== "dense") return { kind, metric };
  return {
    kind,
    metric: { ...metric, blocks: metric.blocks.map((block) => (isRun(block) ? "neighbours" : block)) },
  };
}

export function placesOf(layout: SamplerLayout, { q, g, value }: DensityPlaces): Places {
  const { plan, stride, factors, estimate, gradientEstimate, work } = layout;
  const { metric, dim } = plan;
  let at = 0;
  const blocks = (metric.kind === "dense" ? metric.blocks : []).map((block): BlockPlaces => {
    const { length } = block;
    const before = at;
    at += 8 * length ** 2;
    return {
      first: 8 * block[0]!,
      length,
      factor: factors.place + before,
      estimate: estimate + before,
      gradientEstimate: gradientEstimate + before,
    };
  });
  const largest = Math.max(0, ...blocks.map((block) => block.length));
  const { windowEnds, layers, words, momenta, sums, draws, statistics, diverged, divergedAfter } = layout;
  return {
    ...{ stride, bytes: 8 * dim, maxTreeDepth: plan.maxTreeDepth, windowEnds },
    ...{ factors: factors.place, factorBytes: 8 * factors.size, estimate, gradientEstimate, work },
    ...{ layers, words, momenta, sums, draws, statistics, diverged, divergedAfter },
    density: { q, g, value },
    cells: layout.cells,
    vectors: layout.vectors,
    blocks,
    largest,
    inverse: work + 8 * largest ** 2,
    directions: metric.kind === "lowRank" ? directionsAt(work, stride, metric.rank, dim) : null,
  };
}

function directionsAt(work: number, stride: number, rank: number, dim: number): Directions {
  const next = work + rank * stride;
  const parts = next + rank * stride;
  const values = parts + 8 * rank * keptDraws(rank);
  const matrix = 8 * rank ** 2;
  const matrices = [0, 1, 2, 3].map((i) => values + 8 * rank + i * matrix);
  const vectors = matrices[3]! + matrix;
  return { most: Math.min(rank, dim), next, parts, values, matrices, vectors, scratch: vectors + matrix };
}

/** Every number of the places, in the order of their tags. */
export function numbersOf(places: Places): number[] {
  const found: number[] = [];
  each(places, (x) => found.push(x));
  return found;
}

/** The same places, with the tag of each number in its place. */
export function tagged(places: Places): Places {
  let count = 0;
  return each(places, () => tag(count++)) as Places;
}

function each(part: unknown, of: (x: number) => number): unknown {
  if (typeof part === "number") return of(part);
  if (Array.isArray(part)) return part.map((x) => each(x, of));
  if (part === null) return null;
  const out: Record<string, unknown> = {};
  for (const [name, x] of Object.entries(part as Record<string, unknown>)) out[name] = each(x, of);
  return out;
}
