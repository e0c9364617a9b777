// LowRankMultivariateNormal(loc, covFactor, covDiag): covariance W W' + diag(D), W with few columns.
import { constraints, type Constraint } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { applyMatrix, solveLower } from "./triangular.js";
import { LOG_SQRT_2PI } from "./standardise.js";

const realMatrix: Constraint = constraints.independent(constraints.real, 2);
const positiveVector: Constraint = constraints.independent(constraints.positive, 1);

/** The factor of the capacitance matrix I + W' D^-1 W: small, of the rank's side. */
function capacitance(factor: Tensor, diag: Tensor): Tensor {
  const weighted = factor.div(np.expandDims(diag, -1));
  const rank = factor.shape[factor.ndim - 1]!;
  return np.linalg.cholesky(
    np.matmul(np.swapaxes(factor, -1, -2), weighted).add(np.eye(rank, rank, 0, { dtype: factor.dtype })),
  );
}

/** Half the log determinant, by the matrix determinant lemma. */
const halfLogDet = (cap: Tensor, diag: Tensor): Tensor =>
  np.sum(np.log(np.diagonal(cap, 0, -2, -1)), -1).add(np.sum(np.log(diag), -1).mul(0.5));

/** LowRankMultivariateNormal(loc, covFactor, covDiag): covariance W W' + diag(D), W with few columns. */
export const LowRankMultivariateNormal = family("LowRankMultivariateNormal", {
  parameters: {
    loc: { constraint: constraints.realVector },
    covFactor: { constraint: realMatrix },
    covDiag: { constraint: positiveVector },
  },
  hasRsample: true,
  eventShape: ({ covDiag }) => covDiag.shape.slice(-1),
  support: () => constraints.realVector,
  draw({ loc, covFactor, covDiag }, key, shape) {
    const keys = random.split(key, 2);
    const shared = random.normal(keys.at(0), [...shape, covFactor.shape[covFactor.ndim - 1]!]);
    const own = random.normal(keys.at(1), [...shape, covDiag.shape[covDiag.ndim - 1]!]);
    return applyMatrix(covFactor, shared)
      .add(own.mul(np.sqrt(covDiag)))
      .add(loc);
  },
  // Woodbury: the quadratic form is |x|^2 / D minus that of the projection on the factor.
  logDensity({ loc, covFactor, covDiag }, x) {
    const away = x.sub(loc);
    const scaled = away.div(covDiag);
    const cap = capacitance(covFactor, covDiag);
    const projected = solveLower(cap, applyMatrix(np.swapaxes(covFactor, -1, -2), scaled));
    const square = np.sum(away.mul(scaled), -1).sub(np.sum(projected.mul(projected), -1));
    const d = covDiag.shape[covDiag.ndim - 1]!;
    return square
      .mul(-0.5)
      .sub(halfLogDet(cap, covDiag))
      .sub(d * LOG_SQRT_2PI);
  },
  mean: ({ loc }) => loc,
  variance: ({ covFactor, covDiag }) => np.sum(covFactor.mul(covFactor), -1).add(covDiag),
  entropy: ({ covFactor, covDiag }) =>
    halfLogDet(capacitance(covFactor, covDiag), covDiag).add(
      covDiag.shape[covDiag.ndim - 1]! * (LOG_SQRT_2PI + 0.5),
    ),
});
