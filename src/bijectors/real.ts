// All real numbers, and vectors of them: the identity map.
import { membership, type Bijector, type Constraint } from "./constraint.js";
import { elementwise } from "./constraint.js";
import { independent } from "./independent.js";
import { np } from "../tensor/index.js";

/** Every number to itself; log-Jacobian 0. */
export const identity: Bijector = elementwise("identity", {
  forward: (x) => x,
  inverse: (y) => y,
  logAbsDetJacobian: (x) => np.zeros(x.shape),
});

/** All finite numbers. */
export const real: Constraint = {
  name: "real",
  eventDim: 0,
  isDiscrete: false,
  // x - x is 0 exactly for finite x, NaN for infinities and NaN.
  check: membership((x) => x.sub(x).eq(0)),
  element: Number.isFinite,
  bijector: () => identity,
};

/** Vectors of finite numbers: one event axis. */
export const realVector: Constraint = { ...independent(real, 1), name: "realVector" };
