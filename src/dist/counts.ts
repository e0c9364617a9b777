// Counting: log binomial coefficients, and the one number of trials that a list of values needs.
import { np, type Tensor } from "../tensor/index.js";

const { lgamma } = np.special;

/** log(n choose k). */
export const logChoose = np.special.logComb;

/** log k! */
export const logFactorial = (k: Tensor): Tensor => lgamma(k.add(1));

/**
 * log Gamma(x + a) - log Gamma(a) - log x!: of draws with repetition. By the beta function, in which the two large terms of a large a
 * do not cancel.
 */
export const logRepeatedChoose = (a: Tensor, x: Tensor): Tensor =>
  np.special
    .betaln(a, x.add(1))
    .add(np.log(x.add(a)))
    .neg();

/** The number of trials where all agree and it is known; the support has no common list otherwise. */
export function commonCount(name: string, totalCount: Tensor): number {
  if (totalCount.link)
    throw new Error(
      `${name}.enumerateSupport: totalCount must be known while tracing; give it as a plain number.`,
    );
  const counts = totalCount.data();
  const first = counts[0] ?? 0;
  if (counts.some((n) => n !== first))
    throw new Error(
      `${name}.enumerateSupport: totalCount differs within the batch, so the values have no common list.`,
    );
  return first;
}
