// Dirichlet(concentration): probability vectors.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";

const { digamma, lgamma, xlogy } = np.special;
const positiveVector = constraints.independent(constraints.positive, 1);

/** Dirichlet(concentration): probability vectors. */
export const Dirichlet = family("Dirichlet", {
  parameters: { concentration: { constraint: positiveVector } },
  hasRsample: true,
  eventShape: ({ concentration }) => concentration.shape.slice(-1),
  support: () => constraints.simplex,
  draw: ({ concentration }, key, shape) => random.dirichlet(key, concentration, shape),
  logDensity({ concentration: a }, x) {
    const constant = lgamma(np.sum(a, -1)).sub(np.sum(lgamma(a), -1));
    return np.sum(xlogy(a.sub(1), x), -1).add(constant);
  },
  mean: ({ concentration: a }) => a.div(np.sum(a, -1, { keepdims: true })),
  variance({ concentration: a }) {
    const total = np.sum(a, -1, { keepdims: true });
    const m = a.div(total);
    return m.mul(np.subtract(1, m)).div(total.add(1));
  },
  entropy({ concentration: a }) {
    const k = a.shape[a.ndim - 1]!;
    const total = np.sum(a, -1);
    const logB = np.sum(lgamma(a), -1).sub(lgamma(total));
    return logB.add(total.sub(k).mul(digamma(total))).sub(np.sum(a.sub(1).mul(digamma(a)), -1));
  },
});
