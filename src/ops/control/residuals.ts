// The derivative of a loop body in; what the forward loop should keep at each step and a backward step that reads it out.
import type { Equation, Graph, Value } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";

/** Flops (as rows estimate them) from which storing and loading a number is cheaper than computing it once more. */
const dear = 8;
/** Sums over at most so many elements are computed again from their kept or cheap operands. */
const shortSum = 16;

export interface Parted {
  /** The body's inputs -> what is kept. */
  readonly keep: Graph;
  /** The body's inputs ++ what is kept ++ cotangents -> cotangents of the body's inputs. */
  readonly back: Graph;
}

/**
 * `derived` takes the body's inputs (the first `count`) and cotangents. Of what it computes from the body's inputs alone,
 * the dear values that the rest reads are kept; cheap ones on the way are computed again. `steady` marks inputs that are
 * the same at every step: what depends on them alone leaves the loop anyway and is not kept. `carried` marks those that are
 * kept themselves where the backward step reads them: of a table of which it reads a slice only, the slice is kept.
 */
export function partResiduals(
  derived: Graph,
  count: number,
  steady: readonly boolean[],
  carried: readonly boolean[],
): Parted {
  const bodyInputs = derived.inputs.slice(0, count);
  const made = new Map<Value, Equation>();
  const forward = new Set<Value>(bodyInputs);
  const varying = new Set<Value>(bodyInputs.filter((_, i) => !steady[i]));
  const backward: Equation[] = [];
  for (const eq of derived.equations) {
    const ahead = eq.op.effect !== true && eq.inputs.every((v) => forward.has(v));
    if (!ahead) backward.push(eq);
    const varies = eq.inputs.some((v) => varying.has(v));
    for (const v of eq.outputs) {
      made.set(v, eq);
      if (ahead) forward.add(v);
      if (varies) varying.add(v);
    }
  }

  const kept = new Set<Value>();
  const seen = new Set<Value>();
  const need = (v: Value): void => {
    if (seen.has(v) || !forward.has(v)) return;
    seen.add(v);
    const eq = made.get(v);
    if (!eq) return;
    if (varying.has(v) && isDear(eq)) kept.add(v);
    else eq.inputs.forEach(need);
  };
  for (const eq of backward) eq.inputs.forEach(need);
  derived.outputs.forEach(need);
  bodyInputs.forEach((v, i) => {
    if (!carried[i]) return;
    const readers = derived.equations.filter(
      (eq) => eq.inputs.includes(v) && eq.outputs.some((o) => !kept.has(o)),
    );
    const read = readers.filter((eq) => backward.includes(eq) || eq.outputs.some((o) => seen.has(o)));
    const parts = read.flatMap((eq) => eq.outputs);
    if (derived.outputs.includes(v) || read.some((eq) => backward.includes(eq) || !takesPart(eq))) return;
    if (parts.reduce((sum, o) => sum + sizeOf(o.type.shape), 0) < sizeOf(v.type.shape))
      parts.forEach((o) => kept.add(o));
  });

  const keep: Graph = {
    ...derived,
    name: `keep_${derived.name}`,
    inputs: bodyInputs,
    equations: derived.equations.filter(
      (eq) => eq.op.effect !== true && eq.inputs.every((v) => forward.has(v)),
    ),
    outputs: [...kept],
  };
  const back: Graph = {
    ...derived,
    inputs: [...bodyInputs, ...kept, ...derived.inputs.slice(count)],
    equations: derived.equations.filter((eq) => !eq.outputs.some((v) => kept.has(v))),
  };
  return { keep, back };
}

/** Whether it picks elements of its operand. */
const takesPart = (eq: Equation): boolean =>
  eq.op.kind === "movement" || (eq.op.kind === "special" && eq.op.lowering === "gather");

function isDear(eq: Equation): boolean {
  switch (eq.op.kind) {
    case "elementwise":
      return eq.op.cost >= dear;
    case "movement":
      return false;
    case "reduction":
      return sizeOf(eq.inputs[0].type.shape) > shortSum * Math.max(1, sizeOf(eq.outputs[0].type.shape));
    case "special":
      return eq.inputs.length > 0 && eq.op.lowering !== "gather" && eq.op.lowering !== "concatenate";
  }
}
