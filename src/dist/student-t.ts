// StudentT(df, loc, scale): df degrees of freedom, heavy tails.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { studentTail, studentTailQuantile } from "./quantiles.js";
import { existsWhere, logBeta, minus, over, standardise } from "./standardise.js";

const { digamma } = np.special;

/** StudentT(df, loc, scale): df degrees of freedom, heavy tails. */
export const StudentT = family("StudentT", {
  parameters: {
    df: { constraint: constraints.positive },
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: ({ df, loc, scale }, key, shape) => random.studentT(key, df, shape).mul(scale).add(loc),
  logDensity({ df, loc, scale }, x) {
    const z = standardise(x, loc, scale);
    const power = df.add(1).mul(0.5);
    const constant = logBeta(df.mul(0.5), 0.5).neg().sub(np.log(df).mul(0.5)).sub(np.log(scale));
    return constant.sub(power.mul(np.special.log1psquare(z.mul(over(1, np.sqrt(df))))));
  },
  mean: ({ df, loc }) => existsWhere(df.gt(1), loc),
  variance({ df, scale }) {
    const finite = scale.mul(scale).mul(df).div(df.sub(2));
    return np.where(df.gt(2), finite, existsWhere(df.gt(1), np.array(Infinity)));
  },
  entropy({ df, scale }) {
    const power = df.add(1).mul(0.5);
    const half = df.mul(0.5);
    // digamma(half + 1/2) - digamma(half), by its series where the two agree in many digits.
    const many = df.gt(1e4);
    const u = over(1, np.where(many, df, 1e4));
    const series = u.mul(u.mul(0.5).add(1)).sub(np.power(u, 4).mul(0.25));
    const few = np.where(many, 1, half);
    const slope = np.where(many, series, digamma(few.add(0.5)).sub(digamma(few)));
    return power.mul(slope).add(np.log(df).mul(0.5)).add(logBeta(half, 0.5)).add(np.log(scale));
  },
  cdf({ df, loc, scale }, x) {
    const z = standardise(x, loc, scale);
    const tail = studentTail(df, np.abs(z));
    return np.where(z.gt(0), minus(1, tail), tail);
  },
  icdf({ df, loc, scale }, q) {
    const tail = np.minimum(q, minus(1, q));
    const z = studentTailQuantile(df, tail);
    return np.where(q.lt(0.5), z.neg(), z).mul(scale).add(loc);
  },
});
