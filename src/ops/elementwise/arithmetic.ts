// Rows of the arithmetic operations. Integers wrap modulo 2^32.
import type { DType } from "../../ir/types.js";
import { isFloat } from "../../ir/types.js";
import { elementwise } from "../define/elementwise.js";
import * as remainder from "./remainder.js";
import * as routine from "./routines.js";

const wide: readonly [number, number] = [-100, 100];
const positive: readonly [number, number] = [0.01, 100];
const unsigned = (d: DType): boolean => d === "u32";

export const add = elementwise({
  name: "add",
  doc: "The sum a + b.",
  takes: "numeric",
  cost: 1,
  range: [wide, wide],
  traits: { commutative: true, associative: true },
  partials: () => [1, 1],
  body: (k, [a, b], { output }) => (isFloat(output) ? k.add(a, b) : k.iadd(a, b)),
});

export const sub = elementwise({
  name: "sub",
  doc: "The difference a - b.",
  takes: "numeric",
  cost: 1,
  range: [wide, wide],
  partials: () => [1, -1],
  body: (k, [a, b], { output }) => (isFloat(output) ? k.sub(a, b) : k.isub(a, b)),
});

export const mul = elementwise({
  name: "mul",
  doc: "The product a * b.",
  takes: "numeric",
  cost: 1,
  range: [wide, wide],
  traits: { commutative: true, associative: true },
  partials: (_m, [a, b]) => [b, a],
  body: (k, [a, b], { output }) => (isFloat(output) ? k.mul(a, b) : k.imul(a, b)),
});

export const div = elementwise({
  name: "div",
  doc: "The quotient a / b of floats.",
  cost: 4,
  range: [wide, positive],
  partials(m, [, b], out) {
    const inverse = m.apply("reciprocal", b);
    return [inverse, () => m.neg(m.mul(out, inverse))];
  },
  body: (k, [a, b]) => k.div(a, b),
});

export const idiv = elementwise({
  name: "idiv",
  doc: "The integer quotient, truncated toward zero; 0 where the divisor is 0.",
  takes: "int",
  cost: 4,
  range: [wide, wide],
  simd: false,
  body: (k, [a, b], { output }) => k.idiv(a, b, unsigned(output)),
});

export const irem = elementwise({
  name: "irem",
  doc: "The remainder of the truncated integer quotient, with the dividend's sign; 0 where the divisor is 0.",
  takes: "int",
  cost: 4,
  range: [wide, wide],
  simd: false,
  body: (k, [a, b], { output }) => k.irem(a, b, unsigned(output)),
});

export const mod = elementwise({
  name: "mod",
  doc: "The remainder a - floor(a / b) * b, with the divisor's sign: that of fmod, and b more where the signs differ; NaN where b is 0.",
  cost: 20,
  range: [wide, positive],
  partials: (m, [a, b]) => [1, () => m.neg(m.e(floor, [m.div(a, b)]))],
  routine: remainder.floorMod,
});

export const fmod = elementwise({
  name: "fmod",
  doc: "The remainder a - trunc(a / b) * b, with the dividend's sign, exact however large the quotient; NaN where b is 0.",
  cost: 20,
  range: [wide, positive],
  partials: (m, [a, b]) => [1, () => m.neg(m.e(trunc, [m.div(a, b)]))],
  routine: remainder.fmod,
});

export const floor = elementwise({
  name: "floor",
  doc: "The largest whole number not above x; its derivative is 0.",
  cost: 1,
  range: [wide],
  partials: () => [null],
  body: (k, [x]) => k.floor(x),
});

export const ceil = elementwise({
  name: "ceil",
  doc: "The smallest whole number not below x; its derivative is 0.",
  cost: 1,
  range: [wide],
  partials: () => [null],
  body: (k, [x]) => k.ceil(x),
});

export const trunc = elementwise({
  name: "trunc",
  doc: "x without its fraction; its derivative is 0.",
  cost: 1,
  range: [wide],
  partials: () => [null],
  body: (k, [x]) => k.trunc(x),
});

export const round = elementwise({
  name: "round",
  doc: "The nearest whole number, halves to the even one; its derivative is 0.",
  cost: 1,
  range: [wide],
  partials: () => [null],
  body: (k, [x]) => k.nearest(x),
});

export const neg = elementwise({
  name: "neg",
  doc: "The negative -x.",
  takes: "numeric",
  cost: 1,
  range: [wide],
  partials: () => [-1],
  body: (k, [x], { output }) => (isFloat(output) ? k.neg(x) : k.isub(k.int(0), x)),
});

