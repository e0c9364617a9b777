// Draws in; the normal scores of their ranks out, as chains.
// Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, equation 14; Blom's (1958) offset 3/8.
import { Ranks } from "../trace/draw-loops.js";
import { halves } from "./split-chains.js";

/** The ranks of split chains of equal length without NaN. Its arrays hold until other draws are looked at. */
export class SplitRanks {
  private readonly ranks: Ranks;
  private readonly count: number;

  constructor(chains: readonly Float64Array[]) {
    this.ranks = new Ranks(halves(chains));
    this.count = 2 * chains.length;
  }

  /** All draws, one chain behind the other, and in ascending order. */
  get values(): Float64Array {
    return this.ranks.values;
  }
  get ascending(): Float64Array {
    return this.ranks.ascending;
  }

  /** The halves, as they are. */
  get chains(): Float64Array[] {
    return this.split(this.ranks.values);
  }

  /** Normal scores; those of before do not hold any more. */
  scores(): Float64Array[] {
    return this.split(this.ranks.scores());
  }

  /** The same for the distances from the median of all: what turns a difference in spread into one in location. */
  foldedScores(): Float64Array[] {
    return this.split(this.ranks.foldedScores());
  }

  private split(values: Float64Array): Float64Array[] {
    const n = values.length / this.count;
    return Array.from({ length: this.count }, (_, c) => values.subarray(c * n, (c + 1) * n));
  }
}
