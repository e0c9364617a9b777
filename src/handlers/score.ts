// The log density of a site: per batch element, masked and scaled; and summed, with the scale outside the sum.
import { insideOf, outside } from "../dist/index.js";
import { np, type Tensor } from "../tensor/index.js";
import type { Message } from "./message.js";

export type Scored = Pick<Message, "fn" | "value" | "scale" | "mask" | "untrusted">;

const scaled = (x: Tensor, scale: Tensor | number): Tensor => (scale === 1 ? x : x.mul(scale));

/** Before the guard and the scale. */
function masked({ fn, value, mask }: Scored): Tensor {
  const density = fn!.logProbWithin(value!);
  return mask ? np.where(mask, density, 0) : density;
}

/** Which values of unknown origin are in the support or masked out; null where all are known to be. */
function acceptable({ fn, value, mask, untrusted }: Scored): Tensor | null {
  if (!untrusted) return null;
  const inside = insideOf(fn!.valueOf(value!), fn!.support);
  return inside !== null && mask ? np.logicalOr(inside, np.logicalNot(mask)) : inside;
}

/** What stands for the density where a value is not acceptable: -Infinity, and NaN for what is not a number. */
const refused = ({ fn, value }: Scored): Tensor => outside(fn!.valueOf(value!), fn!.eventDim);

/** One number per batch element; -Infinity outside the support, NaN for a value that is not a number. */
export function logProb(site: Scored): Tensor {
  const density = masked(site);
  const inside = acceptable(site);
  return scaled(inside === null ? density : np.where(inside, density, refused(site)), site.scale);
}

/**
 * The sum. The support of an observation is tested in one separate term: it depends on data alone where the bounds do,
 * and then leaves the loop over the data.
 */
export function logProbSum(site: Scored): Tensor {
  const total =
    typeof site.scale === "number" || site.scale.ndim === 0
      ? scaled(np.sum(masked(site)), site.scale)
      : np.sum(scaled(masked(site), site.scale));
  const inside = acceptable(site);
  return inside === null ? total : total.add(np.sum(np.where(inside, 0, refused(site))));
}
