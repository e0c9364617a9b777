// Rows on truth values and on the bits of integers.
import { elementwise } from "../define/elementwise.js";

const bits: readonly [number, number] = [0, 100];
const truth: readonly [number, number] = [0, 1];
const both = { commutative: true, associative: true };

export const and = elementwise({
  name: "and",
  doc: "Whether both hold.",
  takes: "bool",
  cost: 1,
  range: [truth, truth],
  traits: both,
  body: (k, [a, b]) => k.and(a, b),
});

export const or = elementwise({
  name: "or",
  doc: "Whether either holds.",
  takes: "bool",
  cost: 1,
  range: [truth, truth],
  traits: both,
  body: (k, [a, b]) => k.or(a, b),
});

export const xor = elementwise({
  name: "xor",
  doc: "Whether exactly one holds.",
  takes: "bool",
  cost: 1,
  range: [truth, truth],
  traits: both,
  body: (k, [a, b]) => k.xor(a, b),
});

export const not = elementwise({
  name: "not",
  doc: "Whether it does not hold.",
  takes: "bool",
  cost: 1,
  range: [truth],
  body: (k, [a]) => k.not(a),
});

export const bitAnd = elementwise({
  name: "bitAnd",
  doc: "The bits set in both integers.",
  takes: "int",
  cost: 1,
  range: [bits, bits],
  traits: both,
  body: (k, [a, b]) => k.iand(a, b),
});

export const bitOr = elementwise({
  name: "bitOr",
  doc: "The bits set in either integer.",
  takes: "int",
  cost: 1,
  range: [bits, bits],
  traits: both,
  body: (k, [a, b]) => k.ior(a, b),
});

export const bitXor = elementwise({
  name: "bitXor",
  doc: "The bits set in exactly one of the integers.",
  takes: "int",
  cost: 1,
  range: [bits, bits],
  traits: both,
  body: (k, [a, b]) => k.ixor(a, b),
});

export const shl = elementwise({
  name: "shl",
  doc: "a shifted left by b modulo 32 bits.",
  takes: "int",
  cost: 1,
  range: [bits, [0, 31]],
  simd: false,
  body: (k, [a, b]) => k.ishl(a, b),
});

export const shr = elementwise({
  name: "shr",
  doc: "a shifted right by b modulo 32 bits, zeros coming in, for i32 too.",
  takes: "int",
  cost: 1,
  range: [bits, [0, 31]],
  simd: false,
  body: (k, [a, b]) => k.ishr(a, b),
});

export const umulh = elementwise({
  name: "umulh",
  doc: "The high 32 bits of the unsigned 64-bit product.",
  takes: "int",
  cost: 3,
  range: [bits, bits],
  traits: { commutative: true },
  body: (k, [a, b]) => k.umulh(a, b),
});
