// Matrices that are zero outside a band: the mask of one, and a vector as a diagonal.
import { tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { concrete, type Tensor } from "../tensor.js";
import { where } from "./elementwise.js";
import { expandDims, pad } from "./shape.js";

/** Where the column index minus the row index passes a test: the mask behind tril, triu and diag. */
export function band(n: number, m: number, test: (offset: number) => boolean): Tensor {
  const data = new Uint8Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) data[i * m + j] = test(j - i) ? 1 : 0;
  return concrete({ dtype: "bool", shape: [n, m] }, data);
}

/** A vector as a diagonal of a matrix, k above the main one (the last axis, if there are more). */
export function diagFlat(x: TensorLike, k = 0): Tensor {
  const t = tensor(x, "np.diag");
  const n = t.shape[t.ndim - 1]!;
  if (k !== 0) {
    const lead = t.shape.slice(0, -1).map((): [number, number] => [0, 0]);
    const [before, after] = [Math.max(0, -k), Math.max(0, k)];
    return pad(diagFlat(t), [...lead, [before, after], [after, before]]);
  }
  return where(
    band(n, n, (d) => d === 0),
    expandDims(t, -1),
    0,
  );
}
