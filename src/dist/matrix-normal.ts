// MatrixNormal(loc, scaleTrilRow, scaleTrilColumn): loc + A Z B^T with standard normal Z.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { stretch } from "./shapes.js";
import { LOG_SQRT_2PI } from "./standardise.js";

export interface Parameters {
  readonly loc: Tensor;
  readonly scaleTrilRow: Tensor;
  readonly scaleTrilColumn: Tensor;
}
const transposed = (a: Tensor): Tensor => np.swapaxes(a, -1, -2);
const logDet = (l: Tensor): Tensor => np.sum(np.log(np.diagonal(l, 0, -2, -1)), -1);
const realMatrix = constraints.independent(constraints.real, 2);

/** The y with L y = x. */
function solve(l: Tensor, x: Tensor): Tensor {
  const batch = np.broadcastArrays(np.zeros(l.shape.slice(0, -2)), np.zeros(x.shape.slice(0, -2)))[0]!.shape;
  return np.linalg.solveTriangular(
    stretch(l, [...batch, ...l.shape.slice(-2)]),
    stretch(x, [...batch, ...x.shape.slice(-2)]),
  );
}

const sizes = ({ scaleTrilRow, scaleTrilColumn }: Parameters): [number, number] => [
  scaleTrilRow.shape.at(-1)!,
  scaleTrilColumn.shape.at(-1)!,
];

/** MatrixNormal(loc, scaleTrilRow, scaleTrilColumn): loc + A Z B^T with standard normal Z. */
export const MatrixNormal = family("MatrixNormal", {
  parameters: {
    loc: { constraint: realMatrix },
    scaleTrilRow: { constraint: constraints.lowerCholesky },
    scaleTrilColumn: { constraint: constraints.lowerCholesky },
  },
  hasRsample: true,
  eventShape: sizes,
  check(p) {
    const [n, m] = sizes(p);
    const [rows, columns] = p.loc.shape.slice(-2);
    if (rows !== n || columns !== m)
      throw new Error(
        `MatrixNormal: loc is ${rows} by ${columns}, the factors are for ${n} by ${m}; they must agree.`,
      );
  },
  support: () => realMatrix,
  draw: (p, key, shape) =>
    np
      .matmul(
        np.matmul(p.scaleTrilRow, random.normal(key, [...shape, ...sizes(p)])),
        transposed(p.scaleTrilColumn),
      )
      .add(p.loc),
  logDensity(p, x) {
    const [n, m] = sizes(p);
    const half = solve(p.scaleTrilRow, x.sub(p.loc));
    const z = solve(p.scaleTrilColumn, transposed(half));
    const volume = logDet(p.scaleTrilRow).mul(m).add(logDet(p.scaleTrilColumn).mul(n));
    return np
      .sum(z.mul(z), [-1, -2])
      .mul(-0.5)
      .sub(volume)
      .sub(n * m * LOG_SQRT_2PI);
  },
  mean: (p) => p.loc,
  variance(p) {
    const rows = np.sum(np.square(p.scaleTrilRow), -1);
    const columns = np.sum(np.square(p.scaleTrilColumn), -1);
    return np.expandDims(rows, -1).mul(np.expandDims(columns, -2));
  },
});
