// Values that compiled code reads afresh at every call without their being arguments: parameters, the keys of seeded handlers.
import type { Type, Value } from "../ir/types.js";
import type { Tensor } from "../tensor/tensor.js";
import { currentTrace, type Trace } from "./trace.js";

/** One such value of a program under construction. */
export interface Ambient {
  readonly name: string;
  readonly value: Value;
  readonly type: Type;
  readonly read: () => Tensor;
}

const ofTrace = new WeakMap<Trace, Map<unknown, { ambient: Ambient; tensor: Tensor }>>();

/**
 * The tensor that `read` gives. Inside a function that is being compiled it becomes an input of the program, filled by
 * `read()` at each call; the same identity is the same input. A different type at a later call compiles another program.
 */
export function ambientInput(identity: unknown, name: string, read: () => Tensor): Tensor {
  const root = currentTrace()?.root;
  if (!root?.readsAmbients) return read();
  let known = ofTrace.get(root);
  if (!known) ofTrace.set(root, (known = new Map()));
  const before = known.get(identity);
  if (before) return before.tensor;
  const { type } = read();
  const value = root.builder.input(type, name);
  const tensor = root.tensor(value, `reading ${name}`);
  known.set(identity, { ambient: { name, value, type, read }, tensor });
  return tensor;
}

/** The values read so while a function was traced. */
export function ambientsOf(trace: Trace): Ambient[] {
  return Array.from(ofTrace.get(trace)?.values() ?? [], ({ ambient }) => ambient);
}
