// ProjectedNormal(concentration): directions of Normal(concentration, 1) vectors, in 2 or 3 dimensions.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { LOG_SQRT_2PI } from "./standardise.js";

const { logNdtr } = np.special;
const LOG_2PI = 2 * LOG_SQRT_2PI;

const unit = (x: Tensor): Tensor => x.div(np.sqrt(np.sum(x.mul(x), -1, { keepdims: true })));

/**
 * log of the integral over r >= 0 of r^(n-1) phi(r - t), with t the part of the concentration along the direction:
 * for n = 2 phi + t Phi, for n = 3 t phi + (1 + t^2) Phi, both over Phi, whose logarithm stays finite. In the far lower
 * tail the sums cancel; there the leading terms of their asymptotic series stand, phi / t^2 and 2 phi / |t|^3.
 */
function logRadial(t: Tensor, n: number): Tensor {
  const logPhi = t.mul(t).add(LOG_2PI).mul(-0.5);
  const far = t.lt(-30);
  const s = np.where(far, 0, t);
  const ratio = np.exp(s.mul(s).add(LOG_2PI).mul(-0.5).sub(logNdtr(s)));
  const near = n === 2 ? ratio.add(s) : s.mul(ratio).add(s.mul(s).add(1));
  const size = np.where(far, t.neg(), 30);
  const tail = np
    .log(size)
    .mul(-n)
    .add(n === 2 ? 0 : Math.LN2);
  return np.where(far, logPhi.add(tail), logNdtr(s).add(np.log(np.where(far, 1, near))));
}

/** ProjectedNormal(concentration): directions of Normal(concentration, 1) vectors; the density is known in 2 and 3 dimensions. */
export const ProjectedNormal = family("ProjectedNormal", {
  parameters: { concentration: { constraint: constraints.realVector } },
  hasRsample: true,
  eventShape: ({ concentration }) => concentration.shape.slice(-1),
  support: () => constraints.sphere,
  draw: ({ concentration }, key, shape) =>
    unit(random.normal(key, [...shape, concentration.shape.at(-1)!]).add(concentration)),
  logDensity({ concentration }, x) {
    const n = concentration.shape.at(-1)!;
    if (n !== 2 && n !== 3)
      throw new Error(
        `ProjectedNormal: the log density is known for 2 and 3 dimensions, got ${n}; sample a Normal vector and normalise it instead.`,
      );
    const t = np.sum(concentration.mul(x), -1);
    const rest = np.sum(concentration.mul(concentration), -1).sub(t.mul(t));
    return logRadial(t, n)
      .sub(rest.mul(0.5))
      .sub(((n - 1) / 2) * LOG_2PI);
  },
  mean: ({ concentration }) => unit(concentration),
});
