// Row of concatenate: arrays joined along an axis.
import type { Type } from "../ir/types.js";
import { allocate, isFloat, sizeOf } from "../ir/types.js";
import { Calculus } from "./define/calculus.js";
import { checkAxis, checkSameDtype, integer, typeError } from "./define/check.js";
import { shiftedVmap, special } from "./define/special.js";

export const concatenate = special({
  name: "concatenate",
  doc: "The inputs one after another along an axis.",
  lowering: "concatenate",
  infer(inputs, params): readonly Type[] {
    if (inputs.length === 0) throw new Error("concatenate: got no arrays; pass at least one.");
    const axis = integer("concatenate", params, "axis");
    const [{ dtype, shape }] = inputs;
    checkAxis("concatenate", inputs, axis, shape.length);
    checkSameDtype("concatenate", inputs);
    for (const t of inputs)
      if (t.shape.length !== shape.length || t.shape.some((d, i) => i !== axis && d !== shape[i]))
        throw typeError(
          "concatenate",
          inputs,
          `shapes differ on other axes than ${axis}`,
          "make all other axes equal first",
        );
    const total = inputs.reduce((n, t) => n + t.shape[axis], 0);
    return [{ dtype, shape: shape.map((d, i) => (i === axis ? total : d)) }];
  },
  evaluate(inputs, params, { inputs: types, outputs: [type] }) {
    const axis = integer("concatenate", params, "axis");
    const out = allocate(type);
    const words = type.dtype === "key" ? 2 : 1;
    const before = sizeOf(type.shape.slice(0, axis));
    const runs = types.map((t) => sizeOf(t.shape.slice(axis)) * words);
    let to = 0;
    for (let o = 0; o < before; o++)
      inputs.forEach((x, i) => {
        out.set(x.subarray(o * runs[i], (o + 1) * runs[i]), to);
        to += runs[i];
      });
    return [out];
  },
  jvp(e, at, tangents) {
    if (tangents.every((t) => t === null)) return [null];
    const m = new Calculus(e);
    return [
      e(
        concatenate,
        tangents.map((t, i) => t ?? m.fill(0, at.inputs[i].type)),
        at.params,
      ),
    ];
  },
  vjp(e, at, [ct]) {
    if (ct === null || !isFloat(ct.type.dtype)) return at.inputs.map(() => null);
    const axis = integer("concatenate", at.params, "axis");
    const m = new Calculus(e);
    let from = 0;
    return at.inputs.map(({ type: { shape } }) => {
      const start = shape.map((_, i) => (i === axis ? from : 0));
      from += shape[axis];
      return m.op("slice", [ct], {
        start,
        stop: shape.map((d, i) => start[i] + d),
        step: shape.map(() => 1),
      });
    });
  },
  vmap: shiftedVmap(
    () => concatenate,
    (params) => ({ axis: integer("concatenate", params, "axis") + 1 }),
  ),
});
