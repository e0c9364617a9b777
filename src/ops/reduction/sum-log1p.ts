// Row of sumLog1p: the logarithm of a product of factors 1 + x with x in [0, 1], without a logarithm for each.
import type { Machine } from "../../ir/machine.js";
import { reduction } from "../define/reduction.js";
import { log1p } from "../elementwise/exponential.js";
import { sum } from "./arithmetic.js";

const f64 = { inputs: ["f64"], output: "f64" } as const;
const logOf = <V>(k: Machine<V>, x: V): V => log1p.body(k, [x], f64);

/**
 * The running value is q with 1 + q the product so far: (1 + q)(1 + x) - 1 = q + (q x + x). All terms are of one sign, so q
 * is exact to a few units in the last place even where it is tiny, and so is log1p(q). 1000 factors stay below 2^1000.
 */
export const sumLog1p = reduction({
  name: "sumLog1p",
  doc: "The sum of log(1 + x) over the axes, for x in [0, 1]: one logarithm for many terms.",
  takes: "float",
  identity: () => 0,
  combine: (k, acc, x) => k.add(acc, logOf(k, x)),
  running: {
    each: log1p,
    total: sum,
    gather: (k, q, x) => k.add(q, k.add(k.mul(q, x), x)),
    settle: logOf,
  },
  derivative: {
    jvp: (m, at, t, { axes }) => m.sum(m.mul(t, m.inverse(m.add(at.inputs[0], 1))), axes),
    vjp: (m, at, ct, { spread }) => m.mul(spread(ct), m.inverse(m.add(at.inputs[0], 1))),
  },
});
