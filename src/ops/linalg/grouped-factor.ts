// Row of groupedFactor: what designFactor finds of data whose rows fall into groups, as those of hierarchical models do.
import type { Type } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import { integer, typeError } from "../define/check.js";
import { special } from "../define/special.js";
import { factor } from "./design-factor.js";

/**
 * One operation, and not the dozen equations that it could be written in: it runs once per data set, and compiling those took
 * longer than all that is left of the model's rows.
 */
export const groupedFactor = special({
  name: "groupedFactor",
  doc: "For x [n, k], y [n, m], m <= 1, and the group of each row, index i32 [n], of `count` groups: a triangle R with R'R = E'E for E = D less each group's mean row of D, D = [x - 1 means' | y - x b] as in designFactor; b, means and which column is of ones [k]; the groups' means of D [k + m, count] and numbers of rows [count]; E [n, k + m], and memory to work in. Indices out of range are clamped.",
  lowering: "groupedFactor",
  infer(inputs, params) {
    const [x, y, index] = inputs;
    const count = integer("groupedFactor", params, "count");
    const matrices = inputs.length === 3 && [x, y].every((t) => t.dtype === "f64" && t.shape.length === 2);
    if (!matrices || index.dtype !== "i32" || index.shape.length !== 1)
      throw typeError(
        "groupedFactor",
        inputs,
        "it takes two f64 matrices and an i32 vector",
        "reshape or convert them",
      );
    const [[n, k], [rows, m]] = [x.shape, y.shape];
    if (n !== rows || n !== index.shape[0] || n <= k + m || m > 1 || count < 1)
      throw typeError(
        "groupedFactor",
        inputs,
        "it needs more rows than columns, a group for each, and at most one response",
        "use the rows as they are",
      );
    const w = k + m;
    const f64 = (...shape: number[]): Type => ({ dtype: "f64", shape });
    return [
      f64(w, w),
      f64(k),
      f64(k),
      f64(k),
      f64(w, count),
      f64(count),
      f64(n, w),
      f64(n + 2, w),
      f64(w + 3, w),
      f64(count),
    ];
  },
  evaluate([x, y, index], params, { inputs, outputs }) {
    const [n, k] = inputs[0].shape;
    const [, m] = inputs[1].shape;
    const w = k + m;
    const count = params.count as number;
    const out = outputs.map(allocate) as Float64Array[];
    const [r, b, means, unit, groupMeans, counts, rest, work, spare, sums] = out;
    factor(x, y, { n, k, m }, [spare.subarray(0, w * w), b, means, unit, work], rest);
    const groupOf = (i: number): number => Math.min(Math.max(index[i], 0), count - 1);
    for (let i = 0; i < n; i++) counts[groupOf(i)]++;
    // The mean of what a first mean leaves over is what its rounding lost.
    for (let c = 0; c < w; c++)
      for (let turn = 0; turn < 2; turn++) {
        sums.fill(0);
        for (let i = 0; i < n; i++) sums[groupOf(i)] += rest[i * w + c];
        for (let g = 0; g < count; g++) sums[g] /= Math.max(counts[g], 1);
        for (let g = 0; g < count; g++) groupMeans[c * count + g] += sums[g];
        for (let i = 0; i < n; i++) rest[i * w + c] -= sums[groupOf(i)];
      }
    const unused = [0, 1, 2].map((i) => spare.subarray((w + i) * w, (w + i + 1) * w));
    factor(rest, y, { n, k: w, m: 0 }, [r, ...unused, work]);
    return out;
  },
  jvp: refuse,
  vjp: refuse,
  vmap(_e, inputs) {
    throw typeError(
      "groupedFactor",
      inputs.map((v) => v.type),
      "passes make it after derivatives and batching",
      "transform the graph first",
    );
  },
});

function refuse(): never {
  throw new Error(
    "groupedFactor: passes make it after derivatives are taken; differentiate the graph first.",
  );
}
