// Probability vectors of length K from K - 1 reals by stick-breaking (Stan Reference Manual up to 2.36, "Unit simplex").
import { np, numbers, type Tensor } from "../tensor/index.js";
import { allTrailing, exclusiveSums, lastRange, suffixSums, sumTrailing } from "./axes.js";
import { membership, type Bijector, type Constraint } from "./constraint.js";

/** log(K - k) for k = 1..K-1: with these offsets x = 0 is the uniform vector. */
const offsets = (pieces: number): Tensor =>
  np.array(Float64Array.from({ length: pieces }, (_, i) => numbers.log(pieces - i)));

const { softplus } = np.special;

/**
 * Break k takes the share s(u_k) of what remains, u_k = x_k - log(K - k), s the logistic function.
 * All in logs: log s(u) = u - softplus(u), log(1 - s(u)) = -softplus(u), so the remainder is exp of a running sum.
 */
export const stickBreaking: Bijector = {
  name: "stickBreaking",
  domainDim: 1,
  codomainDim: 1,
  forward(x) {
    const n = x.shape[x.shape.length - 1];
    const u = x.sub(offsets(n));
    const kept = softplus(u).neg();
    const before = exclusiveSums(kept);
    const pieces = np.exp(before.add(u).add(kept));
    const last = np.exp(np.sum(kept, -1, { keepdims: true }));
    return np.concatenate([pieces, last], -1);
  },
  inverse(y) {
    const n = y.shape[y.shape.length - 1] - 1;
    const remains = lastRange(suffixSums(y), 1, n + 1);
    return np
      .log(lastRange(y, 0, n))
      .sub(np.log(remains))
      .add(offsets(n));
  },
  // Each log(1 - s(u_j)) stands once for its own break and once for every later one: K - j + 1 times with log s(u_j)'s.
  logAbsDetJacobian(x) {
    const n = x.shape[x.shape.length - 1];
    const u = x.sub(offsets(n));
    const times = np.array(Float64Array.from({ length: n }, (_, i) => n + 1 - i));
    return sumTrailing(u.sub(softplus(u).mul(times)), 1);
  },
  forwardShape: (shape) => [...shape.slice(0, -1), shape[shape.length - 1] + 1],
  inverseShape: (shape) => [...shape.slice(0, -1), shape[shape.length - 1] - 1],
};

/** Non-negative vectors that add up to 1 (to 1e-6 in the check). */
export const simplex: Constraint = {
  name: "simplex",
  eventDim: 1,
  isDiscrete: false,
  check: membership((x) => np.logicalAnd(allTrailing(x.ge(0), 1), np.abs(np.sum(x, -1).sub(1)).lt(1e-6))),
  bijector: () => stickBreaking,
};
