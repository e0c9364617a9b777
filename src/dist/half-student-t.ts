// HalfStudentT(df, scale): the absolute value of a centred Student t.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { studentTail, studentTailQuantile } from "./quantiles.js";
import { existsWhere, logBeta, minus, over } from "./standardise.js";
import { StudentT } from "./student-t.js";

const { betainc } = np.special;

/** 2 sqrt(df / pi) Gamma((df + 1) / 2) / Gamma(df / 2) / (df - 1), the ratio by the beta function: 2 sqrt(df) / ((df - 1) B(df / 2, 1 / 2)). */
const unitMean = (df: Tensor): Tensor =>
  np
    .sqrt(df)
    .mul(2)
    .mul(np.exp(logBeta(df.mul(0.5), np.array(0.5, { dtype: df.dtype })).neg()))
    .div(df.sub(1));

/** HalfStudentT(df, scale): the absolute value of a centred Student t. */
export const HalfStudentT = family("HalfStudentT", {
  parameters: {
    df: { constraint: constraints.positive },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.nonnegative,
  draw: ({ df, scale }, key, shape) => np.abs(random.studentT(key, df, shape)).mul(scale),
  logDensity({ df, scale }, x) {
    const z = x.mul(over(1, scale));
    const constant = logBeta(df.mul(0.5), np.array(0.5, { dtype: df.dtype }))
      .add(np.log(df).mul(0.5))
      .add(np.log(scale));
    return df
      .add(1)
      .mul(-0.5)
      .mul(np.log1p(z.mul(z).mul(over(1, df))))
      .sub(constant.sub(Math.LN2));
  },
  mean({ df, scale }) {
    return existsWhere(df.gt(1), scale.mul(unitMean(df)), Infinity);
  },
  variance({ df, scale }) {
    const mean = unitMean(df);
    const value = scale.mul(scale).mul(df.div(df.sub(2)).sub(mean.mul(mean)));
    return existsWhere(df.gt(2), value, Infinity);
  },
  // Half of a symmetric law: twice as dense on half of the line.
  entropy: ({ df, scale }) => StudentT(df, 0, scale).entropy().sub(Math.LN2),
  // From whichever side keeps its digits: P(T^2 <= z^2) near zero, the tail further out.
  cdf({ df, scale }, x) {
    const z = x.div(scale);
    const near = z.lt(0.5);
    const squared = np.square(np.where(near, z, 0));
    const inner = betainc(0.5, df.mul(0.5), squared.div(df.add(squared)));
    return np.where(near, inner, minus(1, studentTail(df, z).mul(2)));
  },
  icdf: ({ df, scale }, q) => studentTailQuantile(df, minus(1, q).mul(0.5)).mul(scale),
});
