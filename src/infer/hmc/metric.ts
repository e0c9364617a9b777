// A covariance estimate in, the kinetic energy of the sampler out: momenta, velocities, energies.
// The inverse metric is the covariance (diagonal or dense) of the unconstrained parameters (Betancourt 2017, section 4.2).
import type { StateWalk, Stateful } from "../chains/state.js";
import type { RandomStream } from "./philox.js";

export interface Metric extends Stateful {
  readonly dense: boolean;
  /** Diagonal: dim variances. Dense: dim x dim covariances, row-major. Write through `update`. */
  readonly inverse: Float64Array;
  /** velocity = inverse metric times momentum. */
  velocity(p: Float64Array, out: Float64Array): void;
  /** Draws a momentum with the metric as its covariance. */
  momentum(rng: RandomStream, out: Float64Array): void;
  /** Half the momentum times its velocity. */
  kinetic(p: Float64Array): number;
  /** Takes a new inverse metric; false, and no change, if it is not positive definite. */
  update(inverse: Float64Array): boolean;
}

export class DiagonalMetric implements Metric {
  readonly dense = false;
  readonly inverse: Float64Array;
  private readonly scale: Float64Array;

  constructor(dim: number) {
    this.inverse = new Float64Array(dim).fill(1);
    this.scale = new Float64Array(dim).fill(1);
  }

  velocity(p: Float64Array, out: Float64Array): void {
    const { inverse } = this;
    for (let i = 0; i < p.length; i++) out[i] = inverse[i] * p[i];
  }

  momentum(rng: RandomStream, out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = rng.normal() * this.scale[i];
  }

  kinetic(p: Float64Array): number {
    const { inverse } = this;
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += inverse[i] * p[i] * p[i];
    return 0.5 * sum;
  }

  update(inverse: Float64Array): boolean {
    if (!inverse.every((v) => v > 0 && Number.isFinite(v))) return false;
    this.inverse.set(inverse);
    inverse.forEach((v, i) => (this.scale[i] = 1 / Math.sqrt(v)));
    return true;
  }

  walk(state: StateWalk): void {
    state.array(this.inverse);
    state.array(this.scale);
  }
}

export class DenseMetric implements Metric {
  readonly dense = true;
  readonly inverse: Float64Array;
  /** Lower factor of the inverse metric. */
  private readonly factor: Float64Array;
  private readonly scratch: Float64Array;

  constructor(private readonly dim: number) {
    this.inverse = new Float64Array(dim * dim);
    this.factor = new Float64Array(dim * dim);
    this.scratch = new Float64Array(dim);
    for (let i = 0; i < dim; i++) this.inverse[i * dim + i] = this.factor[i * dim + i] = 1;
  }

  velocity(p: Float64Array, out: Float64Array): void {
    const { dim, inverse } = this;
    for (let i = 0, k = 0; i < dim; i++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += inverse[k++] * p[j];
      out[i] = sum;
    }
  }

  /** With inverse = L L', the momentum L'^-1 z has covariance (L L')^-1. */
  momentum(rng: RandomStream, out: Float64Array): void {
    const { dim, factor } = this;
    rng.fillNormal(out);
    for (let i = dim - 1; i >= 0; i--) {
      let sum = out[i];
      for (let j = i + 1; j < dim; j++) sum -= factor[j * dim + i] * out[j];
      out[i] = sum / factor[i * dim + i];
    }
  }

  kinetic(p: Float64Array): number {
    this.velocity(p, this.scratch);
    let sum = 0;
    for (let i = 0; i < this.dim; i++) sum += p[i] * this.scratch[i];
    return 0.5 * sum;
  }

  update(inverse: Float64Array): boolean {
    const factor = cholesky(inverse, this.dim);
    if (!factor) return false;
    this.inverse.set(inverse);
    this.factor.set(factor);
    return true;
  }

  walk(state: StateWalk): void {
    state.array(this.inverse);
    state.array(this.factor);
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
