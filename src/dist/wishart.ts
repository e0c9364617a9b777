// Wishart(concentration, { scaleMatrix | rateMatrix | scaleTril }): sums of outer products of Gaussian vectors; its inverse; the factors.
import { constraints } from "../bijectors/index.js";
import { np, random, type Shape, type Tensor } from "../tensor/index.js";
import { family, type Parameter } from "./family.js";
import { stretch } from "./shapes.js";

const { cholesky, inv, solveTriangular } = np.linalg;
const { lgamma, multigammaln } = np.special;

export interface Given {
  readonly concentration: Tensor;
  readonly scaleMatrix?: Tensor;
  readonly rateMatrix?: Tensor;
  readonly scaleTril?: Tensor;
}

const scales: Readonly<Record<"scaleMatrix" | "rateMatrix" | "scaleTril", Parameter>> = {
  scaleMatrix: { constraint: constraints.positiveDefinite },
  rateMatrix: { constraint: constraints.positiveDefinite },
  scaleTril: { constraint: constraints.lowerCholesky },
};

const matrixOf = (p: Given): Tensor => (p.scaleMatrix ?? p.rateMatrix ?? p.scaleTril)!;
const sideOf = (p: Given): number => matrixOf(p).shape.at(-1)!;
const transposed = (a: Tensor): Tensor => np.swapaxes(a, -1, -2);
/** The lower factor of the scale. */
const factorOf = (p: Given): Tensor => p.scaleTril ?? cholesky(p.scaleMatrix ?? inv(p.rateMatrix!));
const scaleOf = (p: Given): Tensor =>
  p.scaleMatrix ?? (p.rateMatrix ? inv(p.rateMatrix) : np.matmul(p.scaleTril!, transposed(p.scaleTril!)));
const logDiagonal = (l: Tensor): Tensor => np.log(np.diagonal(l, 0, -2, -1));
const perMatrix = (x: Tensor): Tensor => x.reshape([...x.shape, 1, 1]);
const squares = (a: Tensor): Tensor => np.sum(a.mul(a), [-1, -2]);

function needEnough(name: string, p: Given): void {
  const n = sideOf(p);
  if (p.concentration.link || matrixOf(p).link) return;
  const low = Array.from(p.concentration.data()).find((c) => !(c > n - 1));
  if (low !== undefined)
    throw new RangeError(
      `${name}: concentration must be above ${n - 1}, the side of the matrix less one; got ${low}.`,
    );
}

/** log of the density's constant without the determinant of the scale. */
const normaliser = (concentration: Tensor, n: number): Tensor =>
  concentration.mul((n * Math.LN2) / 2).add(multigammaln(concentration.mul(0.5), n));

/** Solves L y = x; batch axes broadcast. */
function solve(l: Tensor, x: Tensor): Tensor {
  const batch = np.broadcastArrays(np.zeros(l.shape.slice(0, -2)), np.zeros(x.shape.slice(0, -2)))[0]!.shape;
  return solveTriangular(
    stretch(l, [...batch, ...l.shape.slice(-2)]),
    stretch(x, [...batch, ...x.shape.slice(-2)]),
  );
}

/** Bartlett's factor of a standard Wishart: roots of chi-squares on the diagonal, normals below it. */
function bartlett(concentration: Tensor, n: number, key: Tensor, shape: Shape): Tensor {
  const keys = random.split(key, 2);
  const df = concentration.reshape([...concentration.shape, 1]).sub(np.arange(n));
  const roots = np.sqrt(random.chisquare(keys.at(1), stretch(df, [...shape, n])));
  const below = np.tril(random.normal(keys.at(0), [...shape, n, n]), -1);
  return below.add(np.eye(n).mul(roots.reshape([...shape, n, 1])));
}

/** The log density of a factor L of the Wishart. */
function logFactorDensity(p: Given, l: Tensor): Tensor {
  const n = sideOf(p);
  const scale = factorOf(p);
  const { concentration } = p;
  // 2^n prod L_ii^(n - i) is the Jacobian of L L^T, i counted from 0.
  const powers = concentration.reshape([...concentration.shape, 1]).sub(np.arange(1, n + 1));
  return np
    .sum(powers.mul(logDiagonal(l)), -1)
    .sub(squares(solve(scale, l)).mul(0.5))
    .sub(concentration.mul(np.sum(logDiagonal(scale), -1)))
    .sub(normaliser(concentration, n))
    .add(n * Math.LN2);
}

