// Random programs on Machine must give the same bits in JavaScript, scalar wasm and SIMD wasm (f64 and f32).
import { describe, expect, test } from "vitest";
import type { Machine, Routine } from "../../ir/machine.js";
import { atLeast, atMost } from "../../ops/routines/arithmetic.js";
import { expTable, logTable } from "../../ops/routines/tables.js";
import { js32, js64, type JsMachine } from "../../ops/js-machine.js";
import { RoutineLinker } from "./link.js";
import { ModuleBuilder } from "./module.js";
import { ScalarMachine } from "./scalar-machine.js";
import { SimdMachine } from "./simd-machine.js";

/** A small linear congruential generator, so that failures repeat. */
function generator(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Called by the programs, with and without a SIMD form. */
const helper = (simd: boolean): Routine => ({
  name: simd ? "helper" : "scalar_helper",
  doc: "x * x - y, or a short loop.",
  arity: 2,
  simd,
  body: <V>(k: Machine<V>, x: V, y: V): V => {
    if (simd) return k.sub(k.mul(x, x), y);
    const [n, total] = k.loop(
      [k.num(0), y],
      5,
      (s) => k.lt(s[0], k.num(3)),
      (s) => [k.add(s[0], k.num(1)), k.add(s[1], k.mul(s[0], x))],
    );
    return k.sub(total, n);
  },
});
const [helperBoth, helperScalar] = [helper(true), helper(false)];

/** `doubles`: with the instructions on words and tables, which single precision has not. */
function randomProgram(seed: number, length: number, doubles: boolean): Routine {
  return {
    name: `program${seed}`,
    doc: "A random program.",
    arity: 3,
    simd: true,
    body: <V>(k: Machine<V>, ...x: readonly V[]): V => {
      const pick = generator(seed);
      const floats: V[] = [...x, k.num(0.5), k.num(-3), k.num(0)];
      const bools: V[] = [k.bool(true), k.bool(false)];
      const ints: V[] = [k.int(7), k.int(-2), k.int(0), k.int(0x9e3779b9)];
      const f = (): V => floats[pick(floats.length)];
      const b = (): V => bools[pick(bools.length)];
      const i = (): V => ints[pick(ints.length)];
      // NaN signs and payloads are unspecified, so bit-level instructions never see a NaN.
      const real = (v: V): V => k.select(k.eq(v, v), v, k.num(1.75));
      const moves: (() => void)[] = [
        () => floats.push(k.add(f(), f())),
        () => floats.push(k.sub(f(), f())),
        () => floats.push(k.mul(f(), f())),
        () => floats.push(k.div(f(), f())),
        () => floats.push(k.neg(f()), k.abs(f())),
        () => floats.push(k.sqrt(f())),
        () => floats.push(k.floor(f()), k.ceil(f())),
        () => floats.push(k.trunc(f()), k.nearest(f())),
        () => floats.push(k.min(f(), f()), k.max(f(), f())),
        () => floats.push(k.copysign(real(f()), real(f()))),
        () => floats.push(k.pow2(k.max(k.num(-126), k.min(k.num(127), k.nearest(real(f())))))),
        () => floats.push(k.exponent(real(f())), k.significand(real(f()))),
        () => floats.push(k.high(real(f()))),
        () => bools.push(k.lt(f(), f()), k.le(f(), f()), k.gt(f(), f())),
        () => bools.push(k.ge(f(), f()), k.eq(f(), f()), k.ne(f(), f())),
        () => bools.push(k.and(b(), b()), k.or(b(), b()), k.xor(b(), b()), k.not(b())),
        () => floats.push(k.select(b(), f(), f())),
        () => bools.push(k.select(b(), b(), b())),
        () => ints.push(k.select(b(), i(), i())),
        () => {
          const [p, q] = [f(), f()];
          floats.push(
            k.branch(
              b(),
              () => k.mul(p, q),
              () => k.add(p, q),
            ),
          );
        },
        () => {
          const [p, q] = [f(), f()];
          floats.push(k.rare(b(), [p, q], helperBoth, () => k.sub(q, p)));
        },
        () => floats.push(k.call(helperBoth, f(), f())),
        () => floats.push(k.call(helperScalar, f(), f())),
        () => ints.push(k.iadd(i(), i()), k.isub(i(), i()), k.imul(i(), i()), k.umulh(i(), i())),
        () => ints.push(k.idiv(i(), i(), true), k.idiv(i(), i(), false)),
        () => ints.push(k.irem(i(), i(), true), k.irem(i(), i(), false)),
        () => ints.push(k.iand(i(), i()), k.ior(i(), i()), k.ixor(i(), i())),
        () => ints.push(k.ishl(i(), i()), k.ishr(i(), i())),
        () => bools.push(k.ilt(i(), i(), true), k.ilt(i(), i(), false), k.ile(i(), i(), true)),
        () => bools.push(k.ile(i(), i(), false), k.ieq(i(), i())),
        () => floats.push(k.toFloat(i(), true), k.toFloat(i(), false)),
        () => ints.push(k.toInt(f(), true), k.toInt(f(), false)),
        () => floats.push(k.boolToFloat(b())),
        () => ints.push(k.boolToInt(b())),
        // What is known of values that cannot be above 0.
        () => {
          const below = atLeast(k, atMost(k, k.neg(k.abs(f())), pick(5) - 2), pick(5) - 2);
          const above = k.gt(below, k.num(pick(4) - 2));
          bools.push(above, k.gt(k.neg(below), k.num(0)));
          floats.push(below, k.select(above, f(), f()), k.select(b(), k.num(0), f()));
        },
      ];
      const within = (v: V): V =>
        k.branch(
          k.le(k.abs(real(v)), k.num(1e30)),
          () => k.add(real(v), k.num(0.5)),
          () => k.num(3),
        );
      const words: (() => void)[] = [
        () => ints.push(k.upper(real(f())), k.lower(real(f()))),
        () =>
          floats.push(k.nudge(k.num(1.5), 3 << 13), k.nudge(k.max(k.num(1), k.abs(within(f()))), -(1 << 20))),
        () => floats.push(k.raise(k.num(-1.25), k.toFloat(k.iand(i(), k.int(7)), false), 13)),
        () =>
          floats.push(
            ...k.lookup(logTable, k.iand(i(), k.int(7))),
            ...k.lookup(expTable, k.iand(i(), k.int(15))),
          ),
        () => {
          const [p, q] = [f(), f()];
          floats.push(
            k.shortcut(
              k.lt(p, q),
              () => k.max(p, q),
              () => k.select(k.lt(p, q), q, k.sub(p, q)),
            ),
          );
        },
      ];
      if (doubles) moves.push(...words, ...words);
      for (let n = 0; n < length; n++) moves[pick(moves.length)]();
      // The newest values of every kind decide the result.
      const last = <T>(list: readonly T[]): T => list[list.length - 1];
      const tail = k.select(last(bools), last(floats), k.toFloat(last(ints), false));
      return k.select(
        k.eq(tail, tail),
        tail,
        k.select(k.eq(last(floats), last(floats)), last(floats), k.num(-77)),
      );
    },
  };
}

const inputs: readonly (readonly [number, number, number])[] = [
  [0.3, -1.7, 42],
  [-0, 0, 1e-300],
  [Infinity, -2.5, 0.5],
  [NaN, 3, -1e300],
  [2147483648.5, -2147483649, 4294967296],
  [4503599627370497, 1 / 3, -0.5],
];

/** Behind the tables. */
const BASE = 8192;

function modules(programs: readonly Routine[], single: boolean): WebAssembly.Instance {
  const module = new ModuleBuilder();
  module.memory(1, { export: "memory" });
  const linker = new RoutineLinker(module);
  const lanes = single ? 4 : 2;
  const width = single ? 4 : 8;
  for (const p of programs) {
    // From BASE on: three columns of `lanes` inputs at 0, 32, 64; the scalar result of lane 0 at 96, the vector result at 128.
    const f = module.func(p.name, [], [], { export: p.name });
    const float = single ? "f32" : "f64";
    const scalar = new ScalarMachine(f, linker, float);
    const args = [0, 32, 64].map((at) => f.load(`${float}.load`, BASE, at));
    f.store(`${float}.store`, BASE, p.body(scalar, ...args), 96);
    const simd = new SimdMachine(f, linker, single ? "f32x4" : "f64x2");
    const vectors = [0, 32, 64].map((at) => f.load("v128.load", BASE, at));
    f.store("v128.store", BASE, simd.vector(p.body(simd, ...vectors)), 128);
  }
  expect(lanes * width).toBe(16);
  return new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
}

function compare(single: boolean): void {
  const programs = Array.from({ length: 150 }, (_, seed) => randomProgram(seed, 8 + (seed % 40), !single));
  const { exports } = modules(programs, single);
  const memory = (exports.memory as WebAssembly.Memory).buffer;
  const view = single ? new Float32Array(memory, BASE) : new Float64Array(memory, BASE);
  const perSlot = single ? 8 : 4;
  const lanes = single ? 4 : 2;
  const k: JsMachine = single ? js32 : js64;
  for (const p of programs)
    for (let first = 0; first < inputs.length; first++) {
      const rows = Array.from({ length: lanes }, (_, l) => inputs[(first + l) % inputs.length]);
      rows.forEach((row, l) => row.forEach((x, c) => (view[perSlot * c + l] = x)));
      const expected = rows.map((_, l) => p.body(k, view[l], view[perSlot + l], view[2 * perSlot + l]));
      (exports[p.name] as () => void)();
      const place = `${p.name} on ${rows.map((r) => `(${r.join()})`).join(" ")}`;
      expect(view[3 * perSlot], `scalar ${place}`).toBe(expected[0]);
      for (let l = 0; l < lanes; l++)
        expect(view[4 * perSlot + l], `simd lane ${l} ${place}`).toBe(expected[l]);
    }
}

describe("machines", () => {
  test("random programs agree in f64", () => compare(false));
  test("random programs agree in f32", () => compare(true));

  test("a loop in SIMD code is refused with the remedy", () => {
    const module = new ModuleBuilder();
    const wrong: Routine = { ...helperScalar, name: "wrong", simd: true };
    expect(() => new RoutineLinker(module).simd(wrong)).toThrow("mark its routine simd: false");
  });
});
