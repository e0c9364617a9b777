// A cdf without an inverse in closed form, and a probability -> the quantile, by bisection; its derivatives are exact.
import { np, type Tensor } from "../tensor/index.js";

/** How a half line or an interval is searched: u on a bounded interval -> x, increasing. */
export interface Search {
  readonly low: number;
  readonly high: number;
  readonly at: (u: Tensor) => Tensor;
}

/** x = exp(u): all positive doubles. */
export const positiveNumbers: Search = { low: -745, high: 709.7, at: np.exp };

/**
 * The x with cdf(x) = q. A last Newton step on a point that is held fixed leaves the value as it is and makes the derivatives those
 * of the implicit function: 1 / density by q, and by a parameter minus the cdf's derivative over the density. With `upper`,
 * P(X > x), quantiles above the median are found by it: close to 1 the cdf has no digits left.
 */
export function invertCdf(
  q: Tensor,
  shape: readonly number[],
  { low, high, at }: Search,
  cdf: (x: Tensor) => Tensor,
  logDensity: (x: Tensor) => Tensor,
  upper?: (x: Tensor) => Tensor,
): Tensor {
  const target = np.broadcastTo(np.stopGradient(q), shape);
  const isBelow = (x: Tensor): Tensor => {
    const byCdf = np.stopGradient(cdf(x)).lt(target);
    return upper
      ? np.where(target.gt(0.5), np.stopGradient(upper(x)).gt(np.subtract(1, target)), byCdf)
      : byCdf;
  };
  const halve = (ends: { a: Tensor; b: Tensor }): { a: Tensor; b: Tensor } => {
    const middle = ends.a.add(ends.b).mul(0.5);
    const below = isBelow(at(middle));
    return { a: np.where(below, middle, ends.a), b: np.where(below, ends.b, middle) };
  };
  const full = (x: number): Tensor => np.full(shape, x);
  const ends = np.fori(0, 64, (_, carry) => halve(carry as { a: Tensor; b: Tensor }), {
    a: full(low),
    b: full(high),
  }) as { a: Tensor; b: Tensor };
  const x = np.stopGradient(at(ends.a.add(ends.b).mul(0.5)));
  const density = np.stopGradient(np.exp(logDensity(x)));
  const inner = np.logicalAnd(np.logicalAnd(target.gt(0), target.lt(1)), density.gt(0));
  const gap = cdf(x).sub(np.broadcastTo(q, shape));
  const held = gap.sub(np.stopGradient(gap));
  return np.where(inner, x.sub(held.div(np.where(inner, density, 1))), x);
}
