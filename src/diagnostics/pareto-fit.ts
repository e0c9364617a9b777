// Exceedances over a threshold in, ascending; shape and scale of a generalized Pareto distribution out, and its quantiles.
// Zhang and Stephens (2009), A new and efficient estimation method for the generalized Pareto distribution, Technometrics 51;
// shape shrunk as in Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, JMLR 25, appendix G.
import { mean } from "./moments.js";

/** Distribution function 1 - (1 + k x / sigma)^(-1 / k): k > 0 has a heavy tail with moments below 1 / k. */
export interface GeneralizedPareto {
  readonly k: number;
  readonly sigma: number;
}

/** The prior on k is worth this many observations at 1/2, which steadies it in short tails. */
const PRIOR_OBSERVATIONS = 10;
const PRIOR_K = 0.5;
/** Grid points with less than this share of the posterior are left out. */
const NEGLIGIBLE = 10 * Number.EPSILON;

/** Fits by the posterior mean of theta = -k / sigma over a grid of profile likelihoods; NaN where values are not positive. */
export function fitGeneralizedPareto(ascending: Float64Array): GeneralizedPareto {
  const n = ascending.length;
  const points = 30 + Math.floor(Math.sqrt(n));
  const quartile = ascending[Math.floor(n / 4 + 0.5) - 1];
  const grid = Float64Array.from(
    { length: points },
    (_, j) => 1 / ascending[n - 1] + (1 - Math.sqrt(points / (j + 0.5))) / (3 * quartile),
  );
  const profile = grid.map((theta) => {
    const k = profileShape(ascending, theta);
    return n * (Math.log(-theta / k) - k - 1);
  });
  const top = Math.max(...profile);
  const likelihoods = profile.map((value) => Math.exp(value - top));
  const total = likelihoods.reduce((sum, value) => sum + value, 0);

  let weightKept = 0;
  let weighted = 0;
  likelihoods.forEach((likelihood, j) => {
    if (likelihood / total < NEGLIGIBLE) return;
    weightKept += likelihood;
    weighted += likelihood * grid[j];
  });
  const theta = weighted / weightKept;
  const k = profileShape(ascending, theta);
  return { k: (n * k + PRIOR_OBSERVATIONS * PRIOR_K) / (n + PRIOR_OBSERVATIONS), sigma: -k / theta };
}

/** The value exceeded with probability 1 - p, 0 < p < 1. */
export function generalizedParetoQuantile({ k, sigma }: GeneralizedPareto, p: number): number {
  const exponential = -Math.log1p(-p);
  if (!(sigma > 0)) return NaN;
  return sigma * (Math.abs(k) < Number.EPSILON ? exponential : Math.expm1(k * exponential) / k);
}

/** The k that maximises the likelihood when -k / sigma is theta. */
function profileShape(values: Float64Array, theta: number): number {
  return mean(values.map((value) => Math.log1p(-theta * value)));
}
