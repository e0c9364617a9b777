// A density and a starting point in; of the normal distributions along a climb the one nearest to the density, out.
// Pathfinder (Zhang, Carpenter, Gelman and Vehtari 2022): at each step the curvature seen so far gives a normal distribution; the one with
// the highest evidence lower bound stands for the posterior, not that of the mode, where a density may be high and hold no mass.
import { random, type Tensor } from "../../tensor/index.js";
import { climb, dot, type Pair } from "../init/climb.js";
import { BentNormal } from "./bent-normal.js";

export interface Approximation {
  readonly mean: Float64Array;
  readonly normal: BentNormal;
  readonly elbo: number;
}

export type LogDensityGradient = (q: Float64Array, g: Float64Array) => number;

export interface PathOptions {
  readonly steps: number;
  /** Draws that each lower bound is estimated from. */
  readonly elboDraws: number;
}

/** Undefined where the density is not finite at the start, or nothing along the climb has a finite bound. */
export function path(
  logDensityGradient: LogDensityGradient,
  start: Float64Array,
  key: Tensor,
  { steps, elboDraws }: PathOptions,
): Approximation | undefined {
  const dim = start.length;
  const unused = new Float64Array(dim);
  let variances: Float64Array = new Float64Array(dim).fill(1);
  let best: Approximation | undefined;
  let count = 0;
  climb(logDensityGradient, start, steps, ({ place, pairs, bends }) => {
    if (bends) variances = nextVariances(variances, pairs.at(-1)!);
    const normal = new BentNormal(variances, pairs);
    const reach = normal.covariance(place.g);
    const mean = place.q.map((x, i) => x + reach[i]);
    let elbo = 0;
    for (const z of normals(random.foldIn(key, count++), elboDraws, dim)) {
      const x = normal.root(z).map((xi, i) => xi + mean[i]);
      elbo += (logDensityGradient(x, unused) - normal.logDensity(z)) / elboDraws;
    }
    if (Number.isFinite(elbo) && !(best && best.elbo >= elbo)) best = { mean, normal, elbo };
  });
  return best;
}

/** Rows of standard normal numbers. */
export function normals(key: Tensor, count: number, dim: number): Float64Array[] {
  const all = Float64Array.from(random.normal(key, [count * dim]).data() as Float64Array);
  return Array.from({ length: count }, (_, i) => all.slice(i * dim, (i + 1) * dim));
}

/** The diagonal that the next curvature is added to (Gilbert and Lemarechal 1989; Zhang et al., algorithm 3). */
function nextVariances(d: Float64Array, { s, y, rho }: Pair): Float64Array {
  const a = y.reduce((sum, yi, i) => sum + yi * yi * d[i], 0);
  const c = s.reduce((sum, si, i) => sum + (si * si) / d[i], 0);
  const b = 1 / rho;
  const next = d.map((di, i) => 1 / (a / (b * di) + y[i] ** 2 / b - (a * s[i] ** 2) / (b * c * di ** 2)));
  return next.every((v) => v > 0 && Number.isFinite(v)) && dot(s, y) > 0 ? next : d;
}
