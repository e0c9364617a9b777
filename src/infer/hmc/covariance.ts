// Draws of a warm-up window in, the factors of a metric out whose covariances are estimated in blocks: shrunk as in Stan
// (Reference Manual, "HMC algorithm parameters"), n / (n + 5) of the estimate plus 0.001 * 5 / (n + 5) of the identity.
import type { Sampler } from "../../trace/sampler.js";

const SHRINKAGE_DRAWS = 5;
const SHRINKAGE_VARIANCE = 1e-3;

/** The estimate stands in the sampler's state, so that a saved chain has it. */
export class BlockCovariance {
  private readonly delta: Float64Array;

  constructor(
    private readonly sampler: Sampler,
    private readonly blocks: readonly (readonly number[])[],
  ) {
    this.delta = new Float64Array(sampler.layout.plan.dim);
  }

  /** Rows of draws, one after another (Welford 1962). */
  add(rows: Float64Array): void {
    const { sampler, delta, blocks } = this;
    const dim = delta.length;
    const [mean, sums, estimate] = [sampler.vector("mean"), sampler.vector("sums"), sampler.estimate];
    for (let row = 0; row < rows.length; row += dim) {
      const count = sampler.get("draws") + 1;
      sampler.set({ draws: count });
      for (let i = 0; i < dim; i++) {
        delta[i] = rows[row + i] - mean[i];
        mean[i] += delta[i] / count;
        sums[i] += delta[i] * (rows[row + i] - mean[i]);
      }
      let at = 0;
      for (const block of blocks)
        for (const i of block) {
          const after = rows[row + i] - mean[i];
          for (const j of block) estimate[at++] += after * delta[j];
        }
    }
  }

  /** The metric of a window, which begins anew; false, and no change, where a covariance is not positive definite. */
  close(): boolean {
    const { sampler, blocks } = this;
    const n = sampler.get("draws");
    const [sums, scale] = [sampler.vector("sums"), sampler.vector("scale")];
    const weight = n / (n + SHRINKAGE_DRAWS) / (n - 1);
    const ridge = (SHRINKAGE_VARIANCE * SHRINKAGE_DRAWS) / (n + SHRINKAGE_DRAWS);
    const variances = sums.map((s) => s * weight + ridge);
    let at = 0;
    const factors = blocks.map(({ length: size }) => {
      const a = sampler.estimate.slice(at, (at += size * size)).map((s) => s * weight);
      for (let i = 0; i < size; i++) a[i * (size + 1)] += ridge;
      return cholesky(a, size);
    });
    sampler.set({ draws: 0 });
    for (const used of [sums, sampler.vector("mean"), sampler.estimate]) used.fill(0);
    const usable = n >= 2 && variances.every((v) => v > 0 && Number.isFinite(v));
    if (!usable || factors.some((l) => !l)) return false;
    scale.set(variances.map(Math.sqrt));
    at = 0;
    for (const [b, factor] of factors.entries()) {
      const size = blocks[b].length;
      // In units of the scales, which the sampler multiplies by.
      sampler.factors.set(
        factor!.map((x, i) => x / scale[blocks[b][Math.floor(i / size)]]),
        at,
      );
      at += factor!.length;
    }
    sampler.set({ whole: 1 });
    return true;
  }
}

/** Factors of the identity, of blocks of these coordinates. */
export function identityFactors(blocks: readonly (readonly number[])[], factors: Float64Array): void {
  let at = 0;
  for (const { length: n } of blocks) {
    for (let i = 0; i < n; i++) factors[at + i * (n + 1)] = 1;
    at += n * n;
  }
}

/** The lower Cholesky factor, row-major, or null when the matrix is not positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array | null {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i > j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0 && Number.isFinite(sum)) l[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  return l;
}
