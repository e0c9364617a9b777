// Stand-ins for routines that have not landed yet: crude, for tests of the rows only. Replaced one by one by routines/.
import type { Machine, Routine } from "../../ir/machine.js";

type Body = <V>(k: Machine<V>, ...x: readonly V[]) => V;
const crude = (name: string, arity: number, body: Body): Routine => ({
  name,
  doc: "Stand-in.",
  arity,
  simd: true,
  body,
});
const missing = (name: string, arity = 1): Routine =>
  crude(name, arity, () => {
    throw new Error(`${name}: its routine is not there yet.`);
  });

const LN2 = Math.LN2;
export const exp = crude("exp", 1, (k, x0) => {
  const x = k.min(k.max(x0, k.num(-740)), k.num(710));
  const n = k.nearest(k.div(x, k.num(LN2)));
  const r = k.sub(x, k.mul(n, k.num(LN2)));
  let s = k.num(1);
  for (let i = 18; i > 0; i--) s = k.add(k.num(1), k.div(k.mul(r, s), k.num(i)));
  const half = k.floor(k.div(n, k.num(2)));
  return k.mul(k.mul(s, k.pow2(half)), k.pow2(k.sub(n, half)));
});
export const log = crude("log", 1, (k, x) => {
  const e = k.exponent(x);
  const z = k.div(k.sub(k.significand(x), k.num(1)), k.add(k.significand(x), k.num(1)));
  let s = k.num(0);
  for (let i = 41; i > 0; i -= 2) s = k.add(k.num(1 / i), k.mul(k.mul(z, z), s));
  const y = k.add(k.mul(e, k.num(LN2)), k.mul(k.mul(k.num(2), z), s));
  return k.select(
    k.gt(x, k.num(0)),
    k.select(k.eq(x, k.num(Infinity)), x, y),
    k.select(k.eq(x, k.num(0)), k.num(-Infinity), k.num(NaN)),
  );
});
export const expm1 = crude("expm1", 1, (k, x) => k.sub(k.call(exp, x), k.num(1)));
export const log1p = crude("log1p", 1, (k, x) => k.call(log, k.add(k.num(1), x)));
export const sigmoid = crude("sigmoid", 1, (k, x) => k.div(k.num(1), k.add(k.num(1), k.call(exp, k.neg(x)))));
export const softplus = crude("softplus", 1, (k, x) =>
  k.add(k.max(x, k.num(0)), k.call(log1p, k.call(exp, k.neg(k.abs(x))))),
);
export const tanh = crude("tanh", 1, (k, x) =>
  k.sub(k.mul(k.num(2), k.call(sigmoid, k.mul(k.num(2), x))), k.num(1)),
);
const series = <V>(k: Machine<V>, x: V, first: number): V => {
  const r = k.sub(x, k.mul(k.nearest(k.div(x, k.num(2 * Math.PI))), k.num(2 * Math.PI)));
  let s = k.num(1);
  for (let i = first + 26; i > first; i -= 2)
    s = k.sub(k.num(1), k.div(k.mul(k.mul(r, r), s), k.num(i * (i - 1))));
  return first === 1 ? k.mul(r, s) : s;
};
export const sin = crude("sin", 1, (k, x) => series(k, x, 1));
export const cos = crude("cos", 1, (k, x) => series(k, x, 0));
export const pow = crude("pow", 2, (k, x, y) => k.call(exp, k.mul(y, k.call(log, x))));
export const exp2 = crude("exp2", 1, (k, x) => k.call(exp, k.mul(x, k.num(LN2))));
export const log2 = crude("log2", 1, (k, x) => k.div(k.call(log, x), k.num(LN2)));
export const log10 = crude("log10", 1, (k, x) => k.div(k.call(log, x), k.num(Math.LN10)));
export const tan = missing("tan");
export const asin = missing("asin");
export const acos = missing("acos");
export const atan = missing("atan");
export const atan2 = missing("atan2", 2);
export const sinh = missing("sinh");
export const cosh = missing("cosh");
export const asinh = missing("asinh");
export const acosh = missing("acosh");
export const atanh = missing("atanh");
export const erf = missing("erf");
export const erfc = missing("erfc");
export const erfinv = missing("erfinv");
export const ndtr = missing("ndtr");
export const logNdtr = missing("logNdtr");
export const ndtri = missing("ndtri");
export const lgamma = missing("lgamma");
export const digamma = missing("digamma");
export const trigamma = missing("trigamma");
export const gammainc = missing("gammainc", 2);
export const gammaincc = missing("gammaincc", 2);
export const betainc = missing("betainc", 3);
export const i0e = missing("i0e");
export const i1e = missing("i1e");
