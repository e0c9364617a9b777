// The reference meaning of elementwise operations and reductions: the row's own body, run on the JavaScript machine
// element by element, so that eager results have the bits of compiled ones.
import type { Elementwise, Reduction } from "../../ir/op.js";
import type { Machine } from "../../ir/machine.js";
import type { Data, DType, Type } from "../../ir/types.js";
import { allocate, isFloat, sizeOf } from "../../ir/types.js";
import { COLUMN, ColumnMachine } from "../column-machine.js";
import { js32, js64 } from "../js-machine.js";
import type { JsValue } from "../js-machine.js";
import { stridesOf } from "./evaluate-movement.js";
import { kept } from "./calculus.js";

/** f32 programs round after each instruction; conversions compute in the output's precision. */
function machineFor(inputs: readonly DType[], output: DType): Machine<JsValue> {
  const float = isFloat(output) ? output : inputs.find(isFloat);
  return float === "f32" ? js32 : js64;
}

const columns = new ColumnMachine();
/** Fewer elements than this are computed one by one. */
const SHORT = 24;

export function evaluateElementwise(
  op: Elementwise,
  inputs: readonly Data[],
  types: { inputs: readonly Type[]; outputs: readonly Type[] },
): Data {
  const output = types.outputs[0];
  const out = allocate(output);
  const dtypes = { inputs: types.inputs.map((t) => t.dtype), output: output.dtype };
  const n = sizeOf(output.shape);
  if (op.simd && n >= SHORT && wide(output.dtype) && dtypes.inputs.every(wide))
    evaluateColumns(op, inputs, dtypes, out, n);
  else evaluateSingly(op, inputs, dtypes, out, output.dtype === "key" ? 2 : 1);
  return out;
}

type DTypes = Parameters<Elementwise["body"]>[2];

/** Kinds that columns hold: single precision rounds after each instruction, and keys are two words an element. */
const wide = (d: DType): boolean => d !== "f32" && d !== "key";

function evaluateColumns(
  op: Elementwise,
  inputs: readonly Data[],
  dtypes: DTypes,
  out: Data,
  n: number,
): void {
  for (let from = 0; from < n; from += COLUMN) {
    const count = Math.min(COLUMN, n - from);
    columns.reset(count);
    const x = inputs.map((data, j) => {
      const column = columns.fresh(dtypes.inputs[j] === "f64");
      if (column.floats) copyFloats(data as Float64Array, from, column.f, 0, count);
      else copyWords(data, from, column.w, 0, count);
      return column;
    });
    const result = op.body(columns, x, dtypes);
    if (result.floats) copyFloats(result.f, 0, out as Float64Array, from, count);
    else copyWords(result.w, 0, out, from, count);
  }
}

// Two functions, so that the loop over floats is compiled for one kind of array.
function copyFloats(from: Float64Array, start: number, to: Float64Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}
/** Storing unsigned words as int32 keeps their bits. */
function copyWords(from: Data, start: number, to: Data, at: number, count: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}

function evaluateSingly(
  op: Elementwise,
  inputs: readonly Data[],
  dtypes: DTypes,
  out: Data,
  words: 1 | 2,
): void {
  const k = machineFor(dtypes.inputs, dtypes.output);
  const count = inputs.length;
  const x = new Array<JsValue>(count);
  for (let i = 0; i < out.length; i++) {
    for (let j = 0; j < count; j++) {
      const dtype = dtypes.inputs[j];
      // Beside keys (two words an element) stands a test with one value an element.
      if (dtype === "bool") x[j] = inputs[j][words === 2 ? i >> 1 : i] !== 0;
      // The machine holds the bits of unsigned words as int32.
      else x[j] = dtype === "u32" || dtype === "key" ? inputs[j][i] | 0 : inputs[j][i];
    }
    out[i] = Number(op.body(k, x, dtypes));
  }
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
  const bool = dtype === "bool";
  const unsigned = dtype === "u32";
  const read = (from: Data, i: number): JsValue => (bool ? from[i] !== 0 : unsigned ? from[i] | 0 : from[i]);
  const last = rank === 0 ? 1 : shape[rank - 1];
  const step0 = rank === 0 ? 0 : step[rank - 1];
  const where = new Array<number>(rank).fill(0);
  const n = sizeOf(shape);
  for (let i = 0, to = 0; i < n;) {
    if (step0 === 0) {
      let acc = read(out, to);
      for (const end = i + last; i < end; i++) acc = op.combine<JsValue>(k, acc, read(x, i), dtype);
      out[to] = Number(acc);
    } else
      for (let end = i + last, o = to; i < end; i++, o += step0)
        out[o] = Number(op.combine<JsValue>(k, read(out, o), read(x, i), dtype));
    // On to the next row: `to` follows the axes before the last one.
    for (let d = rank - 2; d >= 0; d--) {
      to += step[d];
      if (++where[d] < shape[d]) break;
      to -= step[d] * shape[d];
      where[d] = 0;
    }
  }
  return out;
}
