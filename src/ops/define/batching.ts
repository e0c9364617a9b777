// Shared parts of vmap rules: values in, values with a leading batch axis out.
import type { Emit } from "../../ir/op.js";
import type { Value } from "../../ir/types.js";
import { Calculus, axesFrom } from "./calculus.js";

/** Repeats an unbatched value along a new leading axis. */
export function lift(e: Emit, x: Value, size: number): Value {
  const { shape } = x.type;
  return new Calculus(e).broadcast(x, [size, ...shape], axesFrom(1, shape.length + 1));
}

/** Every input batched. */
export function liftAll(
  e: Emit,
  inputs: readonly Value[],
  batched: readonly boolean[],
  size: number,
): readonly Value[] {
  return inputs.map((x, i) => (batched[i] ? x : lift(e, x, size)));
}
