// Vectors with absolute values that add up to less than one: a signed stick from tanh(x).
import { np, type Shape, type Tensor } from "../tensor/index.js";
import { exclusiveSums, lastRange, sumTrailing } from "./axes.js";
import { membership, type Bijector, type Constraint } from "./constraint.js";

const same = (shape: Shape): Shape => shape;

/** log(1 - |tanh x|) = log 2 - softplus(2|x|). */
const logLeft = (x: Tensor): Tensor => np.array(Math.LN2).sub(np.special.softplus(np.abs(x).mul(2)));

/** y_k = tanh(x_k) prod_{j<k} (1 - |tanh x_j|). */
export const signedStick: Bijector = {
  name: "l1Ball",
  domainDim: 1,
  codomainDim: 1,
  forward: (x) => np.tanh(x).mul(np.exp(exclusiveSums(logLeft(x)))),
  inverse(y) {
    const n = y.shape[y.shape.length - 1];
    const used = exclusiveSums(np.abs(y));
    return np.arctanh(y.div(np.array(1).sub(lastRange(used, 0, n))));
  },
  // The derivative of tanh is (1 - |t|)(1 + |t|); every later element repeats the factor (1 - |t|).
  logAbsDetJacobian(x) {
    const n = x.shape[x.shape.length - 1];
    const times = np.array(Float64Array.from({ length: n }, (_, k) => n - k));
    return sumTrailing(
      logLeft(x)
        .mul(times)
        .add(np.log1p(np.abs(np.tanh(x)))),
      1,
    );
  },
  forwardShape: same,
  inverseShape: same,
};

/** Vectors whose absolute values sum to at most 1. */
export const l1Ball: Constraint = {
  name: "l1Ball",
  eventDim: 1,
  isDiscrete: false,
  check: membership((x) => np.sum(np.abs(x), -1).le(1)),
  bijector: () => signedStick,
};
