// Elements of one array that all went the same way, laid side by side again, in; that way taken by the array as a whole out.
import { isOpen } from "../../ir/size.js";
import type { Value } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";
import { broadcast, concatenate, reshape, slice } from "../../ops/index.js";
import { numbers, range } from "../read.js";
import type { Context, Rule } from "../rule.js";

type Emit = () => Value;

/** Whether all values are one scalar. */
const same = (values: readonly Value[]): boolean =>
  values[0].type.shape.length === 0 && values.every((v) => v === values[0]);

/** The vector whose elements the values are, in order; null where they are not alike. */
function vectorOf(values: readonly Value[], at: Context): Emit | null {
  const made = values.map((v) => at.definition(v));
  const [first] = made;
  if (!first) return null;
  const alike = made.every(
    (eq) => eq?.op === first.op && eq.outputs[0].type.dtype === first.outputs[0].type.dtype,
  );
  if (!alike) return null;
  const equations = made as NonNullable<(typeof made)[number]>[];
  if (first.op === slice) {
    const [x] = first.inputs;
    const start = numbers(first.params, "start");
    if (start.length !== 1) return null;
    const next = (i: number): boolean =>
      equations[i].inputs[0] === x && numbers(equations[i].params, "start")[0] === start[0] + i;
    if (!range(values.length).every(next)) return null;
    return () => at.emit(slice, [x], { start, stop: [start[0] + values.length], step: [1] });
  }
  if (first.op === reshape)
    return vectorOf(
      equations.map((eq) => eq.inputs[0]),
      at,
    );
  if (first.op.kind !== "elementwise" || Object.keys(first.params).length > 0) return null;
  // What others need as well would be computed twice.
  if (values.some((v) => at.uses(v) > 1)) return null;
  const shape = [values.length];
  const operands: Emit[] = [];
  for (let k = 0; k < first.inputs.length; k++) {
    const column = equations.map((eq) => eq.inputs[k]);
    if (column.some((v) => v.type.dtype !== column[0].type.dtype)) return null;
    const operand: Emit | null = same(column)
      ? () => at.emit(broadcast, [column[0]], { shape, dims: [] })
      : vectorOf(column, at);
    if (!operand) return null;
    operands.push(operand);
  }
  return () =>
    at.emit(
      first.op,
      operands.map((emit) => emit()),
    );
}

export const alikeRules: readonly Rule[] = [
  {
    name: "concatenate-alike",
    why: "Elements picked one by one, worked on alike and put together are the array worked on as a whole, in lanes.",
    class: "exact",
    roots: [concatenate],
    over: [reshape, slice],
    apply({ inputs, outputs: [y] }, at) {
      const { shape } = y.type;
      if (shape.length !== 1 || isOpen(shape[0]) || inputs.some((v) => sizeOf(v.type.shape) !== 1))
        return null;
      return vectorOf(inputs, at)?.() ?? null;
    },
  },
];
