// The parts of one chain in; all its draws, statistics and counts so far out.
import {
  addCounts,
  iterationsOf,
  noCounts,
  STATISTICS,
  type Chain,
  type ChainCounts,
  type ChainPart,
  type ChainPlan,
  type Diverged,
  type Statistic,
} from "./chain.js";

export class ChainRecord {
  /** samples x dim, unconstrained; the first `kept` rows are filled. */
  readonly draws: Float64Array;
  private readonly statistics: Float64Array;
  readonly counts: ChainCounts = noCounts();
  readonly diverged: Diverged[] = [];
  kept = 0;

  constructor(
    readonly dim: number,
    readonly samples: number,
  ) {
    this.draws = new Float64Array(samples * dim);
    this.statistics = new Float64Array(samples * STATISTICS.length);
  }

  add({ draws, statistics, counts, diverged }: ChainPart): void {
    this.draws.set(draws, this.kept * this.dim);
    this.statistics.set(statistics, this.kept * STATISTICS.length);
    this.kept += statistics.length / STATISTICS.length;
    this.diverged.push(...diverged);
    addCounts(this.counts, counts);
  }

  /** One number per draw, from draw `first` on. */
  column(name: Statistic, first = 0): Float64Array {
    const at = STATISTICS.indexOf(name);
    const out = new Float64Array(this.kept - first);
    for (let i = 0; i < out.length; i++) out[i] = this.statistics[(first + i) * STATISTICS.length + at];
    return out;
  }
}

/** Runs a chain to its end at once. */
export function runToEnd(chain: Chain, dim: number, plan: ChainPlan): ChainRecord {
  const record = new ChainRecord(dim, plan.samples);
  const total = iterationsOf(plan);
  while (chain.iteration < total) record.add(chain.advance(Infinity));
  return record;
}
