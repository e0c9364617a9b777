// A row of a special operation: every rule is explicit; only what many rows share has a default here.
import type { Emit, Special } from "../../ir/op.js";
import type { Params, Type, Value } from "../../ir/types.js";
import { liftAll } from "./batching.js";

export type SpecialSpec = Omit<Special, "kind" | "jvp" | "vjp"> & {
  /** Absent: the outputs do not vary with float inputs. */
  readonly jvp?: Special["jvp"];
  readonly vjp?: Special["vjp"];
};

export function special(spec: SpecialSpec): Special {
  return {
    kind: "special",
    jvp: (_e, at) => at.outputs.map(() => null),
    vjp: (_e, at) => at.inputs.map(() => null),
    ...spec,
  };
}

/**
 * A vmap rule for operations that work over leading axes once their parameters are shifted:
 * every input is repeated to the batch, and `shift` gives the parameters (from the types without the batch axis).
 */
export function shiftedVmap(
  op: () => Special,
  shift: (params: Params, inner: readonly Type[], size: number) => Params = (params) => params,
): Special["vmap"] {
  return (e: Emit, inputs: readonly Value[], batched, params, size) => {
    if (!batched.includes(true)) {
      const outputs = e.all(op(), inputs, params);
      return { outputs, batched: outputs.map(() => false) };
    }
    const inner = inputs.map(({ type }, i) =>
      batched[i] ? { dtype: type.dtype, shape: type.shape.slice(1) } : type,
    );
    const outputs = e.all(op(), liftAll(e, inputs, batched, size), shift(params, inner, size));
    return { outputs, batched: outputs.map(() => true) };
  };
}
