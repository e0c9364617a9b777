// Chi2(df): the sum of df squared standard normals, a Gamma(df / 2, 1 / 2).
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { standardGammaEntropy } from "./gamma-entropy.js";
import { gammaQuantile } from "./quantiles.js";

const { gammainc, lgamma } = np.special;

/** Chi2(df): the sum of df squared standard normals, a Gamma(df / 2, 1 / 2). */
export const Chi2 = family("Chi2", {
  parameters: { df: { constraint: constraints.positive } },
  hasRsample: true,
  support: () => constraints.positive,
  draw: ({ df }, key, shape) => random.chisquare(key, df, shape),
  logDensity({ df }, x) {
    const half = df.mul(0.5);
    const constant = half.mul(-Math.LN2).sub(lgamma(half));
    return half.sub(1).mul(np.log(x)).sub(x.mul(0.5)).add(constant);
  },
  mean: ({ df }) => df,
  variance: ({ df }) => df.mul(2),
  entropy: ({ df }) => standardGammaEntropy(df.mul(0.5)).add(Math.LN2),
  cdf: ({ df }, x) => gammainc(df.mul(0.5), x.mul(0.5)),
  icdf: ({ df }, q) => gammaQuantile(df.mul(0.5), q).mul(2),
});
