// A row of a movement from its type rule, index map and transpose; evaluate, jvp, vjp and vmap are derived.
import type { Movement } from "../../ir/op.js";
import type { Params, Type, Value } from "../../ir/types.js";
import { isFloat } from "../../ir/types.js";
import { Calculus } from "./calculus.js";
import { checkCount } from "./check.js";
import { evaluateMovement } from "./evaluate-movement.js";

export interface MovementSpec {
  readonly name: string;
  readonly doc: string;
  /** The output's type; throws on bad parameters. */
  readonly infer: (input: Type, params: Params) => Type;
  readonly indexMap: Movement["indexMap"];
  /** The cotangent of the input from the cotangent of the output. */
  readonly transpose: (m: Calculus, ct: Value, input: Type, params: Params) => Value;
  /** The parameters that do the same over a new leading axis; `input` is the type without it. */
  readonly batched: (input: Type, params: Params, size: number) => Params;
  /** The parameters that move a tangent alike (a fill becomes 0); absent: the same. */
  readonly linear?: (params: Params) => Params;
  /** A faster evaluation than following the index map. */
  readonly evaluate?: Movement["evaluate"];
}

export function movement(spec: MovementSpec): Movement {
  const op: Movement = {
    kind: "movement",
    name: spec.name,
    doc: spec.doc,
    infer(inputs, params) {
      checkCount(spec.name, inputs, 1);
      return [spec.infer(inputs[0], params)];
    },
    indexMap: spec.indexMap,
    evaluate:
      spec.evaluate ??
      (([x], params, { inputs, outputs }) => [
        evaluateMovement(spec.indexMap(inputs[0], params), x, inputs[0], outputs[0]),
      ]),
    jvp: (e, at, [t]) => [t === null ? null : e(op, [t], spec.linear ? spec.linear(at.params) : at.params)],
    vjp(e, at, [ct]) {
      const { type } = at.inputs[0];
      if (ct === null || !isFloat(type.dtype)) return [null];
      return [spec.transpose(new Calculus(e), ct, type, at.params)];
    },
    vmap(e, [x], [on], params, size) {
      if (!on) return { outputs: e.all(op, [x], params), batched: [false] };
      const inner: Type = { dtype: x.type.dtype, shape: x.type.shape.slice(1) };
      return { outputs: e.all(op, [x], spec.batched(inner, params, size)), batched: [true] };
    },
  };
  return op;
}
