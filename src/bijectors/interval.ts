// Bounded intervals: y = a + (b - a) sigmoid(x) (Stan Reference Manual, "Lower and upper bounded scalar").
import { np, type TensorLike } from "../tensor/index.js";
import { elementwise, membership, type Bijector, type Constraint } from "./constraint.js";
import { elementTest, showBound } from "./show-bound.js";

/** The logistic function, onto (0, 1). */
export const sigmoid: Bijector = elementwise("sigmoid", {
  forward: (x) => np.special.expit(x),
  inverse: (y) => np.special.logit(y),
  // log s(x) + log s(-x) with one softplus; exact in both tails, because softplus(-x) is -x + exp(x) there.
  logAbsDetJacobian: (x) => x.add(np.special.softplus(x.neg()).mul(2)).neg(),
});

/** low < y < high (the closed ends pass the check: rounding may reach them). */
export function interval(low: TensorLike, high: TensorLike): Constraint {
  const a = np.array(low);
  const b = np.array(high);
  return {
    name: `interval(${showBound(a)}, ${showBound(b)})`,
    eventDim: 0,
    isDiscrete: false,
    check: membership((x) => np.logicalAnd(x.ge(a), x.le(b))),
    ...elementTest([a, b], (x, from, to) => x >= from && x <= to),
    bounds: { low: a, high: b },
    bijector: () => {
      const width = b.sub(a);
      return elementwise("interval", {
        forward: (x) => a.add(width.mul(np.special.expit(x))),
        inverse: (y) => np.log(y.sub(a)).sub(np.log(b.sub(y))),
        logAbsDetJacobian: (x, y) => np.log(width).add(sigmoid.logAbsDetJacobian(x, y)),
      });
    },
  };
}

/** Numbers from 0 to 1. */
export const unitInterval: Constraint = {
  name: "unitInterval",
  eventDim: 0,
  isDiscrete: false,
  check: membership((x) => np.logicalAnd(x.ge(0), x.le(1))),
  element: (x) => x >= 0 && x <= 1,
  bounds: { low: 0, high: 1 },
  bijector: () => sigmoid,
};

/** Angles in [-pi, pi], mapped as an interval. */
export const circular: Constraint = { ...interval(-Math.PI, Math.PI), name: "circular" };
