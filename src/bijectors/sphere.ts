// Unit vectors: x / |x|. The map forgets the length, which a standard normal then settles
// (Stan Reference Manual, "Unit vector"): the log-Jacobian term is -|x|^2 / 2 and the inverse picks length one.
import { np, type Shape } from "../tensor/index.js";
import { sumTrailing } from "./axes.js";
import { membership, type Bijector, type Constraint } from "./constraint.js";

const same = (shape: Shape): Shape => shape;

/** x over its length, onto the sphere; the length is given a chi prior by the Jacobian term. */
export const normalise: Bijector = {
  name: "normalise",
  domainDim: 1,
  codomainDim: 1,
  forward: (x) => x.div(np.sqrt(np.sum(x.mul(x), -1, { keepdims: true }))),
  inverse: (y) => y,
  logAbsDetJacobian: (x) => sumTrailing(x.mul(x), 1).mul(-0.5),
  forwardShape: same,
  inverseShape: same,
};

/** Vectors of length 1. */
export const sphere: Constraint = {
  name: "sphere",
  eventDim: 1,
  isDiscrete: false,
  check: membership((x) => np.abs(np.sum(x.mul(x), -1).sub(1)).lt(1e-6)),
  bijector: () => normalise,
};
