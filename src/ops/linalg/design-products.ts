// Rows of designForm and designSums: products with the triangle of a least-squares problem, as one call asks for them.
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
  shapes: (types: readonly Type[]) => { inputs: readonly Shape[]; output: Shape } | null,
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
      return [{ dtype: "f64", shape: expected.output }];
    },
    jvp: refuse,
    vjp: refuse,
    vmap: refuse,
    ...rest,
  });
}

function plainLevel(carriers: Data, moved: Float64Array): number {
  const sides = [0, 0];
  for (let j = 0; j < moved.length; j++) sides[j % 2] += carriers[j] * moved[j];
  return sides[0] + sides[1];
}

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

/**
 * The level sum_j means_j (c + best)_j + (c + best)_ones may be a small difference of large terms. Where `delicate` is 1 it is
 * summed without rounding them: by two-sums and halves (Dekker, "A floating-point technique for extending the available precision",
 * 1971), and on a common grid (Rump, Ogita and Oishi, "Accurate floating-point summation", 2008). Even and odd positions
 * are summed apart, as two lanes do.
 */
export const designForm = row(
  "designForm",
  ([columns, , , best, , , c]) => {
    const [k, w] = columns?.shape ?? [];
    if (k === undefined || w === undefined || w % 2 !== 0 || !best || !c) return null;
    const wide = [even(k)];
    return { inputs: [[k, w], [w], [w], wide, wide, wide, [k], []], output: [w] };
  },
  {
    doc: "start + sum_j columns_j others_j m_j + ones * (sum_j carriers_j m_j) for m = best + c (best - c with `minus`), where columns_j is 0 behind element j + 1 - j % 2, and the last sum is exact but for one rounding where delicate is not 0.",
    evaluate([columns, start, ones, best, carriers, others, c, delicate], { minus }, { inputs }) {
      const [k, w] = inputs[0].shape;
      const size = best.length;
      const moved = new Float64Array(size);
      for (let j = 0; j < size; j++) {
        const given = j < k ? c[j] : 0;
        moved[j] = minus === true ? best[j] - given : best[j] + given;
      }
      const level =
        delicate[0] === 0
          ? plainLevel(carriers, moved)
          : exactLevel(carriers, moved, best, (j) => (j < k ? (minus === true ? -c[j] : c[j]) : 0));
      const out = Float64Array.from(start);
      for (let i = 0; i < w; i++) {
        for (let j = i - (i % 2); j < k; j++) out[i] += columns[j * w + i] * (moved[j] * others[j]);
        out[i] += ones[i] * level;
      }
      return [out];
    },
  },
);

/** For an upper triangle R: bounds b with |x_j| <= b_j wherever |R x| <= 1, by its comparison matrix (Higham 2002, theorem 8.11). */
export const triangleBound = special({
  name: "triangleBound",
  lowering: "triangleBound",
  doc: "For an upper triangle R [w, w] and means [k], k <= w: b [k] such that |x_j| <= b_j wherever |R x| <= 1 for the first k columns; infinite or NaN where R is singular.",
  infer([r, means]) {
    const [w, columns] = r?.shape ?? [];
    const [k] = means?.shape ?? [];
    if (w === undefined || w !== columns || k === undefined || k > w)
      throw typeError(
        "triangleBound",
        r && means ? [r, means] : [],
        "shapes do not belong together",
        "use what designFactor makes",
      );
    return [{ dtype: "f64", shape: [k] }];
  },
  evaluate(
    [r],
    _params,
    {
      inputs: [
        {
          shape: [w],
        },
      ],
      outputs: [
        {
          shape: [k],
        },
      ],
    },
  ) {
    const bound = new Float64Array(k);
    for (let j = k - 1; j >= 0; j--) {
      let sum = 1;
      for (let l = j + 1; l < k; l++) sum += Math.abs(r[j * w + l]) * bound[l];
      bound[j] = sum / Math.abs(r[j * w + j]);
    }
    return [bound];
  },
  vmap: () => {
    throw new Error(
      "triangleBound: passes make it after derivatives and batching; transform the graph first.",
    );
  },
});

export const designSums = row(
  "designSums",
  ([rows, , means]) => {
    const [n, w] = rows?.shape ?? [];
    const [k] = means?.shape ?? [];
    if (n === undefined || w === undefined || k === undefined || w % 2 !== 0) return null;
    return k <= n && n <= w ? { inputs: [[n, w], [w], [k], [w]], output: [k] } : null;
  },
  {
    doc: "For each j: sum_i rows[i, j] r_i + means_j sum_i ones_i r_i, where row i is 0 in front of element i - i % 2.",
    evaluate([rows, ones, means, r], _params, { inputs }) {
      const [n, w] = inputs[0].shape;
      const sides = [0, 0];
      for (let i = 0; i < w; i++) sides[i % 2] += ones[i] * r[i];
      const total = sides[0] + sides[1];
      const out = new Float64Array(means.length);
      for (let j = 0; j < out.length; j++) {
        for (let i = 0; i < Math.min(n, j + 2 - (j % 2)); i++) out[j] += rows[i * w + j] * r[i];
        out[j] += means[j] * total;
      }
      return [out];
    },
  },
);
