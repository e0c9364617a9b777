// LKJ(dim, concentration): correlation matrices with density ~ det^(concentration - 1).
import { constraints } from "../bijectors/index.js";
import { np, type TensorLike } from "../tensor/index.js";
import { type Family, family, type FamilyDistribution } from "./family.js";
import { LKJCholesky, lkjLogNormaliser, type NamedLKJ } from "./lkj-cholesky.js";

function ofSize(n: number): Family<"concentration", never> {
  return family("LKJ", {
    parameters: { concentration: { constraint: constraints.positive, default: 1 } },
    hasRsample: false,
    eventShape: () => [n, n],
    support: () => constraints.corrMatrix,
    draw({ concentration }, key, shape) {
      const factor = LKJCholesky(n, concentration).expand(shape).sample(key);
      return np.matmul(factor, np.swapaxes(factor, -1, -2));
    },
    // The normaliser is that of the factors: the Jacobian between the two is part of their density.
    logDensity({ concentration }, x) {
      const logDet = np.sum(np.log(np.diagonal(np.linalg.cholesky(x), 0, -2, -1)), -1).mul(2);
      return concentration.sub(1).mul(logDet).sub(lkjLogNormaliser(n, concentration));
    },
    mean: ({ concentration }) => np.eye(n).mul(np.ones([...concentration.shape, 1, 1])),
  });
}

/** dim is a plain number, 2 or more; also as { dimension, concentration }. */
export function LKJ(
  dim: number | NamedLKJ,
  concentration: TensorLike = 1,
): FamilyDistribution<"concentration", never> {
  if (typeof dim === "object") return LKJ((dim.dimension ?? dim.dim)!, dim.concentration);
  if (!Number.isInteger(dim) || dim < 2)
    throw new RangeError(`LKJ: dim must be a whole number, 2 or more, got ${String(dim)}.`);
  return ofSize(dim)({ concentration });
}
