// The log density of a site: per batch element, masked and scaled; and summed, with the scale outside the sum.
import { supportIsAll, type Distribution } from "../dist/index.js";
import { np, type Tensor } from "../tensor/index.js";
import type { Message } from "./message.js";

export type Scored = Pick<Message, "fn" | "value" | "scale" | "mask" | "untrusted">;

/** Values of unknown origin without contents: whether they lie in the support must be part of the program. */
function needsGuard(site: Scored, fn: Distribution): boolean {
  return site.untrusted && site.value!.link !== null && !supportIsAll(fn.support);
}

const scaled = (x: Tensor, scale: Tensor | number): Tensor => (scale === 1 ? x : x.mul(scale));

/** Before the guard and the scale. */
function masked({ fn, value, mask }: Scored): Tensor {
  const density = fn!.logProbWithin(value!);
  return mask ? np.where(mask, density, 0) : density;
}

/** Which values are in the support or masked out. */
function acceptable({ fn, value, mask }: Scored): Tensor {
  const inside = fn!.support.check(fn!.valueOf(value!));
  return mask ? np.logicalOr(inside, np.logicalNot(mask)) : inside;
}

/** One number per batch element; -Infinity outside the support. */
export function logProb(site: Scored): Tensor {
  const density = masked(site);
  const guarded = needsGuard(site, site.fn!) ? np.where(acceptable(site), density, -Infinity) : density;
  return scaled(guarded, site.scale);
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
  return needsGuard(site, site.fn!) ? total.add(np.where(np.all(acceptable(site)), 0, -Infinity)) : total;
}
