// A row of a reduction from its identity, combine and derivative; type rule, evaluate and vmap are derived.
import type { Reduction, Running, Site } from "../../ir/op.js";
import type { Machine } from "../../ir/machine.js";
import type { DType, Shape, Type, Value } from "../../ir/types.js";
import { isFloat } from "../../ir/types.js";
import { Calculus, kept } from "./calculus.js";
import { checkAxis, checkCount, checkKind, integers, typeError } from "./check.js";
import type { Kinds } from "./check.js";
import { evaluateReduction } from "./evaluate.js";

export interface ReductionSpec {
  readonly name: string;
  readonly doc: string;
  readonly takes: Kinds;
  readonly identity: (dtype: DType) => number;
  readonly combine: <V>(k: Machine<V>, acc: V, x: V, dtype: DType) => V;
  readonly running?: Running;
  /** Absent for operations without derivatives. */
  readonly derivative?: {
    readonly jvp: (m: Calculus, at: Site, tangent: Value, fold: Fold) => Value;
    readonly vjp: (m: Calculus, at: Site, ct: Value, fold: Fold) => Value;
  };
}

/** The axes of one reduction at work in a rule. */
export interface Fold {
  readonly axes: readonly number[];
  /** Repeats a value of the output's shape over the folded axes. */
  spread(x: Value): Value;
}

function foldOf(m: Calculus, at: Site, name: string): Fold {
  const axes = integers(name, at.params, "axes");
  const shape: Shape = at.inputs[0].type.shape;
  return { axes, spread: (x) => m.broadcast(x, shape, kept(shape.length, axes)) };
}

export function reduction(spec: ReductionSpec): Reduction {
  const { name, derivative } = spec;
  const op: Reduction = {
    kind: "reduction",
    name,
    doc: spec.doc,
    identity: spec.identity,
    combine: spec.combine,
    ...(spec.running ? { running: spec.running } : {}),
    infer(inputs, params): readonly Type[] {
      checkCount(name, inputs, 1);
      checkKind(name, inputs, 0, spec.takes);
      const { dtype, shape } = inputs[0];
      const axes = integers(name, params, "axes");
      for (const a of axes) checkAxis(name, inputs, a, shape.length);
      if (axes.some((a, i) => i > 0 && a <= axes[i - 1]))
        throw typeError(
          name,
          inputs,
          `axes [${axes.join(",")}] are not ascending`,
          "sort them and drop repeats",
        );
      return [{ dtype, shape: kept(shape.length, axes).map((a) => shape[a]) }];
    },
    evaluate: ([x], params, types) => [
      evaluateReduction(op, integers(name, params, "axes"), x, types.inputs[0], types.outputs[0]),
    ],
    jvp(e, at, [t]) {
      if (!derivative || t === null) return [null];
      const m = new Calculus(e);
      return [derivative.jvp(m, at, t, foldOf(m, at, name))];
    },
    vjp(e, at, [ct]) {
      if (!derivative || ct === null || !isFloat(at.inputs[0].type.dtype)) return [null];
      const m = new Calculus(e);
      return [derivative.vjp(m, at, ct, foldOf(m, at, name))];
    },
    vmap(e, inputs, [on], params) {
      const axes = integers(name, params, "axes");
      return {
        outputs: e.all(op, inputs, on ? { ...params, axes: axes.map((a) => a + 1) } : params),
        batched: [on],
      };
    },
  };
  return op;
}
