// The concentration of a gamma law -> the entropy of the standard one, without the cancellation of large concentrations.
import { np, type Tensor } from "../tensor/index.js";
import { LOG_SQRT_2PI, minus, over } from "./standardise.js";

const { digamma, lgamma } = np.special;

/** a + log Gamma(a) + (1 - a) digamma(a); from 1000 on by Stirling's series of its terms. */
export function standardGammaEntropy(a: Tensor): Tensor {
  const large = a.gt(1000);
  const small = np.where(large, 1, a);
  const plain = small.add(lgamma(small)).add(minus(1, small).mul(digamma(small)));
  const held = np.where(large, a, 1000);
  const u = over(1, held);
  const series = u
    .mul(1 / 120)
    .sub(1 / 90)
    .mul(u)
    .sub(1 / 12)
    .mul(u)
    .sub(1 / 3)
    .mul(u);
  const far = np
    .log(held)
    .mul(0.5)
    .add(series)
    .add(LOG_SQRT_2PI + 0.5);
  return np.where(large, far, plain);
}