const parameters = { concentration: { constraint: constraints.positive } };
const eventShape = (p: Given): Shape => [sideOf(p), sideOf(p)];
const variance = (p: Given): Tensor => {
  const s = scaleOf(p);
  const d = np.diagonal(s, 0, -2, -1);
  return perMatrix(p.concentration).mul(s.mul(s).add(np.expandDims(d, -1).mul(np.expandDims(d, -2))));
};

/** Wishart(concentration, { scaleMatrix | rateMatrix | scaleTril }): positive definite matrices with mean concentration * scale. */
export const Wishart = family<"concentration", keyof typeof scales>("Wishart", {
  parameters,
  oneOf: scales,
  hasRsample: true,
  eventShape,
  check: (p) => needEnough("Wishart", p),
  support: () => constraints.positiveDefinite,
  draw(p, key, shape) {
    const l = np.matmul(factorOf(p), bartlett(p.concentration, sideOf(p), key, shape));
    return np.matmul(l, transposed(l));
  },
  logDensity(p, x) {
    const n = sideOf(p);
    const l = cholesky(x);
    const power = p.concentration.sub(n + 1);
    return power
      .mul(np.sum(logDiagonal(l), -1))
      .sub(squares(solve(factorOf(p), l)).mul(0.5))
      .sub(p.concentration.mul(np.sum(logDiagonal(factorOf(p)), -1)))
      .sub(normaliser(p.concentration, n));
  },
  mean: (p) => perMatrix(p.concentration).mul(scaleOf(p)),
  variance,
});

/** WishartCholesky(concentration, { scaleMatrix | rateMatrix | scaleTril }): the lower factor of a Wishart matrix. */
export const WishartCholesky = family<"concentration", keyof typeof scales>("WishartCholesky", {
  parameters,
  oneOf: scales,
  hasRsample: true,
  eventShape,
  check: (p) => needEnough("WishartCholesky", p),
  support: () => constraints.lowerCholesky,
  draw: (p, key, shape) => np.matmul(factorOf(p), bartlett(p.concentration, sideOf(p), key, shape)),
  logDensity: logFactorDensity,
  mean(p) {
    const n = sideOf(p);
    const df = p.concentration.reshape([...p.concentration.shape, 1]).sub(np.arange(n));
    const roots = np.exp(lgamma(df.add(1).mul(0.5)).sub(lgamma(df.mul(0.5)))).mul(Math.SQRT2);
    return factorOf(p).mul(np.expandDims(roots, -2));
  },
});

/** InverseWishart(concentration, { scaleMatrix | rateMatrix | scaleTril }): the inverse of a Wishart of the inverse scale. */
export const InverseWishart = family<"concentration", keyof typeof scales>("InverseWishart", {
  parameters,
  oneOf: scales,
  hasRsample: true,
  eventShape,
  check: (p) => needEnough("InverseWishart", p),
  support: () => constraints.positiveDefinite,
  // With A the factor of a standard Wishart and L that of the scale, (L A^-T)(L A^-T)^T.
  draw(p, key, shape) {
    const n = sideOf(p);
    const a = bartlett(p.concentration, n, key, shape);
    const root = solveTriangular(a, stretch(np.eye(n), [...shape, n, n]));
    const l = np.matmul(factorOf(p), transposed(root));
    return np.matmul(l, transposed(l));
  },
  logDensity(p, x) {
    const n = sideOf(p);
    const l = cholesky(x);
    const scale = factorOf(p);
    return p.concentration
      .mul(np.sum(logDiagonal(scale), -1))
      .sub(p.concentration.add(n + 1).mul(np.sum(logDiagonal(l), -1)))
      .sub(squares(solve(l, scale)).mul(0.5))
      .sub(normaliser(p.concentration, n));
  },
  mean(p) {
    const excess = perMatrix(p.concentration).sub(sideOf(p) + 1);
    return np.where(excess.gt(0), scaleOf(p).div(excess), NaN);
  },
  variance(p) {
    const s = scaleOf(p);
    const d = np.diagonal(s, 0, -2, -1);
    const excess = perMatrix(p.concentration).sub(sideOf(p) + 1);
    const outer = np.expandDims(d, -1).mul(np.expandDims(d, -2));
    const top = s.mul(s).mul(excess.add(2)).add(outer.mul(excess));
    const bottom = excess.add(1).mul(excess.mul(excess)).mul(excess.sub(2));
    return np.where(excess.gt(2), top.div(bottom), NaN);
  },
});
