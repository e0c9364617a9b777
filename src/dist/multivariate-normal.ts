// MultivariateNormal({ loc, scaleTril | covarianceMatrix | precisionMatrix }): Gaussian vectors.
import { constraints } from "../bijectors/index.js";
import { broadcastShapes, np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { stretch } from "./shapes.js";
import { applyMatrix, solveLower } from "./triangular.js";
import { LOG_SQRT_2PI } from "./standardise.js";

interface Scale {
  readonly scaleTril?: Tensor;
  readonly covarianceMatrix?: Tensor;
  readonly precisionMatrix?: Tensor;
}

const given = (p: Scale): Tensor => (p.scaleTril ?? p.covarianceMatrix ?? p.precisionMatrix)!;

/** The lower factor L of the covariance L L'. */
export function scaleTrilOf(p: Scale): Tensor {
  if (p.scaleTril) return p.scaleTril;
  if (p.covarianceMatrix) return np.linalg.cholesky(p.covarianceMatrix);
  // With J the reversal of both axes and P = J F F' J, J F' J is lower triangular and its inverse is the factor of 1 / P.
  const reversed = np.flip(np.linalg.cholesky(np.flip(p.precisionMatrix!, [-1, -2])), [-1, -2]);
  const n = reversed.shape[reversed.ndim - 1]!;
  const sides = np.array(np.eye(n), { dtype: reversed.dtype as "f64" });
  return np.linalg.solveTriangular(np.swapaxes(reversed, -1, -2), stretch(sides, reversed.shape));
}

const covarianceOf = (p: Scale): Tensor => {
  if (p.covarianceMatrix) return p.covarianceMatrix;
  const l = scaleTrilOf(p);
  return np.matmul(l, np.swapaxes(l, -1, -2));
};

const halfLogDet = (factor: Tensor): Tensor => np.sum(np.log(np.diagonal(factor, 0, -2, -1)), -1);

/** MultivariateNormal({ loc, scaleTril | covarianceMatrix | precisionMatrix }): Gaussian vectors. */
export const MultivariateNormal = family("MultivariateNormal", {
  parameters: { loc: { constraint: constraints.realVector, default: 0 } },
  oneOf: {
    covarianceMatrix: { constraint: constraints.positiveDefinite },
    precisionMatrix: { constraint: constraints.positiveDefinite },
    scaleTril: { constraint: constraints.lowerCholesky },
  },
  hasRsample: true,
  eventShape: (p) => given(p).shape.slice(-1),
  check(p) {
    const d = given(p).shape[given(p).ndim - 1]!;
    const n = p.loc.shape[p.loc.ndim - 1]!;
    if (n !== d && n !== 1)
      throw new Error(`MultivariateNormal: loc has length ${n}, the matrix has side ${d}; they must agree.`);
  },
  support: () => constraints.realVector,
  draw(p, key, shape) {
    const d = given(p).shape[given(p).ndim - 1]!;
    return applyMatrix(scaleTrilOf(p), random.normal(key, [...shape, d])).add(p.loc);
  },
  // With a precision P = F F' the standardised vector is F' (x - loc) and no solve is needed.
  logDensity(p, x) {
    const d = given(p).shape[given(p).ndim - 1]!;
    const away = x.sub(p.loc);
    if (p.precisionMatrix) {
      const factor = np.linalg.cholesky(p.precisionMatrix);
      const z = applyMatrix(np.swapaxes(factor, -1, -2), away);
      return np
        .sum(z.mul(z), -1)
        .mul(-0.5)
        .add(halfLogDet(factor))
        .sub(d * LOG_SQRT_2PI);
    }
    const factor = scaleTrilOf(p);
    const z = solveLower(factor, away);
    return np
      .sum(z.mul(z), -1)
      .mul(-0.5)
      .sub(halfLogDet(factor))
      .sub(d * LOG_SQRT_2PI);
  },
  mean: (p) =>
    stretch(p.loc, broadcastShapes("MultivariateNormal", p.loc.shape, given(p).shape.slice(0, -1))),
  variance: (p) => np.diagonal(covarianceOf(p), 0, -2, -1),
  entropy(p) {
    const d = given(p).shape[given(p).ndim - 1]!;
    return halfLogDet(scaleTrilOf(p)).add(d * (LOG_SQRT_2PI + 0.5));
  },
});
