// CAR(loc, correlation, conditionalPrecision, adjMatrix): the conditional autoregressive Gaussian field on a graph.
import { constraints, membership, type Constraint } from "../bijectors/index.js";
import { np, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { MultivariateNormal } from "./multivariate-normal.js";
import { LOG_SQRT_2PI } from "./standardise.js";

export interface Parameters {
  readonly loc: Tensor;
  readonly correlation: Tensor;
  readonly conditionalPrecision: Tensor;
  readonly adjMatrix: Tensor;
}

const correlationSet: Constraint = {
  name: "interval(-1, 1)",
  eventDim: 0,
  isDiscrete: false,
  check: membership((x) => np.logicalAnd(x.gt(-1), x.lt(1))),
  element: (x) => x > -1 && x < 1,
};

/** D - correlation W, D the numbers of neighbours. */
function structure({ correlation, adjMatrix }: Parameters): Tensor {
  const n = adjMatrix.shape.at(-1)!;
  const degrees = np.sum(adjMatrix, -1, { keepdims: true });
  return np
    .eye(n)
    .mul(degrees)
    .sub(correlation.reshape([...correlation.shape, 1, 1]).mul(adjMatrix));
}

function asGaussian(p: Parameters) {
  const tau = p.conditionalPrecision.reshape([...p.conditionalPrecision.shape, 1, 1]);
  return MultivariateNormal({ loc: p.loc, precisionMatrix: structure(p).mul(tau) });
}

/** CAR(loc, correlation, conditionalPrecision, adjMatrix): the conditional autoregressive Gaussian field on a graph. */
export const CAR = family("CAR", {
  parameters: {
    loc: { constraint: constraints.realVector },
    correlation: { constraint: correlationSet },
    conditionalPrecision: { constraint: constraints.positive },
    adjMatrix: { constraint: constraints.independent(constraints.nonnegative, 2) },
  },
  hasRsample: true,
  eventShape: ({ adjMatrix }) => adjMatrix.shape.slice(-1),
  check({ loc, adjMatrix }) {
    const [n, m] = adjMatrix.shape.slice(-2) as [number, number];
    const d = loc.shape.at(-1)!;
    if (n !== m || (d !== n && d !== 1))
      throw new Error(
        `CAR: adjMatrix is ${n} by ${m} and loc has length ${d}; the matrix must be square and of loc's length.`,
      );
    if (adjMatrix.link) return;
    if (np.arrayEqual(adjMatrix, np.swapaxes(adjMatrix, -1, -2)).item() === 0)
      throw new Error("CAR: adjMatrix must be symmetric.");
    if (np.min(np.sum(adjMatrix, -1)).item() <= 0)
      throw new Error("CAR: every site of adjMatrix must have a neighbour.");
  },
  support: () => constraints.realVector,
  draw: (p, key, shape) => asGaussian(p).expand(shape).sample(key),
  // With D^-1/2 W D^-1/2 = V diag(l) V^T the determinant is a product over sites: of a known graph the l are computed once.
  logDensity(p, x) {
    const { correlation, conditionalPrecision: tau, adjMatrix } = p;
    const n = adjMatrix.shape.at(-1)!;
    const degrees = np.sum(adjMatrix, -1);
    const root = np.sqrt(degrees);
    const scaled = adjMatrix.div(np.expandDims(root, -1)).div(np.expandDims(root, -2));
    const values = np.linalg.eigvalsh(scaled);
    const phi = x.sub(p.loc);
    const logDet = np
      .sum(np.log1p(np.expandDims(correlation, -1).mul(values).neg()), -1)
      .add(np.sum(np.log(degrees), -1))
      .add(np.log(tau).mul(n));
    const neighbours = np.sum(adjMatrix.mul(np.expandDims(phi, -2)), -1);
    const form = np.sum(phi.mul(degrees.mul(phi).sub(np.expandDims(correlation, -1).mul(neighbours))), -1);
    return logDet
      .sub(tau.mul(form))
      .mul(0.5)
      .sub(n * LOG_SQRT_2PI);
  },
  mean: (p) => asGaussian(p).mean,
  variance: (p) => asGaussian(p).variance,
});
