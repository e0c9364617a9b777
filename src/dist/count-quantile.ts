// The cdf of a law of whole numbers and a probability -> its quantile, the least number whose cdf reaches it.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";

/** Beyond this whole numbers of doubles have gaps. */
const LARGEST = 2 ** 53;

interface Ends {
  readonly below: Tensor;
  readonly reached: Tensor;
}

/**
 * The least whole number k >= low with cdf(k) >= q: steps that double until it is passed, then halving. Quantiles of counts jump, so
 * they have no derivative: gradients are 0. `high`, where there is one, is where the cdf is 1.
 */
export function countQuantile(
  q: Tensor,
  shape: readonly number[],
  low: TensorLike,
  high: TensorLike | undefined,
  cdf: (k: Tensor) => Tensor,
): Tensor {
  const target = np.broadcastTo(np.stopGradient(q), shape);
  const isShort = (k: Tensor): Tensor => np.stopGradient(cdf(k)).lt(target);
  const start = np.broadcastTo(np.stopGradient(low), shape).add(np.zeros(shape));
  const top = high === undefined ? LARGEST : np.stopGradient(high);
  const first: Ends = { below: start.sub(1), reached: start };
  const isPassed = ({ reached }: Ends): Tensor =>
    np.logicalOr(np.logicalNot(isShort(reached)), reached.ge(top));
  const outer = np.whileLoop(
    (ends) => np.any(np.logicalNot(isPassed(ends as Ends))),
    (ends): Ends => {
      const { below, reached } = ends as Ends;
      const stay = isPassed({ below, reached });
      const further = np.minimum(reached.add(reached.sub(start).add(1)), top);
      return { below: np.where(stay, below, reached), reached: np.where(stay, reached, further) };
    },
    first,
  ) as Ends;
  const inner = np.whileLoop(
    (ends) => np.any((ends as Ends).reached.sub((ends as Ends).below).gt(1)),
    (ends): Ends => {
      const { below, reached } = ends as Ends;
      const middle = np.floor(below.add(reached).mul(0.5));
      const open = reached.sub(below).gt(1);
      const short = isShort(middle);
      return {
        below: np.where(np.logicalAnd(open, short), middle, below),
        reached: np.where(np.logicalAnd(open, np.logicalNot(short)), middle, reached),
      };
    },
    outer,
  ) as Ends;
  return np.stopGradient(inner.reached);
}
