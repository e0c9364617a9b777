// Pointwise log predictive densities of several models in; weights of the mixture that predicts best out.
// Yao, Vehtari, Simpson and Gelman (2018), Using stacking to average Bayesian predictive distributions, Bayesian Analysis 13.

/** Stop when no model could raise the mean log score by more than this. */
const TOLERANCE = 1e-8;
const MOST_STEPS = 100_000;

/**
 * Maximises the sum over observations of log(sum of weight x density) over the simplex. The problem is concave, and the
 * expectation-maximisation step w_k <- w_k mean(density_k / mixture) raises it from any inner point; the largest of those means
 * less 1 bounds what is left to gain. `pointwise[k][i]` is model k's log density of observation i. NaN in gives NaN out.
 */
export function stackingWeights(pointwise: readonly Float64Array[]): number[] {
  const n = pointwise[0].length;
  const densities = relativeDensities(pointwise);
  let weights = pointwise.map(() => 1 / pointwise.length);
  for (let step = 0; step < MOST_STEPS; step++) {
    const mixture = new Float64Array(n);
    densities.forEach((density, k) => {
      for (let i = 0; i < n; i++) mixture[i] += weights[k] * density[i];
    });
    const gains = densities.map(
      (density) => density.reduce((sum, value, i) => sum + value / mixture[i], 0) / n,
    );
    if (!(Math.max(...gains) - 1 > TOLERANCE)) break;
    const next = weights.map((weight, k) => weight * gains[k]);
    const total = next.reduce((sum, weight) => sum + weight, 0);
    weights = next.map((weight) => weight / total);
  }
  return weights;
}

/** Densities of each observation divided by the best model's, so that none overflows. */
function relativeDensities(pointwise: readonly Float64Array[]): Float64Array[] {
  const best = pointwise[0].map((_, i) => Math.max(...pointwise.map((values) => values[i])));
  return pointwise.map((values) => values.map((value, i) => Math.exp(value - best[i])));
}
