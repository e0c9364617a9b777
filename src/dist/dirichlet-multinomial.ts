// DirichletMultinomial(concentration, totalCount): category counts whose probabilities are a Dirichlet draw.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { logRepeatedChoose } from "./counts.js";
import { family } from "./family.js";
import { Multinomial } from "./multinomial.js";

/** DirichletMultinomial(concentration, totalCount): category counts whose probabilities are a Dirichlet draw. */
export const DirichletMultinomial = family("DirichletMultinomial", {
  parameters: {
    concentration: { constraint: constraints.independent(constraints.positive, 1) },
    totalCount: { constraint: constraints.nonnegativeInteger, default: 1 },
  },
  hasRsample: false,
  eventShape: ({ concentration }) => concentration.shape.slice(-1),
  support: ({ totalCount }) => constraints.multinomial(totalCount),
  draw({ concentration, totalCount }, key, shape) {
    const keys = random.split(key, 2);
    const probs = random.dirichlet(keys.at(0), concentration, shape);
    return Multinomial({ totalCount, probs }).expand(shape).sample(keys.at(1));
  },
  logDensity: ({ concentration: a, totalCount: n }, x) =>
    np.sum(logRepeatedChoose(a, x), -1).sub(logRepeatedChoose(np.sum(a, -1), n)),
  mean: ({ concentration: a, totalCount: n }) =>
    np.expandDims(n, -1).mul(a.div(np.sum(a, -1, { keepdims: true }))),
  variance({ concentration: a, totalCount }) {
    const n = np.expandDims(totalCount, -1);
    const total = np.sum(a, -1, { keepdims: true });
    const p = a.div(total);
    return n.mul(p).mul(np.subtract(1, p)).mul(n.add(total)).div(total.add(1));
  },
});
