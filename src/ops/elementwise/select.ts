// Rows that choose, convert or pass on a value.
import type { Type } from "../../ir/types.js";
import { isFloat, isInt } from "../../ir/types.js";
import { Calculus } from "../define/calculus.js";
import {
  checkCount,
  checkKind,
  checkSameDtype,
  checkSameShape,
  dtypeParam,
  typeError,
} from "../define/check.js";
import { elementwise } from "../define/elementwise.js";

const wide: readonly [number, number] = [-100, 100];

export const where = elementwise({
  name: "where",
  doc: "a where the test holds, else b; no derivative flows to the one not taken.",
  cost: 1,
  range: [[0, 1], wide, wide],
  infer(inputs) {
    checkCount("where", inputs, 3);
    checkKind("where", inputs, 0, "bool");
    checkSameShape("where", inputs);
    checkSameDtype("where", inputs.slice(1));
    return [inputs[1]];
  },
  jvp(e, at, [, a, b]) {
    if (a === null && b === null) return [null];
    const m = new Calculus(e);
    return [m.where(at.inputs[0], a ?? 0, b ?? 0)];
  },
  vjp(e, at, [ct]) {
    if (ct === null || !isFloat(at.outputs[0].type.dtype)) return [null, null, null];
    const m = new Calculus(e);
    return [null, m.where(at.inputs[0], ct, 0), m.where(at.inputs[0], 0, ct)];
  },
  body: (k, [test, a, b]) => k.select(test, a, b),
});

export const convert = elementwise({
  name: "convert",
  doc: "The same number in another dtype; floats to integers truncate and saturate, NaN gives 0; to bool: whether it is not 0.",
  cost: 1,
  range: [wide],
  infer(inputs, params) {
    checkCount("convert", inputs, 1);
    checkKind("convert", inputs, 0, "plain");
    const dtype = dtypeParam("convert", params);
    if (dtype === "key") throw typeError("convert", inputs, "keys are not numbers", "make one with seedKey");
    return [{ dtype, shape: inputs[0].shape } satisfies Type];
  },
  jvp(e, at, [t]) {
    const { dtype } = at.outputs[0].type;
    return [t === null || !isFloat(dtype) ? null : new Calculus(e).convert(t, dtype)];
  },
  vjp(e, at, [ct]) {
    const { dtype } = at.inputs[0].type;
    return [ct === null || !isFloat(dtype) ? null : new Calculus(e).convert(ct, dtype)];
  },
  // Between the two float widths the body returns its operand: the machine's store rounds it to the output's width.
  body(k, [x], { inputs: [from], output: to }) {
    if (from === to || (isFloat(from) && isFloat(to)) || (isInt(from) && isInt(to))) return x;
    if (from === "bool") return isFloat(to) ? k.boolToFloat(x) : k.boolToInt(x);
    if (to === "bool") return isFloat(from) ? k.ne(x, k.num(0)) : k.not(k.ieq(x, k.int(0)));
    return isFloat(to) ? k.toFloat(x, from === "u32") : k.toInt(x, to === "u32");
  },
});

export const keep = elementwise({
  name: "keep",
  doc: "x itself, computed once and kept in memory where it would else be computed again at each use.",
  takes: "any",
  cost: 0,
  range: [wide],
  jvp: (_e, _at, [t]) => [t],
  vjp: (_e, _at, [ct]) => [ct],
  body: (_k, [x]) => x,
});

export const stopGradient = elementwise({
  name: "stopGradient",
  doc: "x itself, taken as constant by derivatives.",
  takes: "any",
  cost: 0,
  range: [wide],
  body: (_k, [x]) => x,
});
