// Draws of one warm-up window in, a regularised covariance out (Welford 1962; shrinkage as in Stan's Reference Manual,
// "HMC algorithm parameters": n / (n + 5) of the estimate plus 0.001 * 5 / (n + 5) of the identity).

import type { StateWalk, Stateful } from "../chains/state.js";

const SHRINKAGE_DRAWS = 5;
const SHRINKAGE_VARIANCE = 1e-3;

export class CovarianceEstimate implements Stateful {
  private count = 0;
  private readonly mean: Float64Array;
  private readonly delta: Float64Array;
  /** Sums of squared deviations: dim numbers, or dim x dim when dense. */
  private readonly sums: Float64Array;

  constructor(
    private readonly dim: number,
    private readonly dense: boolean,
  ) {
    this.mean = new Float64Array(dim);
    this.delta = new Float64Array(dim);
    this.sums = new Float64Array(dense ? dim * dim : dim);
  }

  walk(state: StateWalk): void {
    this.count = state.number(this.count);
    state.array(this.mean);
    state.array(this.sums);
  }

  get draws(): number {
    return this.count;
  }

  reset(): void {
    this.count = 0;
    this.mean.fill(0);
    this.sums.fill(0);
  }

  add(q: Float64Array): void {
    const { dim, mean, delta, sums } = this;
    this.count++;
    for (let i = 0; i < dim; i++) {
      delta[i] = q[i] - mean[i];
      mean[i] += delta[i] / this.count;
    }
    if (this.dense)
      for (let i = 0; i < dim; i++) {
        const after = q[i] - mean[i];
        for (let j = 0; j < dim; j++) sums[i * dim + j] += after * delta[j];
      }
    else for (let i = 0; i < dim; i++) sums[i] += (q[i] - mean[i]) * delta[i];
  }

  /** The estimate, or null with fewer than two draws. */
  regularised(): Float64Array | null {
    const n = this.count;
    if (n < 2) return null;
    const weight = n / (n + SHRINKAGE_DRAWS) / (n - 1);
    const ridge = (SHRINKAGE_VARIANCE * SHRINKAGE_DRAWS) / (n + SHRINKAGE_DRAWS);
    const out = this.sums.map((s) => s * weight);
    const stride = this.dense ? this.dim + 1 : 1;
    for (let i = 0; i < this.dim; i++) out[i * stride] += ridge;
    return out;
  }
}
