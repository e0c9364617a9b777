// Rules that write composite operations out, late, so that their parts fuse with their neighbours.
import { sizeOf } from "../../ir/types.js";
import type { Value } from "../../ir/types.js";
import {
  broadcast,
  logHigh,
  logLow,
  matmul,
  mul,
  pow,
  powFromLog,
  reshape,
  sum,
  transpose,
} from "../../ops/index.js";
import { numbers, range } from "../read.js";
import type { Context, Rule } from "../rule.js";

/** Products of matrices up to this many multiplications are unrolled with what is around them. */
const tiny = 64;

/** A matrix as it is stored: whether its last two axes are swapped in reading it. */
function stored(v: Value, at: Context): { matrix: Value; swapped: boolean } {
  const eq = at.is(v, transpose);
  if (!eq) return { matrix: v, swapped: false };
  const perm = numbers(eq.params, "perm");
  const n = perm.length;
  const swapped = perm.every((p, i) => p === (i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i));
  return swapped ? { matrix: eq.inputs[0], swapped } : { matrix: v, swapped: false };
}

/** The matrix times a vector over its given axis, summed over that axis. */
function contract(v: Value, vector: Value, columns: boolean, at: Context): Value {
  const { matrix, swapped } = stored(v, at);
  const { shape } = matrix.type;
  const n = shape.length;
  const axis = columns === swapped ? n - 2 : n - 1;
  const batch = range(n - 2);
  const flat = at.emit(reshape, [vector], { shape: [...batch.map((i) => shape[i]), shape[axis]] });
  const wide = at.emit(broadcast, [flat], { shape, dims: [...batch, axis] });
  return at.emit(sum, [at.emit(mul, [matrix, wide])], { axes: [axis] });
}

export const expandRules: readonly Rule[] = [
  {
    name: "matrix-vector",
    why: "A product with a vector is a sum of products along rows, which shares its loop with what makes and uses it.",
    class: "reassociates",
    roots: [matmul],
    apply({ inputs: [x, y], outputs: [z] }, at) {
      const n = x.type.shape.length;
      const { shape } = z.type;
      if (shape[n - 1] === 1) return at.emit(reshape, [contract(x, y, true, at)], { shape });
      if (shape[n - 2] === 1) return at.emit(reshape, [contract(y, x, false, at)], { shape });
      return null;
    },
  },
  {
    name: "small-matrices",
    why: "A product of very small matrices, or an outer product, is written out so that it fuses.",
    class: "reassociates",
    roots: [matmul],
    apply({ inputs: [x, y], outputs: [z] }, at) {
      const n = x.type.shape.length;
      const inner = x.type.shape[n - 1];
      const { shape } = z.type;
      if (sizeOf(shape) * inner > tiny && inner !== 1) return null;
      const batch = range(n - 2);
      const [rows, columns] = [shape[n - 2], shape[n - 1]];
      const lead = batch.map((i) => shape[i]);
      if (inner === 1) {
        const left = at.emit(reshape, [x], { shape: [...lead, rows] });
        const right = at.emit(reshape, [y], { shape: [...lead, columns] });
        return at.emit(mul, [
          at.emit(broadcast, [left], { shape, dims: [...batch, n - 2] }),
          at.emit(broadcast, [right], { shape, dims: [...batch, n - 1] }),
        ]);
      }
      const space = [...lead, rows, inner, columns];
      const left = at.emit(broadcast, [x], { shape: space, dims: [...batch, n - 2, n - 1] });
      const right = at.emit(broadcast, [y], { shape: space, dims: [...batch, n - 1, n] });
      return at.emit(sum, [at.emit(mul, [left, right])], { axes: [n - 1] });
    },
  },
  {
    name: "power-of-shared-base",
    why: "Powers of one base share its logarithm, which is most of the work of each and leaves the loop over exponents.",
    class: "exact",
    roots: [pow],
    over: [broadcast],
    apply({ inputs: [x, y] }, at) {
      const eq = at.is(x, broadcast);
      if (!eq || x.type.dtype !== "f64" || sizeOf(eq.inputs[0].type.shape) >= sizeOf(x.type.shape))
        return null;
      const wide = (op: typeof logHigh): Value =>
        at.emit(broadcast, [at.emit(op, [eq.inputs[0]])], eq.params);
      return at.emit(powFromLog, [x, y, wide(logHigh), wide(logLow)]);
    },
  },
];
