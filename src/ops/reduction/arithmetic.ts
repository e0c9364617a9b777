// Rows of sum and prod.
import { isFloat } from "../../ir/types.js";
import { reduction } from "../define/reduction.js";

export const sum = reduction({
  name: "sum",
  doc: "The sum over the axes; 0 of nothing.",
  takes: "numeric",
  identity: () => 0,
  combine: (k, acc, x, dtype) => (isFloat(dtype) ? k.add(acc, x) : k.iadd(acc, x)),
  derivative: {
    jvp: (m, _at, t, { axes }) => m.op("sum", [t], { axes }),
    vjp: (_m, _at, ct, { spread }) => spread(ct),
  },
});

/**
 * The derivative by one factor is the product of the others: prod / x where no factor is 0, the product of the rest where x
 * is the only 0, and 0 where two are. Derivatives of second order that pass through a zero factor are not followed.
 */
export const prod = reduction({
  name: "prod",
  doc: "The product over the axes; 1 of nothing.",
  takes: "numeric",
  identity: () => 1,
  combine: (k, acc, x, dtype) => (isFloat(dtype) ? k.mul(acc, x) : k.imul(acc, x)),
  derivative: {
    jvp: (m, at, t, fold) => m.op("sum", [m.mul(t, others(m, at, fold))], { axes: fold.axes }),
    vjp: (m, at, ct, fold) => m.mul(fold.spread(ct), others(m, at, fold)),
  },
});

type Rule = NonNullable<Parameters<typeof reduction>[0]["derivative"]>["jvp"];
type Rest = Parameters<Rule>;

function others(m: Rest[0], at: Rest[1], { axes, spread }: Rest[3]): Rest[2] {
  const x = at.inputs[0];
  const isZero = m.compare("eq", x, 0);
  const zeros = spread(m.op("sum", [m.convert(isZero, "i32")], { axes }));
  const rest = spread(m.op("prod", [m.where(isZero, 1, x)], { axes }));
  const alone = m.both("and", isZero, m.compare("eq", zeros, 1));
  const quotient = m.div(spread(at.outputs[0]), m.where(isZero, 1, x));
  return m.where(m.compare("eq", zeros, 0), quotient, m.where(alone, rest, 0));
}
