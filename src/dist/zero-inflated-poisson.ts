// ZeroInflatedPoisson(gate, rate): zero with probability gate, else Poisson(rate).
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { logFactorial } from "./counts.js";
import { ZeroInflatedDistribution } from "./extra-zeros.js";
import { family } from "./family.js";
import { Poisson } from "./poisson.js";
import { minus, timesLog } from "./standardise.js";

const { gammaincc, logaddexp } = np.special;

/** ZeroInflatedPoisson(gate, rate): zero with probability gate, else Poisson(rate). */
export const ZeroInflatedPoisson = family("ZeroInflatedPoisson", {
  parameters: {
    gate: { constraint: constraints.unitInterval },
    rate: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  draw({ gate, rate }, key, shape) {
    const keys = random.split(key, 2);
    const counts = random.poisson(keys.at(1), rate, shape);
    return np.where(random.uniform(keys.at(0), shape).lt(gate), 0, counts);
  },
  logDensity({ gate, rate }, x) {
    const open = np.log1p(gate.neg());
    const counted = timesLog(x, np.log(rate)).sub(rate).sub(logFactorial(x)).add(open);
    return np.where(x.eq(0), logaddexp(np.log(gate), open.sub(rate)), counted);
  },
  mean: ({ gate, rate }) => minus(1, gate).mul(rate),
  variance: ({ gate, rate }) => minus(1, gate).mul(rate).mul(rate.mul(gate).add(1)),
  entropy: ({ gate, rate }) => ZeroInflatedDistribution(Poisson(rate), { gate }).entropy(),
  cdf({ gate, rate }, x) {
    return gate.add(minus(1, gate).mul(gammaincc(np.floor(x).add(1), rate)));
  },
});
