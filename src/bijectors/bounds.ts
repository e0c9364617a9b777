// Half lines: y = bound + exp(x) or y = bound - exp(x) (Stan Reference Manual, "Lower bounded scalar", "Upper bounded scalar").
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import { elementwise, membership, type Bijector, type Constraint } from "./constraint.js";
import { elementTest, showBound } from "./show-bound.js";

/** exp, onto the positive numbers; log-Jacobian x. */
export const exp: Bijector = elementwise("exp", {
  forward: (x) => np.exp(x),
  inverse: (y) => np.log(y),
  logAbsDetJacobian: (x) => x,
});

/** y > low. The bound may be a tensor; it broadcasts against the value. */
export function greaterThan(low: TensorLike): Constraint {
  const a = np.array(low);
  return {
    name: `greaterThan(${showBound(a)})`,
    eventDim: 0,
    isDiscrete: false,
    check: membership((x) => x.gt(a)),
    ...elementTest([a], (x, low) => x > low),
    bounds: { low: a },
    bijector: () =>
      elementwise("greaterThan", {
        forward: (x) => a.add(np.exp(x)),
        inverse: (y) => np.log(y.sub(a)),
        logAbsDetJacobian: (x) => x,
      }),
  };
}

/** y < high. */
export function lessThan(high: TensorLike): Constraint {
  const b = np.array(high);
  return {
    name: `lessThan(${showBound(b)})`,
    eventDim: 0,
    isDiscrete: false,
    check: membership((x) => x.lt(b)),
    ...elementTest([b], (x, high) => x < high),
    bounds: { high: b },
    bijector: () =>
      elementwise("lessThan", {
        forward: (x) => b.sub(np.exp(x)),
        inverse: (y) => np.log(b.sub(y)),
        logAbsDetJacobian: (x) => x,
      }),
  };
}

/** y >= low; the map never gives low itself. */
export function greaterThanEqual(low: TensorLike): Constraint {
  const open = greaterThan(low);
  const a = np.array(low);
  const element = elementTest([a], (x, bound) => x >= bound);
  return {
    ...open,
    name: `greaterThanEqual(${showBound(a)})`,
    check: membership((x) => x.ge(a)),
    ...element,
  };
}

/** y <= high. */
export function lessThanEqual(high: TensorLike): Constraint {
  const open = lessThan(high);
  const b = np.array(high);
  const element = elementTest([b], (x, bound) => x <= bound);
  return { ...open, name: `lessThanEqual(${showBound(b)})`, check: membership((x) => x.le(b)), ...element };
}

const halfLine = (
  name: string,
  check: (x: Tensor) => Tensor,
  element: (x: number) => boolean,
): Constraint => ({
  name,
  eventDim: 0,
  isDiscrete: false,
  check: membership(check),
  element,
  bounds: { low: 0 },
  bijector: () => exp,
});

/** y > 0, infinity excluded. */
export const positive: Constraint = halfLine(
  "positive",
  (x) => np.logicalAnd(x.gt(0), x.lt(Infinity)),
  (x) => x > 0 && x < Infinity,
);

/** y >= 0: the map never gives exactly 0. */
export const nonnegative: Constraint = halfLine(
  "nonnegative",
  (x) => np.logicalAnd(x.ge(0), x.lt(Infinity)),
  (x) => x >= 0 && x < Infinity,
);
