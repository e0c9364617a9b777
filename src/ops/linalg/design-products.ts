// Rows of designForm, designGradient and triangleBound: products with the triangle of a least-squares problem, as one call asks for them.
import type { Special } from "../../ir/op.js";
import type { Data, Shape, Type } from "../../ir/types.js";
import { typeError } from "../define/check.js";
import { special } from "../define/special.js";

/** Splits a double into two halves of 26 bits (Dekker). */
export const SPLITTER = 2 ** 27 + 1;

const even = (n: number): number => n + (n % 2);

/** Made by passes behind derivatives, for f64 of these shapes. */
function row(
  name: string,
  shapes: (types: readonly Type[]) => { inputs: readonly Shape[]; outputs: readonly Shape[] } | null,
  rest: Pick<Special, "doc" | "evaluate">,
): Special {
  const refuse = (): never => {
    throw new Error(`${name}: passes make it after derivatives and batching; transform the graph first.`);
  };
  return special({
    name,
    lowering: name,
    infer(types) {
      const expected = types.every((t) => t.dtype === "f64") ? shapes(types) : null;
      const fits = expected?.inputs.every((shape, i) => types[i]?.shape.join() === shape.join());
      if (!expected || !fits || types.length !== expected.inputs.length)
        throw typeError(name, types, "shapes do not belong together", "use what designFactor makes, padded");
      return expected.outputs.map((shape) => ({ dtype: "f64", shape }));
    },
    jvp: refuse,
    vjp: refuse,
    vmap: refuse,
    ...rest,
  });
}

/** How many elements of column j of the triangle there are, in whole pairs. */
const heightOf = (j: number): number => j + 2 - (j % 2);

/** best + c, or best - c; as long as `best`. */
const movedBy = (best: Data, c: Data, minus: boolean): Float64Array =>
  Float64Array.from(best, (b, j) => (j >= c.length ? b : minus ? b - c[j] : b + c[j]));

function plainLevel(carriers: Data, moved: Float64Array): number {
  const sides = [0, 0];
  for (let j = 0; j < moved.length; j++) sides[j % 2] += carriers[j] * moved[j];
  return sides[0] + sides[1];
}

/**
 * The level sum_j means_j (c + best)_j + (c + best)_ones may be a small difference of large terms. Where `delicate` is 1 it is
 * summed without rounding them: by two-sums and halves (Dekker, "A floating-point technique for extending the available precision",
 * 1971), and on a common grid (Rump, Ogita and Oishi, "Accurate floating-point summation", 2008). Even and odd positions
 * are summed apart, as two lanes do.
 */
function exactLevel(carriers: Data, moved: Float64Array, best: Data, given: (j: number) => number): number {
  const size = moved.length;
  const large = new Float64Array(size);
  const small = new Float64Array(size);
  const total = [0, 0];
  for (let j = 0; j < size; j++) {
    const [b, m] = [best[j], moved[j]];
    const part = m - b;
    const lost = b - (m - part) + (given(j) - part);
    const wide = m * SPLITTER;
    const high = wide - (wide - m);
    large[j] = carriers[j] * high;
    small[j] = carriers[j] * (m - high + lost);
    total[j % 2] += Math.abs(large[j]);
  }
  const grid = (total[0] + total[1]) * 4;
  const [high, low] = [
    [0, 0],
    [0, 0],
  ];
  for (let j = 0; j < size; j++) {
    const rounded = large[j] + grid - grid;
    high[j % 2] += rounded;
    low[j % 2] += large[j] - rounded + small[j];
  }
  return high[0] + high[1] + (low[0] + low[1]);
}

/** R c for coefficients c beside the best ones, and what makes it: see designForm. */
function form(
  [columns, start, ones, best, carriers, others]: readonly Data[],
  c: Data,
  minus: boolean,
  exact: boolean,
): Float64Array {
  const moved = movedBy(best, c, minus);
  const w = start.length;
  const given = (j: number): number => (j < c.length ? (minus ? -c[j] : c[j]) : 0);
  const level = exact ? exactLevel(carriers, moved, best, given) : plainLevel(carriers, moved);
  const out = Float64Array.from(start);
  for (let i = 0; i < w; i++) {
    for (let j = i - (i % 2); j < c.length; j++) out[i] += columns[j * w + i] * (moved[j] * others[j]);
    out[i] += ones[i] * level;
  }
  return out;
}

