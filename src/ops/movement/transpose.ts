// Row of transpose: axes in another order.
import { integers, typeError } from "../define/check.js";
import { movement } from "../define/movement.js";

const inverse = (perm: readonly number[]): number[] => {
  const out = new Array<number>(perm.length);
  perm.forEach((p, i) => (out[p] = i));
  return out;
};

export const transpose = movement({
  name: "transpose",
  doc: "Output axis i is input axis perm[i].",
  infer(input, params) {
    const perm = integers("transpose", params, "perm");
    if (perm.length !== input.shape.length || !input.shape.every((_, i) => perm.includes(i)))
      throw typeError(
        "transpose",
        [input],
        `[${perm.join(",")}] is not an order of its ${input.shape.length} axes`,
        "name each axis once",
      );
    return { dtype: input.dtype, shape: perm.map((p) => input.shape[p]) };
  },
  indexMap: (_input, params) => ({
    index: inverse(integers("transpose", params, "perm")).map((axis) => ({ kind: "axis", axis })),
  }),
  transpose: (m, ct, _input, params) => m.transpose(ct, inverse(integers("transpose", params, "perm"))),
  batched: (_input, params) => ({ perm: [0, ...integers("transpose", params, "perm").map((p) => p + 1)] }),
});
