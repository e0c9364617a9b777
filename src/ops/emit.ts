// Where rules put their equations: a Builder in, an Emit on it out.
import type { Builder } from "../ir/builder.js";
import type { Emit, Op, Transforms } from "../ir/op.js";
import type { DType, Params, Shape, Value } from "../ir/types.js";
import { row } from "./define/rows.js";

const missing = (name: string) => (): never => {
  throw new Error(
    `ops: a rule asked for the transform ${name}, but emitInto was called without transforms; pass them as its second argument.`,
  );
};
const noTransforms: Transforms = { jvp: missing("jvp"), vjp: missing("vjp"), vmap: missing("vmap") };

/** An Emit that appends to the builder; sub-graph operations need the graph transforms. */
export function emitInto(builder: Builder, transforms: Transforms = noTransforms): Emit {
  const emit = (op: Op, inputs: readonly Value[], params?: Params): Value =>
    builder.emit(op, inputs, params)[0];
  return Object.assign(emit, {
    all: (op: Op, inputs: readonly Value[], params?: Params) => builder.emit(op, inputs, params),
    literal: (x: number | boolean, dtype: DType, shape: Shape = []) =>
      builder.emit(row("constant"), [], { type: dtype, shape, data: Number(x) })[0],
    transforms,
  });
}
