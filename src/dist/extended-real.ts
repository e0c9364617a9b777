// Bounds that may be infinite: any number but NaN.
import { membership, type Constraint } from "../bijectors/index.js";

export const extendedReal: Constraint = {
  name: "a number or infinity",
  eventDim: 0,
  isDiscrete: false,
  check: membership((x) => x.eq(x)),
  element: (x) => !Number.isNaN(x),
};
