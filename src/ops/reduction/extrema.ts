// Rows of the greatest and least element over axes: reduceMax and reduceMin, beside the elementwise max and min.
import type { Site } from "../../ir/op.js";
import type { DType, Value } from "../../ir/types.js";
import { isFloat } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { reduction } from "../define/reduction.js";
import type { Fold, ReductionSpec } from "../define/reduction.js";

const lowest = (d: DType): number => (isFloat(d) ? -Infinity : d === "i32" ? -(2 ** 31) : 0);
const highest = (d: DType): number => (isFloat(d) ? Infinity : d === "i32" ? 2 ** 31 - 1 : 2 ** 32 - 1);

/** Where the extremum is attained, and by how many elements; at least 1, for nothing attains NaN. */
function attained(m: Calculus, at: Site, { axes, spread }: Fold): { mask: Value; count: Value } {
  const [x] = at.inputs;
  const mask = m.compare("eq", x, spread(at.outputs[0]));
  const count = m.op("sum", [m.convert(mask, x.type.dtype)], { axes });
  return { mask, count: m.op("max", [count, m.fill(1, count.type)]) };
}

/** Ties share the derivative equally. */
const derivative: ReductionSpec["derivative"] = {
  jvp(m, at, t, fold) {
    const { mask, count } = attained(m, at, fold);
    return m.div(m.op("sum", [m.where(mask, t, 0)], { axes: fold.axes }), count);
  },
  vjp(m, at, ct, fold) {
    const { mask, count } = attained(m, at, fold);
    return m.where(mask, fold.spread(m.div(ct, count)), 0);
  },
};

export const reduceMax = reduction({
  name: "reduceMax",
  doc: "The greatest element over the axes, NaN if any is; the lowest number of nothing. Ties share the derivative equally.",
  takes: "numeric",
  identity: lowest,
  combine: (k, acc, x, dtype) =>
    isFloat(dtype) ? k.max(acc, x) : k.select(k.ilt(acc, x, dtype === "u32"), x, acc),
  derivative,
});

export const reduceMin = reduction({
  name: "reduceMin",
  doc: "The least element over the axes, NaN if any is; the highest number of nothing. Ties share the derivative equally.",
  takes: "numeric",
  identity: highest,
  combine: (k, acc, x, dtype) =>
    isFloat(dtype) ? k.min(acc, x) : k.select(k.ilt(x, acc, dtype === "u32"), x, acc),
  derivative,
});
