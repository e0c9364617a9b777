// HalfStudentT(df, scale): the absolute value of a centred Student t.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { studentTailQuantile } from "./quantiles.js";
import { existsWhere, logBeta, minus, over } from "./standardise.js";
import { StudentT } from "./student-t.js";

const { betainc, lgamma } = np.special;

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
    const ratio = np.exp(lgamma(df.add(1).mul(0.5)).sub(lgamma(df.mul(0.5))));
    const value = scale
      .mul(2)
      .mul(np.sqrt(df.div(Math.PI)))
      .mul(ratio)
      .div(df.sub(1));
    return existsWhere(df.gt(1), value, Infinity);
  },
  variance({ df, scale }) {
    const ratio = np.exp(lgamma(df.add(1).mul(0.5)).sub(lgamma(df.mul(0.5))));
    const mean = np.sqrt(df.div(Math.PI)).mul(2).mul(ratio).div(df.sub(1));
    const value = scale.mul(scale).mul(df.div(df.sub(2)).sub(mean.mul(mean)));
    return existsWhere(df.gt(2), value, Infinity);
  },
  // Half of a symmetric law: twice as dense on half of the line.
  entropy: ({ df, scale }) => StudentT(df, 0, scale).entropy().sub(Math.LN2),
  // P(T^2 <= z^2), in the form that keeps its digits near zero.
  cdf({ df, scale }, x) {
    const z = x.div(scale);
    const squared = z.mul(z);
    return betainc(0.5, df.mul(0.5), squared.div(df.add(squared)));
  },
  icdf: ({ df, scale }, q) => studentTailQuantile(df, minus(1, q).mul(0.5)).mul(scale),
});
