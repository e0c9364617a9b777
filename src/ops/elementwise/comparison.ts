// Rows of comparisons: two operands of one dtype in, bools out. NaN compares unequal to everything.
import type { Elementwise } from "../../ir/op.js";
import type { Machine } from "../../ir/machine.js";
import { isFloat } from "../../ir/types.js";
import { elementwise } from "../define/elementwise.js";

const wide: readonly [number, number] = [-100, 100];

function ordered(
  name: "lt" | "le" | "gt" | "ge",
  doc: string,
  integers: <V>(k: Machine<V>, a: V, b: V, unsigned: boolean) => V,
): Elementwise {
  return elementwise({
    name,
    doc,
    takes: "numeric",
    gives: "bool",
    cost: 1,
    range: [wide, wide],
    body: (k, [a, b], { inputs }) =>
      isFloat(inputs[0]) ? k[name](a, b) : integers(k, a, b, inputs[0] === "u32"),
  });
}

export const lt = ordered("lt", "Whether a < b.", (k, a, b, u) => k.ilt(a, b, u));
export const le = ordered("le", "Whether a <= b.", (k, a, b, u) => k.ile(a, b, u));
export const gt = ordered("gt", "Whether a > b.", (k, a, b, u) => k.ilt(b, a, u));
export const ge = ordered("ge", "Whether a >= b.", (k, a, b, u) => k.ile(b, a, u));

export const eq = elementwise({
  name: "eq",
  doc: "Whether a equals b.",
  takes: "plain",
  gives: "bool",
  cost: 1,
  range: [wide, wide],
  traits: { commutative: true },
  body(k, [a, b], { inputs }) {
    if (isFloat(inputs[0])) return k.eq(a, b);
    return inputs[0] === "bool" ? k.not(k.xor(a, b)) : k.ieq(a, b);
  },
});

export const ne = elementwise({
  name: "ne",
  doc: "Whether a differs from b.",
  takes: "plain",
  gives: "bool",
  cost: 1,
  range: [wide, wide],
  traits: { commutative: true },
  body(k, [a, b], { inputs }) {
    if (isFloat(inputs[0])) return k.ne(a, b);
    return inputs[0] === "bool" ? k.xor(a, b) : k.not(k.ieq(a, b));
  },
});
