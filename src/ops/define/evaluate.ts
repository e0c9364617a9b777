// The reference meaning of elementwise operations and reductions: the row's own body, run on the JavaScript machine
// element by element, so that eager results have the bits of compiled ones.
import type { Elementwise, Reduction } from "../../ir/op.js";
import type { Machine } from "../../ir/machine.js";
import type { Data, DType, Type } from "../../ir/types.js";
import { allocate, isFloat, sizeOf } from "../../ir/types.js";
import { js32, js64 } from "../js-machine.js";
import type { JsValue } from "../js-machine.js";
import { stridesOf } from "./evaluate-movement.js";
import { kept } from "./calculus.js";

/** f32 programs round after each instruction; conversions compute in the output's precision. */
function machineFor(inputs: readonly DType[], output: DType): Machine<JsValue> {
  const float = isFloat(output) ? output : inputs.find(isFloat);
  return float === "f32" ? js32 : js64;
}

export function evaluateElementwise(
  op: Elementwise,
  inputs: readonly Data[],
  types: { inputs: readonly Type[]; outputs: readonly Type[] },
): Data {
  const output = types.outputs[0];
  const out = allocate(output);
  const dtypes = { inputs: types.inputs.map((t) => t.dtype), output: output.dtype };
  const k = machineFor(dtypes.inputs, dtypes.output);
  const words = output.dtype === "key" ? 2 : 1;
  const n = sizeOf(output.shape) * words;
  const count = inputs.length;
  const bools = dtypes.inputs.map((d) => d === "bool");
  // The machine holds the bits of unsigned words as int32.
  const unsigned = dtypes.inputs.map((d) => d === "u32" || d === "key");
  const x = new Array<JsValue>(count);
  const { body } = op;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < count; j++) {
      // Beside keys (two words an element) stands a test with one value an element.
      if (bools[j]) x[j] = inputs[j][words === 2 ? i >> 1 : i] !== 0;
      else x[j] = unsigned[j] ? inputs[j][i] | 0 : inputs[j][i];
    }
    out[i] = Number(body(k, x, dtypes));
  }
  return out;
}

export function evaluateReduction(
  op: Reduction,
  axes: readonly number[],
  x: Data,
  input: Type,
  output: Type,
): Data {
  const out = allocate(output);
  const { dtype, shape } = input;
  out.fill(op.identity(dtype));
  const k = machineFor([dtype], dtype);
  const rank = shape.length;
  const step = new Array<number>(rank).fill(0);
  const outStrides = stridesOf(output.shape);
  kept(rank, axes).forEach((axis, i) => (step[axis] = outStrides[i]));
  const where = new Array<number>(rank).fill(0);
  const n = sizeOf(shape);
  const bool = dtype === "bool";
  const unsigned = dtype === "u32";
  for (let i = 0; i < n; i++) {
    let to = 0;
    for (let d = 0; d < rank; d++) to += step[d] * where[d];
    out[to] = bool
      ? Number(op.combine<JsValue>(k, out[to] !== 0, x[i] !== 0, dtype))
      : Number(op.combine<JsValue>(k, unsigned ? out[to] | 0 : out[to], unsigned ? x[i] | 0 : x[i], dtype));
    for (let d = rank - 1; d >= 0 && ++where[d] === shape[d]; d--) where[d] = 0;
  }
  return out;
}
