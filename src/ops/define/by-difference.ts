// In: a row without a closed form of its derivative by one operand. Out: that derivative as a difference of fourth order.
import type { Elementwise } from "../../ir/op.js";
import type { Value } from "../../ir/types.js";
import type { Calculus } from "./calculus.js";

/**
 * (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12 h with h = 2^step x for x > 0: at 2^-11 rounding and truncation balance in double,
 * at about 1e-11 of f for functions that vary on the scale of x. Always computed in double.
 */
export function byDifference(
  m: Calculus,
  op: Elementwise,
  inputs: readonly Value[],
  which: number,
  step: number,
): Value {
  const wide = inputs.map((x) => m.convert(x, "f64"));
  const h = m.mul(wide[which], 2 ** step);
  const at = (steps: number) =>
    m.e(
      op,
      wide.map((x, i) => (i === which ? m.add(x, m.mul(h, steps)) : x)),
    );
  const near = m.mul(m.sub(at(1), at(-1)), 8);
  const slope = m.div(m.sub(near, m.sub(at(2), at(-2))), m.mul(h, 12));
  return m.convert(slope, inputs[which].type.dtype);
}
