// MultivariateStudentT(df, loc, scaleTril): a Gaussian vector over the root of an independent chi-square / df.
import { constraints } from "../bijectors/index.js";
import { broadcastShapes, np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { stretch } from "./shapes.js";
import { existsWhere, over } from "./standardise.js";
import { applyMatrix, solveLower } from "./triangular.js";

const { lgamma } = np.special;

/** MultivariateStudentT(df, loc, scaleTril): a Gaussian vector over the root of an independent chi-square / df. */
export const MultivariateStudentT = family("MultivariateStudentT", {
  parameters: {
    df: { constraint: constraints.positive },
    loc: { constraint: constraints.realVector, default: 0 },
    scaleTril: { constraint: constraints.lowerCholesky },
  },
  hasRsample: true,
  eventShape: ({ scaleTril }) => scaleTril.shape.slice(-1),
  check({ loc, scaleTril }) {
    const d = scaleTril.shape[scaleTril.ndim - 1]!;
    const n = loc.shape[loc.ndim - 1]!;
    if (n !== d && n !== 1)
      throw new Error(`MultivariateStudentT: loc has length ${n}, scaleTril has side ${d}; they must agree.`);
  },
  support: () => constraints.realVector,
  draw({ df, loc, scaleTril }, key, shape) {
    const keys = random.split(key, 2);
    const d = scaleTril.shape[scaleTril.ndim - 1]!;
    const spread = np.sqrt(random.chisquare(keys.at(1), df, shape).div(df)).reshape([...shape, 1]);
    return applyMatrix(scaleTril, random.normal(keys.at(0), [...shape, d]))
      .div(spread)
      .add(loc);
  },
  logDensity({ df, loc, scaleTril }, x) {
    const d = scaleTril.shape[scaleTril.ndim - 1]!;
    const z = solveLower(scaleTril, x.sub(loc));
    const power = df.add(d).mul(0.5);
    const constant = lgamma(power)
      .sub(lgamma(df.mul(0.5)))
      .sub(np.log(df.mul(Math.PI)).mul(d / 2))
      .sub(np.sum(np.log(np.diagonal(scaleTril, 0, -2, -1)), -1));
    return constant.sub(power.mul(np.log1p(np.sum(z.mul(z), -1).mul(over(1, df)))));
  },
  mean: ({ df, loc, scaleTril }) => {
    const batch = broadcastShapes(
      "MultivariateStudentT",
      df.shape,
      loc.shape.slice(0, -1),
      scaleTril.shape.slice(0, -2),
    );
    const wide = stretch(loc, [...batch, scaleTril.shape[scaleTril.ndim - 1]!]);
    return existsWhere(df.gt(1).reshape([...df.shape, 1]), wide);
  },
  variance({ df, scaleTril }) {
    const squares = np.sum(scaleTril.mul(scaleTril), -1);
    const n = df.reshape([...df.shape, 1]);
    return np.where(n.gt(2), squares.mul(n.div(n.sub(2))), existsWhere(n.gt(1), np.array(Infinity)));
  },
});
