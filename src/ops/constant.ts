// Rows without inputs: constant (given contents) and iota (indices).
import type { Data, Type } from "../ir/types.js";
import { allocate, sizeOf } from "../ir/types.js";
import { checkAxis, checkCount, dtypeParam, integer, shapeParam } from "./define/check.js";
import { stridesOf } from "./define/evaluate-movement.js";
import { special } from "./define/special.js";

const isData = (x: unknown): x is Data => ArrayBuffer.isView(x);

export const constant = special({
  name: "constant",
  doc: "An array of the given contents; a number fills the shape.",
  lowering: "constant",
  infer(inputs, params) {
    checkCount("constant", inputs, 0);
    const type: Type = {
      dtype: dtypeParam("constant", params, "type"),
      shape: shapeParam("constant", params),
    };
    const { data } = params;
    if (typeof data === "number") return [type];
    const stored = allocate(type);
    if (!isData(data))
      throw new Error(`constant: parameter data must be a number or a typed array, got ${String(data)}.`);
    if (data.constructor !== stored.constructor || data.length !== stored.length)
      throw new Error(
        `constant: ${type.dtype}[${type.shape.join(",")}] is held in a ${stored.constructor.name} of ${stored.length} numbers, got a ${data.constructor.name} of ${data.length}.`,
      );
    return [type];
  },
  evaluate(_inputs, { data }, { outputs }) {
    return [isData(data) ? data.slice() : allocate(outputs[0]).fill(data as number)];
  },
  vmap: (e, inputs, _batched, params) => ({ outputs: e.all(constant, inputs, params), batched: [false] }),
});

export const iota = special({
  name: "iota",
  doc: "Each element is its index along the axis.",
  lowering: "iota",
  infer(inputs, params) {
    checkCount("iota", inputs, 0);
    const dtype = dtypeParam("iota", params);
    if (dtype === "bool" || dtype === "key")
      throw new Error(`iota: ${dtype} does not hold indices; use i32 or f64.`);
    const shape = shapeParam("iota", params);
    checkAxis("iota", [{ dtype, shape }], integer("iota", params, "axis"), shape.length);
    return [{ dtype, shape }];
  },
  evaluate(_inputs, params, { outputs: [type] }) {
    const out = allocate(type);
    const axis = integer("iota", params, "axis");
    const stride = stridesOf(type.shape)[axis];
    const length = type.shape[axis];
    for (let i = 0, n = sizeOf(type.shape); i < n; i++) out[i] = Math.floor(i / stride) % length;
    return [out];
  },
  vmap: (e, inputs, _batched, params) => ({ outputs: e.all(iota, inputs, params), batched: [false] }),
});
