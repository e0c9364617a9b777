// Draws and a probability in; the narrowest interval that holds that share of them out.
// Chen and Shao (1999), Monte Carlo estimation of Bayesian credible and HPD intervals, JCGS 8, 69-92.
import { readSample, type Sample } from "./draws.js";
import { sorted } from "./quantile.js";
import { hasNaN } from "./usable.js";

/**
 * Highest density interval of all draws together, whatever their shape; 94% unless told (ArviZ's default). Meant for
 * distributions with one mode. [NaN, NaN] when there are no draws or one of them is NaN.
 *
 * @example hdi([1, 2, 3, 4, 100], 0.6) // [1, 4]
 */
export function hdi(draws: Sample | ArrayLike<number>, prob = 0.94): [low: number, high: number] {
  return narrowest(draws, prob, "hdi");
}

/** `hdi` under Pyro's name and with NumPyro's default of 90%. */
export function hpdi(draws: Sample | ArrayLike<number>, prob = 0.9): [low: number, high: number] {
  return narrowest(draws, prob, "hpdi");
}

function narrowest(
  draws: Sample | ArrayLike<number>,
  prob: number,
  caller: string,
): [low: number, high: number] {
  if (!(prob > 0 && prob <= 1)) {
    throw new RangeError(`${caller}: prob must be above 0 and at most 1, got ${prob}; write 0.9 for 90%`);
  }
  const { data } = readSample(draws, caller);
  const n = data.length;
  if (n === 0 || hasNaN(data)) return [NaN, NaN];
  const ascending = sorted(data);
  const reach = Math.min(Math.floor(prob * n), n - 1);
  let best = 0;
  for (let from = 1; from + reach < n; from++) {
    if (ascending[from + reach] - ascending[from] < ascending[best + reach] - ascending[best]) best = from;
  }
  return [ascending[best], ascending[best + reach]];
}
