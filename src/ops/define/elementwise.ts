// A row of an elementwise operation from what is particular to it; type rule, evaluate, jvp, vjp and vmap are derived.
import type { Elementwise, Emit, Site } from "../../ir/op.js";
import type { Machine, Routine } from "../../ir/machine.js";
import type { DType, Params, Type, Value } from "../../ir/types.js";
import { isFloat } from "../../ir/types.js";
import { Calculus } from "./calculus.js";
import { liftAll } from "./batching.js";
import { checkCount, checkKind, checkSameDtype, checkSameShape } from "./check.js";
import type { Kinds } from "./check.js";
import { evaluateElementwise } from "./evaluate.js";
import { catalogue, type Entry } from "../routines/catalogue.js";

/** d out / d input: a value, a constant factor (1 and -1 cost nothing), null where there is none; a function is asked only when needed. */
export type Partial = Value | number | null | (() => Value);

interface Common {
  readonly name: string;
  readonly doc: string;
  readonly cost: number;
  /** Test range per input. */
  readonly range: readonly (readonly [number, number])[];
  /** Error bound in ulp; when absent that of the routine in the catalogue, else 0 (exact). */
  readonly ulp?: number;
  readonly floor?: number;
  readonly relative?: number;
  /** Error bound of the partial derivatives. */
  readonly slopes?: Elementwise["slopes"];
  readonly traits?: Elementwise["traits"];
  /** Operand dtypes; all operands have the same one. */
  readonly takes?: Kinds;
  /** Output dtype when it is not the operands'. */
  readonly gives?: DType;
  /** Replaces the whole type rule. */
  readonly infer?: Elementwise["infer"];
}
interface ByPartials {
  /** Absent: no derivative (the output is not a float, or constant between jumps). */
  readonly partials?: (m: Calculus, x: readonly Value[], out: Value) => readonly Partial[];
}
interface ByRules {
  readonly jvp: Elementwise["jvp"];
  readonly vjp: Elementwise["vjp"];
}
interface ByBody {
  readonly body: <V>(
    k: Machine<V>,
    x: readonly V[],
    dtypes: { inputs: readonly DType[]; output: DType },
  ) => V;
  readonly simd?: boolean;
}
interface ByRoutine {
  readonly routine: Routine;
}
export type ElementwiseSpec = Common & (ByPartials | ByRules) & (ByBody | ByRoutine);

const bounds: ReadonlyMap<Routine, Entry> = new Map(catalogue.map((e) => [e.routine, e]));

export function elementwise(spec: ElementwiseSpec): Elementwise {
  const { name, range } = spec;
  const rules = "jvp" in spec ? { jvp: spec.jvp, vjp: spec.vjp } : derive(spec.partials);
  const computation =
    "routine" in spec
      ? {
          simd: spec.routine.simd,
          body: <V>(k: Machine<V>, x: readonly V[]): V => k.call(spec.routine, ...x),
        }
      : { simd: spec.simd ?? true, body: spec.body };

  const infer = (inputs: readonly Type[], _params: Params): readonly Type[] => {
    checkCount(name, inputs, range.length);
    for (let i = 0; i < inputs.length; i++) checkKind(name, inputs, i, spec.takes ?? "float");
    checkSameDtype(name, inputs);
    checkSameShape(name, inputs);
    return [{ dtype: spec.gives ?? inputs[0].dtype, shape: inputs[0].shape }];
  };

  const bound = "routine" in spec ? bounds.get(spec.routine) : undefined;
  const floor = spec.floor ?? bound?.floor;
  const relative = spec.relative ?? bound?.relative;
  const op: Elementwise = {
    kind: "elementwise",
    name,
    doc: spec.doc,
    cost: spec.cost,
    range,
    ulp: spec.ulp ?? bound?.ulp ?? 0,
    ...(floor === undefined ? {} : { floor }),
    ...(relative === undefined ? {} : { relative }),
    ...(spec.slopes === undefined ? {} : { slopes: spec.slopes }),
    ...(spec.traits === undefined ? {} : { traits: spec.traits }),
    ...computation,
    ...rules,
    infer: spec.infer ?? infer,
    evaluate: (inputs, _params, types) => [evaluateElementwise(op, inputs, types)],
    vmap(e, inputs, batched, params, size) {
      const any = batched.includes(true);
      return { outputs: e.all(op, any ? liftAll(e, inputs, batched, size) : inputs, params), batched: [any] };
    },
  };
  return op;
}

function derive(partials: ByPartials["partials"]): ByRules {
  return {
    jvp(e: Emit, at: Site, tangents) {
      if (!partials || !isFloat(at.outputs[0].type.dtype) || tangents.every((t) => t === null)) return [null];
      const m = new Calculus(e);
      const p = partials(m, at.inputs, at.outputs[0]);
      return [m.total(tangents.map((t, i) => (t === null ? null : scale(m, t, p[i], false))))];
    },
    vjp(e: Emit, at: Site, [ct], guarded, wanted) {
      if (!partials || ct === null) return at.inputs.map(() => null);
      const m = new Calculus(e);
      const p = partials(m, at.inputs, at.outputs[0]);
      return at.inputs.map((x, i) =>
        isFloat(x.type.dtype) && wanted?.[i] !== false ? scale(m, ct, p[i], guarded) : null,
      );
    },
  };
}

/** t * p; guarded keeps a zero of t where p is infinite or NaN. */
function scale(m: Calculus, t: Value, partial: Partial, guarded: boolean): Value | null {
  const p = typeof partial === "function" ? partial() : partial;
  if (p === null || p === 0) return null;
  if (p === 1) return t;
  if (p === -1) return m.neg(t);
  const product = m.mul(t, p);
  return guarded && typeof p !== "number" ? m.where(m.compare("eq", t, 0), 0, product) : product;
}
