// Row of broadcast: an array repeated along new axes.
import { typeError, integers, shapeParam } from "../define/check.js";
import { kept } from "../define/calculus.js";
import { movement } from "../define/movement.js";

export const broadcast = movement({
  name: "broadcast",
  doc: "Input axis i becomes output axis dims[i]; the array repeats along the other axes of the shape.",
  infer(input, params) {
    const shape = shapeParam("broadcast", params);
    const dims = integers("broadcast", params, "dims");
    const fits =
      dims.length === input.shape.length &&
      dims.every(
        (d, i) => d >= 0 && d < shape.length && shape[d] === input.shape[i] && (i === 0 || d > dims[i - 1]),
      );
    if (!fits)
      throw typeError(
        "broadcast",
        [input],
        `shape [${shape.join(",")}] with dims [${dims.join(",")}] does not hold it`,
        "name one output axis of equal length per input axis, ascending (axes of length 1 are dropped by reshape first)",
      );
    return { dtype: input.dtype, shape };
  },
  indexMap: (_input, params) => ({
    index: integers("broadcast", params, "dims").map((axis) => ({ kind: "axis", axis })),
  }),
  transpose: (m, ct, _input, params) =>
    m.sum(ct, kept(ct.type.shape.length, integers("broadcast", params, "dims"))),
  batched: (_input, params, size) => ({
    shape: [size, ...shapeParam("broadcast", params)],
    dims: [0, ...integers("broadcast", params, "dims").map((d) => d + 1)],
  }),
});
