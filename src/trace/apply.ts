// Operation + tensors -> tensors: computed at once when all are concrete, recorded when one is being traced.
import type { Op } from "../ir/op.js";
import type { Data, Params, Value } from "../ir/types.js";
import { sameShape } from "../ir/types.js";
import { broadcast, reshape } from "../ops/index.js";
import { alive, concrete, filled, type Tensor } from "../tensor/tensor.js";
import { evaluate } from "./eager.js";
import { currentTrace, type Trace } from "./trace.js";

/** The trace in which an operation on these tensors is recorded, or null when all are concrete. */
export function traceOf(inputs: readonly Tensor[]): Trace | null {
  if (!inputs.some((t) => t.link)) return null;
  const trace = currentTrace();
  if (trace) return trace;
  // No trace is running, so whatever is traced has outlived its own.
  inputs.forEach(alive);
  return null;
}

/** All outputs of op(inputs; params). `made` is how errors name the results, e.g. `np.exp`. */
export function applyAll(
  op: Op,
  inputs: readonly Tensor[],
  params: Params = {},
  made = op.name,
): readonly Tensor[] {
  const trace = traceOf(inputs);
  if (trace) {
    const values = inputs.map((t) => trace.lift(t));
    return trace.builder.emit(op, values, params).map((v) => trace.tensor(v, made));
  }
  for (const t of inputs) if (t.dtype === "key") currentTrace()?.refuseCapturedKey(t);
  const types = inputs.map((t) => t.type);
  const outputs = op.infer(types, params);
  const compute = (): readonly Data[] =>
    evaluate(
      op,
      inputs.map((t) => t.data()),
      params,
      { inputs: types, outputs },
    );
  let data: readonly Data[] | undefined;
  if (currentTrace()?.defers) return outputs.map((type, i) => concrete(type, () => (data ??= compute())[i]!));
  data = compute();
  return outputs.map((type, i) => concrete(type, data![i]!));
}

/** The first output of op(inputs; params). */
export function apply(op: Op, inputs: readonly Tensor[], params: Params = {}, made = op.name): Tensor {
  return applyAll(op, inputs, params, made)[0]!;
}

/** How NumPy's rules stretch a shape: first drop axes of length one that grow, then name where the rest go. */
function stretch(from: readonly number[], to: readonly number[]): { squeezed: number[]; dims: number[] } {
  const offset = to.length - from.length;
  const squeezed: number[] = [];
  const dims: number[] = [];
  from.forEach((d, i) => {
    if (d === 1 && to[i + offset] !== 1) return;
    squeezed.push(d);
    dims.push(i + offset);
  });
  return { squeezed, dims };
}

/** The tensor repeated to a shape that it broadcasts to. */
export function stretchTo(t: Tensor, shape: readonly number[], made: string): Tensor {
  if (sameShape(t.shape, shape)) return t;
  if (!t.link && t.size === 1 && t.dtype !== "key") return filled(t.data()[0]!, t.dtype, shape);
  const { squeezed, dims } = stretch(t.shape, shape);
  const flat = sameShape(squeezed, t.shape) ? t : apply(reshape, [t], { shape: squeezed }, made);
  return sameShape(flat.shape, shape) ? flat : apply(broadcast, [flat], { shape: [...shape], dims }, made);
}

/** op over tensors of shapes that broadcast to `shape`. Inside a trace literals are stretched there, never stored at full size. */
export function applyBroadcast(
  op: Op,
  inputs: readonly Tensor[],
  shape: readonly number[],
  made: string,
): Tensor {
  const trace = traceOf(inputs);
  if (!trace)
    return apply(
      op,
      inputs.map((t) => stretchTo(t, shape, made)),
      {},
      made,
    );
  const values = inputs.map((t) => {
    const value = trace.lift(t);
    return sameShape(t.shape, shape) ? value : stretchValue(trace, value, shape);
  });
  return trace.tensor(trace.builder.emit(op, values)[0]!, made);
}

function stretchValue(trace: Trace, value: Value, shape: readonly number[]): Value {
  const from = value.type.shape;
  const { squeezed, dims } = stretch(from, shape);
  const flat = sameShape(squeezed, from)
    ? value
    : trace.builder.emit(reshape, [value], { shape: squeezed })[0]!;
  return sameShape(squeezed, shape)
    ? flat
    : trace.builder.emit(broadcast, [flat], { shape: [...shape], dims })[0]!;
}
