// The tensors that a run of SVI consists of in; plain JSON that holds their exact bits, and the way back, out.
import { Tensor, type DType, type Shape } from "../../tensor/index.js";
import { concrete } from "../../tensor/tensor.js";
import type { Named, OptimizerState } from "../optim/optimizer.js";

/** One tensor: its elements as base64 of little-endian bytes, so that NaN, infinities and -0 survive. */
export interface SavedTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly bytes: string;
}

/** Everything that the next step depends on besides the arguments; plain JSON. */
export interface SVIState {
  readonly format: "sinter-svi-1";
  readonly optimizer: string;
  readonly key: SavedTensor;
  /** Unconstrained parameters, and values of mutables, by name. */
  readonly params: Readonly<Record<string, SavedTensor>>;
  readonly optimizerState: Readonly<Record<string, SavedTensor | Readonly<Record<string, SavedTensor>>>>;
}

export interface Kept {
  readonly key: Tensor;
  readonly params: Named;
  readonly optimizerState: OptimizerState;
}

export function saveState(optimizer: string, { key, params, optimizerState }: Kept): SVIState {
  const fields = Object.entries(optimizerState).map(([field, value]) => [
    field,
    value instanceof Tensor ? encode(value) : mapValues(value, encode),
  ]);
  return {
    format: "sinter-svi-1",
    optimizer,
    key: encode(key),
    params: mapValues(params, encode),
    optimizerState: Object.fromEntries(fields) as SVIState["optimizerState"],
  };
}

export function loadState(optimizer: string, state: SVIState): Kept {
  if (state?.format !== "sinter-svi-1")
    throw new TypeError(
      `SVI.setState: this is not a state that getState made: its format is ${String(state?.format)}.`,
    );
  if (state.optimizer !== optimizer)
    throw new Error(
      `SVI.setState: the state is of the optimiser ${state.optimizer}, this SVI has ${optimizer}; make it with the same one.`,
    );
  const fields = Object.entries(state.optimizerState).map(([field, value]) => [
    field,
    isSaved(value) ? decode(value) : mapValues(value, decode),
  ]);
  return {
    key: decode(state.key),
    params: mapValues(state.params, decode),
    optimizerState: Object.fromEntries(fields) as OptimizerState,
  };
}

const isSaved = (x: SVIState["optimizerState"][string]): x is SavedTensor => typeof x["bytes"] === "string";

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (x: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, x]) => [name, f(x)]));
}

function encode(x: Tensor): SavedTensor {
  const data = x.data();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { dtype: x.dtype, shape: [...x.shape], bytes: btoa(text) };
}

const ARRAYS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  bool: Uint8Array,
  key: Uint32Array,
} as const;

function decode({ dtype, shape, bytes }: SavedTensor): Tensor {
  const text = atob(bytes);
  const target = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const count = shape.reduce((n, d) => n * d, dtype === "key" ? 2 : 1);
  const Data = ARRAYS[dtype];
  if (target.length !== count * Data.BYTES_PER_ELEMENT)
    throw new Error(
      `SVI.setState: a tensor ${dtype}[${shape.join(", ")}] needs ${count * Data.BYTES_PER_ELEMENT} bytes, the state has ${target.length}.`,
    );
  return concrete({ dtype, shape }, new Data(target.buffer));
}
