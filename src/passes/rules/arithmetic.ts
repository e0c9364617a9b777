// Rules of sums, products, quotients and powers; a splat is a constant filled with one number.
import type { DType, Equation, Value } from "../../ir/types.js";
import { isFloat } from "../../ir/types.js";
import {
  abs,
  add,
  constant,
  div,
  max,
  min,
  mul,
  neg,
  pow,
  reciprocal,
  sqrt,
  square,
  stopGradient,
  sub,
} from "../../ops/index.js";
import { isFloatValue, nonNegative, operand } from "../read.js";
import type { Context, Rule } from "../rule.js";

/** The other operand of a commutative equation, where one of them satisfies the test. */
function other(eq: Equation, test: (v: Value) => boolean): Value | null {
  const [a, b] = eq.inputs;
  if (test(b)) return a;
  return test(a) ? b : null;
}

const fillLike = (x: number, v: Value, at: Context): Value => at.literal(x, v.type.dtype, v.type.shape);

/** (x * d) * c as x * (c d), where the two constants may merge and their product is an ordinary number. */
function mergeFactors(
  { inputs: [a, b] }: Equation,
  at: Context,
  may: (c: number, d: number, dtype: DType) => boolean,
): Value | null {
  const [x, c] = at.splat(b) === null ? [b, at.splat(a)] : [a, at.splat(b)];
  const product = c === null ? null : at.is(x, mul);
  const { dtype } = x.type;
  if (c === null || !product || !isFloat(dtype)) return null;
  const [p, q] = product.inputs;
  const [inner, d] = at.splat(q) === null ? [q, at.splat(p)] : [p, at.splat(q)];
  if (d === null || !may(c, d, dtype)) return null;
  const combined = Math.abs(c * d);
  const [least, greatest] = dtype === "f64" ? [2 ** -1022, 2 ** 1023] : [2 ** -126, 2 ** 127];
  return combined >= least && combined <= greatest ? at.emit(mul, [inner, fillLike(c * d, x, at)]) : null;
}

/** Whether 1 / c is exact: c is a power of two and neither c nor 1 / c is subnormal. */
function exactInverse(c: number, dtype: DType): boolean {
  const exponent = Math.log2(Math.abs(c));
  return (
    Number.isInteger(exponent) &&
    2 ** exponent === Math.abs(c) &&
    Math.abs(exponent) <= (dtype === "f64" ? 1022 : 126)
  );
}

