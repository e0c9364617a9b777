// Row of setAt: an array with one slice along an axis replaced. Loops that fill tables carry them through it.
import { isFloat, sameShape } from "../ir/types.js";
import { Calculus } from "./define/calculus.js";
import { checkCount, checkSameDtype, integer, typeError } from "./define/check.js";
import { shiftedVmap, special } from "./define/special.js";
import { gather, planOf, walk } from "./gather.js";

export const setAt = special({
  name: "setAt",
  doc: "x with its slice at an index along an axis replaced; the index has the shape of the leading batch axes that all three share, and is clamped into range (`inRange` promises that it already is).",
  lowering: "setAt",
  infer(inputs, params) {
    checkCount("setAt", inputs, 3);
    const [x, idx, slice] = inputs;
    checkSameDtype("setAt", [x, slice]);
    const { batch, picked } = planOf("setAt", inputs, params);
    // One index for each element of the batch: with several, the derivative would depend on which of them agree.
    if (idx.shape.length !== batch)
      throw typeError(
        "setAt",
        inputs,
        `the index has ${idx.shape.length} axes where there are ${batch} batch axes`,
        "set one slice at a time, in a loop if need be",
      );
    if (!sameShape(picked, slice.shape))
      throw typeError(
        "setAt",
        inputs,
        `the slice is not shaped [${picked.join(",")}] as what it replaces`,
        "broadcast or reshape it first",
      );
    return [x];
  },
  evaluate([x, index, slice], params, { inputs }) {
    const out = x.slice();
    const words = inputs[0].dtype === "key" ? 2 : 1;
    walk(inputs[0], inputs[1], index, planOf("setAt", inputs, params), (to, from) => {
      for (let w = 0; w < words; w++) out[words * to + w] = slice[words * from + w];
    });
    return [out];
  },
  jvp(e, at, [x, , slice]) {
    if (x === null && slice === null) return [null];
    const m = new Calculus(e);
    const [tx, ts] = [x ?? m.fill(0, at.inputs[0].type), slice ?? m.fill(0, at.inputs[2].type)];
    return [e(setAt, [tx, at.inputs[1], ts], at.params)];
  },
  vjp(e, at, [ct]) {
    const [x, idx, slice] = at.inputs;
    if (ct === null || !isFloat(x.type.dtype)) return [null, null, null];
    const gone = new Calculus(e).fill(0, slice.type);
    return [e(setAt, [ct, idx, gone], at.params), null, e(gather, [ct, idx], at.params)];
  },
  vmap: shiftedVmap(
    () => setAt,
    (p) => ({ ...p, axis: integer("setAt", p, "axis") + 1, batch: integer("setAt", p, "batch") + 1 }),
  ),
});
