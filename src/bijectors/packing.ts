// Lower triangles as vectors, row by row: the index arrays that pack and unpack them, and the sizes.
import { np, type Tensor } from "../tensor/index.js";

/** The side n of a triangle of `count` elements, strictly below the diagonal or with it; other counts throw. */
export function sideOf(count: number, withDiagonal: boolean): number {
  const n = Math.round((Math.sqrt(8 * count + 1) + (withDiagonal ? -1 : 1)) / 2);
  if (countOf(n, withDiagonal) !== count)
    throw new Error(
      `A vector of ${count} numbers does not fill a lower triangle ${withDiagonal ? "with" : "below"} its diagonal: ` +
        `the length must be ${withDiagonal ? "n (n + 1) / 2" : "n (n - 1) / 2"} for a whole n.`,
    );
  return n;
}

export const countOf = (n: number, withDiagonal: boolean): number => (n * (n + (withDiagonal ? 1 : -1))) / 2;

/** [..., count] to [..., n, n]: the vector row by row in the lower triangle, zeros elsewhere. */
export function unpack(x: Tensor, withDiagonal: boolean): Tensor {
  const count = x.shape[x.shape.length - 1];
  const n = sideOf(count, withDiagonal);
  const index = new Int32Array(n * n).fill(count);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < (withDiagonal ? i + 1 : i); j++) index[i * n + j] = k++;
  const padded = np.concatenate([x, np.zeros([...x.shape.slice(0, -1), 1])], -1);
  return np.take(padded, np.array(index), -1).reshape([...x.shape.slice(0, -1), n, n]);
}

/** [..., n, n] to [..., count]: the lower triangle row by row. */
export function pack(y: Tensor, withDiagonal: boolean): Tensor {
  const n = y.shape[y.shape.length - 1];
  const index: number[] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < (withDiagonal ? i + 1 : i); j++) index.push(i * n + j);
  return np.take(y.reshape([...y.shape.slice(0, -2), n * n]), np.array(Int32Array.from(index)), -1);
}

/** One number per packed element from its row and column. */
export function packedWeights(
  n: number,
  withDiagonal: boolean,
  weight: (i: number, j: number) => number,
): Tensor {
  const out: number[] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < (withDiagonal ? i + 1 : i); j++) out.push(weight(i, j));
  return np.array(Float64Array.from(out));
}