/** The sum of products over even positions and that over odd ones, added up. */
function inPairs(a: Data, b: Data, from = 0, to = b.length): number {
  const sides = [a[from] * b[0], a[from + 1] * b[1]];
  for (let i = 2; i < to; i++) sides[i % 2] += a[from + i] * b[i];
  return sides[0] + sides[1];
}

export const designForm = row(
  "designForm",
  ([columns, , , best, , , c]) => {
    const [k, w] = columns?.shape ?? [];
    if (k === undefined || w === undefined || w % 2 !== 0 || !best || !c) return null;
    const wide = [even(k)];
    return { inputs: [[k, w], [w], [w], wide, wide, wide, [k], []], outputs: [[w]] };
  },
  {
    doc: "start + sum_j columns_j others_j m_j + ones * (sum_j carriers_j m_j) for m = best + c (best - c with `minus`), where columns_j is 0 behind element j + 1 - j % 2, and the last sum is exact but for one rounding where delicate is not 0.",
    evaluate([columns, start, ones, best, carriers, others, c, delicate], { minus }) {
      return [form([columns, start, ones, best, carriers, others], c, minus === true, delicate[0] !== 0)];
    },
  },
);

/**
 * What a log density asks of a form, and its gradient. Where nothing cancels the level is folded into the triangle, in
 * `plain`: both directions are one product with a triangle.
 */
export const designGradient = row(
  "designGradient",
  ([plain]) => {
    const [k, w] = plain?.shape ?? [];
    if (k === undefined || w === undefined || w % 2 !== 0) return null;
    const wide = [even(k)];
    return { inputs: [[k, w], [k, w], [w], [w], wide, wide, wide, [k], [], [k]], outputs: [[], [k]] };
  },
  {
    doc: "For the form r, which is designForm's with delicate = 1 and, where careful is 0, start + sum_j plain_j m_j: sum_i r_i^2, and for each j sum_i columns_ji r_i + means_j sum_i ones_i r_i, or sum_i plain_ji r_i.",
    evaluate([plain, columns, start, ones, best, carriers, others, means, careful, c], { minus }) {
      const w = start.length;
      const isCareful = careful[0] !== 0;
      let r: Float64Array;
      if (isCareful) r = form([columns, start, ones, best, carriers, others], c, minus === true, true);
      else {
        const moved = movedBy(best, c, minus === true);
        r = Float64Array.from(start);
        for (let j = 0; j < c.length; j++)
          for (let i = 0; i < heightOf(j); i++) r[i] += plain[j * w + i] * moved[j];
      }
      const total = isCareful ? inPairs(ones, r) : 0;
      const sums = Float64Array.from(means, (mean, j) => {
        const sum = inPairs(isCareful ? columns : plain, r, j * w, heightOf(j));
        return isCareful ? sum + mean * total : sum;
      });
      return [Float64Array.of(inPairs(r, r)), sums];
    },
  },
);

/** For an upper triangle R: bounds b with |x_j| <= b_j wherever |R x| <= 1, by its comparison matrix (Higham 2002, theorem 8.11). */
export const triangleBound = row(
  "triangleBound",
  ([r, means]) => {
    const [w] = r?.shape ?? [];
    const [k] = means?.shape ?? [];
    if (w === undefined || k === undefined || k > w) return null;
    return { inputs: [[w, w], [k]], outputs: [[k]] };
  },
  {
    doc: "For an upper triangle R [w, w] and means [k], k <= w: b [k] such that |x_j| <= b_j wherever |R x| <= 1 for the first k columns; infinite or NaN where R is singular.",
    evaluate([r, means], _params, { inputs: [triangle] }) {
      const [w] = triangle.shape;
      const k = means.length;
      const bound = new Float64Array(k);
      for (let j = k - 1; j >= 0; j--) {
        let sum = 1;
        for (let l = j + 1; l < k; l++) sum += Math.abs(r[j * w + l]) * bound[l];
        bound[j] = sum / Math.abs(r[j * w + j]);
      }
      return [bound];
    },
  },
);
