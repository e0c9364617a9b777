// Positive numbers by y = log(1 + exp(x)): linear far out, so steps in x are steps in y.
import { np } from "../tensor/index.js";
import { elementwise, type Bijector, type Constraint } from "./constraint.js";
import { positive } from "./bounds.js";

/** log(1 + exp(x)), onto the positive numbers: nearly linear where x is large. */
export const softplus: Bijector = elementwise("softplus", {
  forward: (x) => np.special.softplus(x),
  // y + log(1 - exp(-y)), finite for small and large y.
  inverse: (y) => y.add(np.log(np.expm1(y.neg()).neg())),
  logAbsDetJacobian: (x) => np.special.softplus(x.neg()).neg(),
});

/** Positive numbers, reached by softplus instead of exp. */
export const softplusPositive: Constraint = {
  name: "softplusPositive",
  eventDim: 0,
  isDiscrete: false,
  check: positive.check,
  element: positive.element,
  bijector: () => softplus,
};
