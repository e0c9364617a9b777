// Sets of integers; none has a bijector.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import { membership, type Constraint } from "./constraint.js";
import { elementTest, showBound } from "./show-bound.js";

const integers = (
  name: string,
  within: (x: Tensor) => Tensor,
  element: ((x: number) => boolean) | undefined,
  bounds: Constraint["bounds"],
): Constraint => ({
  name,
  eventDim: 0,
  isDiscrete: true,
  check: membership((x) => np.logicalAnd(x.eq(np.floor(x)), within(x))),
  bounds,
  ...(element ? { element: (x: number) => Number.isInteger(x) && element(x) } : {}),
});

/** The numbers 0 and 1. */
export const boolean: Constraint = {
  name: "boolean",
  eventDim: 0,
  isDiscrete: true,
  check: membership((x) => np.logicalOr(x.eq(0), x.eq(1))),
  element: (x) => x === 0 || x === 1,
  bounds: { low: 0, high: 1 },
};

/** The whole numbers 0, 1, 2, ... */
export const nonnegativeInteger: Constraint = integers(
  "nonnegativeInteger",
  (x) => np.logicalAnd(x.ge(0), x.lt(Infinity)),
  (x) => x >= 0,
  { low: 0 },
);

/** The whole numbers 1, 2, 3, ... */
export const positiveInteger: Constraint = integers(
  "positiveInteger",
  (x) => np.logicalAnd(x.ge(1), x.lt(Infinity)),
  (x) => x >= 1,
  { low: 1 },
);

/** Whole numbers from low to high, both included. */
export function integerInterval(low: TensorLike, high: TensorLike): Constraint {
  const a = np.array(low);
  const b = np.array(high);
  return integers(
    `integerInterval(${showBound(a)}, ${showBound(b)})`,
    (x) => np.logicalAnd(x.ge(a), x.le(b)),
    elementTest([a, b], (x, from, to) => x >= from && x <= to).element,
    { low: a, high: b },
  );
}

/** Count vectors that add up to n. */
export function multinomial(n: TensorLike): Constraint {
  const total = np.array(n);
  return {
    name: `multinomial(${showBound(total)})`,
    eventDim: 1,
    isDiscrete: true,
    check: membership((x) => np.logicalAnd(np.all(nonnegativeInteger.check(x), -1), np.sum(x, -1).eq(total))),
  };
}

/** Vectors of zeros with a single one. */
export const oneHot: Constraint = {
  name: "oneHot",
  eventDim: 1,
  isDiscrete: true,
  check: membership((x) => np.logicalAnd(np.all(boolean.check(x), -1), np.sum(x, -1).eq(1))),
};
