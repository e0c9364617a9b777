// Row of flip: axes read backwards.
import type { Index } from "../../ir/index-map.js";
import { checkAxis, integers } from "../define/check.js";
import { movement } from "../define/movement.js";

export const flip = movement({
  name: "flip",
  doc: "The array with the axes reversed.",
  infer(input, params) {
    for (const a of integers("flip", params, "axes")) checkAxis("flip", [input], a, input.shape.length);
    return input;
  },
  indexMap(input, params) {
    const axes = integers("flip", params, "axes");
    return {
      index: input.shape.map((d, axis): Index => {
        const at: Index = { kind: "axis", axis };
        if (!axes.includes(axis)) return at;
        return { kind: "add", a: { kind: "scale", a: at, by: -1 }, b: { kind: "const", value: d - 1 } };
      }),
    };
  },
  transpose: (m, ct, _input, params) => m.op("flip", [ct], params),
  batched: (_input, params) => ({ axes: integers("flip", params, "axes").map((a) => a + 1) }),
});
