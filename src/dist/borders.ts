// A function known on a support, and values from anywhere -> a cdf or a quantile function on all numbers.
import type { Constraint } from "../bijectors/index.js";
import { np, type Tensor, type TensorLike } from "../tensor/index.js";

type Bounds = NonNullable<Constraint["bounds"]>;

const isBounded = ({ low, high }: Bounds): boolean => low !== undefined || high !== undefined;

/** In the precision of x. */
const like = (x: Tensor, bound: TensorLike): Tensor => np.array(bound, { dtype: x.dtype });

/** P(X <= x): 0 below the support, 1 from its upper end on, NaN at NaN; `inside` is asked about values of the support alone. */
export function wholeCdf(x: Tensor, support: Constraint, inside: (x: Tensor) => Tensor): Tensor {
  const { low, high = Infinity } = support.bounds ?? {};
  if (!isBounded(support.bounds ?? {})) return inside(x);
  const above = x.ge(high);
  // A continuous law has no mass at its lower end.
  const below = low === undefined ? null : support.isDiscrete ? x.lt(low) : x.le(low);
  const somewhere = like(x, low === undefined ? np.subtract(high, 1) : np.add(low, 1));
  const held = np.where(below ? np.logicalOr(below, above) : above, somewhere, x);
  // The floor of a count hides a NaN.
  const p = np.where(above, 1, np.where(x.eq(x), inside(held), NaN));
  return below ? np.where(below, 0, p) : p;
}

/** The quantile: the ends of the support at 0 and 1, NaN outside of [0, 1]. */
export function wholeQuantile(q: Tensor, support: Constraint, inside: (q: Tensor) => Tensor): Tensor {
  const { low = -Infinity, high = Infinity } = support.bounds ?? {};
  const within = np.logicalAnd(q.gt(0), q.lt(1));
  const ends = np.where(q.eq(0), like(q, low), np.where(q.eq(1), like(q, high), NaN));
  return np.where(within, inside(np.where(within, q, 0.5)), ends);
}