export const arithmeticRules: readonly Rule[] = [
  {
    name: "mul-one",
    why: "A factor of one changes nothing.",
    class: "exact",
    roots: [mul],
    over: [constant],
    apply: (eq, at) => other(eq, (v) => at.splat(v) === 1),
  },
  {
    name: "mul-minus-one",
    why: "A factor of minus one is a change of sign.",
    class: "exact",
    roots: [mul],
    over: [constant],
    apply(eq, at) {
      const x = other(eq, (v) => at.splat(v) === -1);
      return x && at.emit(neg, [x]);
    },
  },
  {
    name: "add-zero",
    why: "Adding zero changes nothing (by licence -0 + 0 stays -0).",
    class: "exact",
    keepsNegativeZero: true,
    roots: [add],
    over: [constant],
    apply: (eq, at) => other(eq, (v) => at.splat(v) === 0),
  },
  {
    name: "sub-zero",
    why: "Subtracting zero changes nothing.",
    class: "exact",
    roots: [sub],
    over: [constant],
    apply: (eq, at) => (at.splat(eq.inputs[1]) === 0 ? eq.inputs[0] : null),
  },
  {
    name: "div-one",
    why: "Dividing by one changes nothing.",
    class: "exact",
    roots: [div],
    over: [constant],
    apply: (eq, at) => (at.splat(eq.inputs[1]) === 1 ? eq.inputs[0] : null),
  },
  {
    name: "div-power-of-two",
    why: "The inverse of a power of two is exact, and multiplying is cheaper than dividing.",
    class: "exact",
    roots: [div],
    over: [constant],
    apply({ inputs: [x, y] }, at) {
      const c = at.splat(y);
      return c !== null && exactInverse(c, x.type.dtype) ? at.emit(mul, [x, fillLike(1 / c, x, at)]) : null;
    },
  },
  {
    name: "one-over",
    why: "One divided by x is its reciprocal.",
    class: "exact",
    roots: [div],
    over: [constant],
    apply: ({ inputs: [x, y] }, at) => (at.splat(x) === 1 ? at.emit(reciprocal, [y]) : null),
  },
  {
    name: "neg-neg",
    why: "Two changes of sign undo each other.",
    class: "exact",
    roots: [neg],
    over: [neg],
    apply: ({ inputs: [x] }, at) => operand(at.is(x, neg)),
  },
  {
    name: "add-neg",
    why: "Adding a negative is subtracting.",
    class: "exact",
    roots: [add],
    over: [neg],
    apply({ inputs: [a, b] }, at) {
      const nb = operand(at.is(b, neg));
      if (nb) return at.emit(sub, [a, nb]);
      const na = operand(at.is(a, neg));
      return na && at.emit(sub, [b, na]);
    },
  },
  {
    name: "sub-neg",
    why: "Subtracting a negative is adding.",
    class: "exact",
    roots: [sub],
    over: [neg],
    apply({ inputs: [a, b] }, at) {
      const nb = operand(at.is(b, neg));
      return nb && at.emit(add, [a, nb]);
    },
  },
  {
    name: "neg-literal",
    why: "The sign of a constant factor can be the factor's own.",
    class: "exact",
    roots: [mul],
    over: [neg],
    apply({ inputs: [a, b] }, at) {
      const absorb = (x: Value, c: Value): Value | null => {
        const inner = operand(at.is(x, neg));
        const fill = at.splat(c);
        return inner && fill !== null && isFloatValue(x)
          ? at.emit(mul, [inner, fillLike(-fill, c, at)])
          : null;
      };
      return absorb(a, b) ?? absorb(b, a);
    },
  },
  {
    name: "neg-of-scaled",
    why: "A change of sign goes into a constant factor.",
    class: "exact",
    roots: [neg],
    over: [mul],
    apply({ inputs: [x] }, at) {
      const product = at.is(x, mul);
      if (!product || !isFloatValue(x)) return null;
      const [a, b] = product.inputs;
      const [c, rest] = at.splat(b) === null ? [at.splat(a), b] : [at.splat(b), a];
      return c === null ? null : at.emit(mul, [rest, fillLike(-c, rest, at)]);
    },
  },
  {
    name: "neg-outwards",
    why: "The sign of a factor moves out of the product, where sums and differences absorb it.",
    class: "exact",
    roots: [mul, div],
    over: [neg],
    apply({ op, inputs: [a, b] }, at) {
      const [na, nb] = [operand(at.is(a, neg)), operand(at.is(b, neg))];
      if (na && nb) return at.emit(op, [na, nb]);
      if (na) return at.emit(neg, [at.emit(op, [na, b])]);
      return nb && at.emit(neg, [at.emit(op, [a, nb])]);
    },
  },
  {
    name: "even-of-neg",
    why: "Squares and absolute values do not see the sign.",
    class: "exact",
    roots: [square, abs],
    over: [neg, abs],
    apply({ op, inputs: [x] }, at) {
      // An unsigned negative is a large number, not its mirror image.
      if (x.type.dtype === "u32") return null;
      const inner = operand(at.is(x, neg)) ?? operand(at.is(x, abs));
      return inner && at.emit(op, [inner]);
    },
  },
  {
    name: "mul-literals",
    why: "Two constant factors that are powers of two make one, without an overflow or underflow between.",
    class: "sharpens",
    roots: [mul],
    over: [constant],
    apply: (eq, at) =>
      mergeFactors(eq, at, (c, d, dtype) => exactInverse(c, dtype) && exactInverse(d, dtype)),
  },
  {
    name: "mul-literals-rounded",
    why: "Two constant factors make one, if the rounding between them does not matter.",
    class: "assumes",
    roots: [mul],
    over: [constant],
    apply: (eq, at) => mergeFactors(eq, at, () => true),
  },
  {
    name: "add-scaled-to-itself",
    why: "A scaled value and itself are the value scaled twice as much; derivatives of squares leave such sums.",
    class: "sharpens",
    roots: [add],
    over: [mul],
    apply({ inputs: [a, b] }, at) {
      const product = a === b && isFloatValue(a) ? at.is(a, mul) : null;
      if (!product) return null;
      const [x, factor] =
        at.splat(product.inputs[0]) === null ? product.inputs : [...product.inputs].reverse();
      const c = at.splat(factor);
      if (c === null || !(Math.abs(c) <= 2 ** 100)) return null;
      return at.emit(mul, [x, fillLike(2 * c, x, at)]);
    },
  },
  {
    name: "mul-self",
    why: "A product of a value with itself is its square.",
    class: "exact",
    roots: [mul],
    apply: ({ inputs: [a, b] }, at) => (a === b && isFloatValue(a) ? at.emit(square, [a]) : null),
  },
  {
    name: "pow-one",
    why: "The first power is the value itself, exactly.",
    class: "sharpens",
    roots: [pow],
    over: [constant],
    apply: ({ inputs: [x, y] }, at) => (at.splat(y) === 1 ? x : null),
  },
  {
    name: "pow-two",
    why: "The second power is the product with itself, correctly rounded.",
    class: "sharpens",
    roots: [pow],
    over: [constant],
    apply: ({ inputs: [x, y] }, at) => (at.splat(y) === 2 ? at.emit(square, [x]) : null),
  },
  {
    name: "pow-minus-one",
    why: "The power -1 is the reciprocal, correctly rounded.",
    class: "sharpens",
    roots: [pow],
    over: [constant],
    apply: ({ inputs: [x, y] }, at) => (at.splat(y) === -1 ? at.emit(reciprocal, [x]) : null),
  },
  {
    name: "pow-half",
    why: "The power 1/2 of a value known not to be negative or -0 is its square root, correctly rounded.",
    class: "sharpens",
    roots: [pow],
    over: [constant],
    apply: ({ inputs: [x, y] }, at) =>
      at.splat(y) === 0.5 && nonNegative(x, at) ? at.emit(sqrt, [x]) : null,
  },
  {
    name: "pow-three",
    why: "The third power is two products, within one unit in the last place.",
    class: "sharpens",
    roots: [pow],
    over: [constant],
    apply: ({ inputs: [x, y] }, at) => (at.splat(y) === 3 ? at.emit(mul, [at.emit(square, [x]), x]) : null),
  },
  {
    name: "same-extremum",
    why: "The greater or lesser of a value and itself is that value.",
    class: "exact",
    roots: [max, min],
    apply: ({ inputs: [a, b] }) => (a === b ? a : null),
  },
  {
    name: "stop-gradient",
    why: "Once derivatives are taken, stopGradient is the identity.",
    class: "exact",
    roots: [stopGradient],
    apply: ({ inputs: [x] }) => x,
  },
  {
    name: "div-by-constant",
    why: "Multiplying by a rounded inverse is cheaper than dividing, and off by up to 1.5 units in the last place.",
    class: "assumes",
    roots: [div],
    over: [constant],
    apply({ inputs: [x, y] }, at) {
      const c = at.splat(y);
      return c !== null && c !== 0 && Number.isFinite(1 / c) && isFloat(x.type.dtype)
        ? at.emit(mul, [x, fillLike(1 / c, x, at)])
        : null;
    },
  },
];