export const abs = elementwise({
  name: "abs",
  doc: "The absolute value; its derivative at 0 is 0.",
  takes: "numeric",
  cost: 1,
  range: [wide],
  partials: (m, [x]) => [() => m.apply("sign", x)],
  body(k, [x], { output }) {
    if (isFloat(output)) return k.abs(x);
    return unsigned(output) ? x : k.select(k.ilt(x, k.int(0), false), k.isub(k.int(0), x), x);
  },
});

export const sign = elementwise({
  name: "sign",
  doc: "-1, 0 or 1 with the sign of x; keeps -0 and NaN; its derivative is 0.",
  takes: "numeric",
  cost: 3,
  range: [wide],
  partials: () => [null],
  body(k, [x], { output }) {
    if (isFloat(output)) {
      const negative = k.select(k.lt(x, k.num(0)), k.num(-1), x);
      return k.select(k.gt(x, k.num(0)), k.num(1), negative);
    }
    const positiveOr = (other: typeof x) => k.select(k.ilt(k.int(0), x, unsigned(output)), k.int(1), other);
    return unsigned(output)
      ? positiveOr(k.int(0))
      : positiveOr(k.select(k.ilt(x, k.int(0), false), k.int(-1), k.int(0)));
  },
});

export const min = elementwise({
  name: "min",
  doc: "The smaller of two; NaN if either is; where they are equal each gets half of the derivative.",
  takes: "numeric",
  cost: 1,
  range: [wide, wide],
  traits: { commutative: true, associative: true },
  partials(m, [a, b]) {
    const first = () =>
      m.where(m.compare("lt", a, b), 1, m.where(m.compare("eq", a, b), 0.5, m.fill(0, a.type)));
    const second = () =>
      m.where(m.compare("lt", b, a), 1, m.where(m.compare("eq", a, b), 0.5, m.fill(0, a.type)));
    return [first, second];
  },
  body: (k, [a, b], { output }) =>
    isFloat(output) ? k.min(a, b) : k.select(k.ilt(b, a, unsigned(output)), b, a),
});

export const max = elementwise({
  name: "max",
  doc: "The larger of two; NaN if either is; where they are equal each gets half of the derivative.",
  takes: "numeric",
  cost: 1,
  range: [wide, wide],
  traits: { commutative: true, associative: true },
  partials(m, [a, b]) {
    const first = () =>
      m.where(m.compare("gt", a, b), 1, m.where(m.compare("eq", a, b), 0.5, m.fill(0, a.type)));
    const second = () =>
      m.where(m.compare("gt", b, a), 1, m.where(m.compare("eq", a, b), 0.5, m.fill(0, a.type)));
    return [first, second];
  },
  body: (k, [a, b], { output }) =>
    isFloat(output) ? k.max(a, b) : k.select(k.ilt(a, b, unsigned(output)), b, a),
});

export const reciprocal = elementwise({
  name: "reciprocal",
  doc: "1 / x.",
  cost: 4,
  range: [positive],
  partials: (m, _x, out) => [() => m.neg(m.mul(out, out))],
  body: (k, [x]) => k.div(k.num(1), x),
});

export const square = elementwise({
  name: "square",
  doc: "x * x.",
  takes: "numeric",
  cost: 1,
  range: [wide],
  partials: (m, [x]) => [() => m.mul(x, 2)],
  body: (k, [x], { output }) => (isFloat(output) ? k.mul(x, x) : k.imul(x, x)),
});

export const sqrt = elementwise({
  name: "sqrt",
  doc: "The square root; NaN below 0; its derivative at 0 is taken as 0.",
  cost: 5,
  range: [positive],
  partials: (m, _x, out) => [() => m.mul(m.inverse(out), 0.5)],
  body: (k, [x]) => k.sqrt(x),
});

export const rsqrt = elementwise({
  name: "rsqrt",
  doc: "1 / sqrt(x), rounded twice; its derivative at 0 is taken as 0.",
  cost: 9,
  ulp: 1,
  range: [positive],
  partials: (m, [x], out) => [() => m.mul(m.mul(m.inverse(x), out), -0.5)],
  body: (k, [x]) => k.div(k.num(1), k.sqrt(x)),
});

export const hypot = elementwise({
  name: "hypot",
  doc: "sqrt(a^2 + b^2) without overflow on the way; its derivatives at the origin are taken as 0.",
  cost: 12,
  ulp: 2,
  range: [wide, wide],
  traits: { commutative: true },
  partials: (m, [a, b], out) => [() => m.over(a, out), () => m.over(b, out)],
  routine: routine.hypot,
});
