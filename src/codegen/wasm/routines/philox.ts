// Random bits and keys: Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011), the same words as ops/random/philox.ts.
import { sizeOf } from "../../../ir/types.js";
import { portable } from "../portable-function.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, WasmValue } from "../value.js";
import { upTo } from "./loops.js";
import { held } from "./updates.js";

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9 | 0;
const W1 = 0xbb67ae85 | 0;

/** The four words of the block with this counter, of four words too. */
export function words(f: FunctionBuilder, counter: readonly WasmValue[], key: WasmValue): WasmValue[] {
  const product = (m: number, x: WasmValue): [WasmValue, WasmValue] => {
    const p = f.op("i64.mul", f.op("i64.extend_i32_u", x), BigInt(m));
    return [f.op("i32.wrap_i64", f.op("i64.shr_u", p, 32)), f.op("i32.wrap_i64", p)];
  };
  let [a, b, c, d] = counter;
  let p: WasmValue = f.op("i32.wrap_i64", key);
  let q: WasmValue = f.op("i32.wrap_i64", f.op("i64.shr_u", key, 32));
  for (let round = 0; round < 10; round++) {
    const [hi0, lo0] = product(M0, a);
    const [hi1, lo1] = product(M1, c);
    a = f.op("i32.xor", f.op("i32.xor", hi1, b), p);
    b = lo1;
    c = f.op("i32.xor", f.op("i32.xor", hi0, d), q);
    d = lo0;
    if (round < 9) {
      p = f.op("i32.add", p, W0);
      q = f.op("i32.add", q, W1);
    }
  }
  return [a, b, c, d];
}

/** Words of four blocks, one in each lane: those of 64-bit products are as many above as below. */
const [LOW, HIGH] = [0, 4].map((first) =>
  [0, 8, 16, 24].flatMap((at) => [0, 1, 2, 3].map((i) => first + at + i)),
);

/** The four words of four blocks at once, a block in each lane of i32x4. */
export function wordsOfFour(f: FunctionBuilder, counter: readonly WasmValue[], key: WasmValue): WasmValue[] {
  const product = (m: number, x: WasmValue): [WasmValue, WasmValue] => {
    const times = f.splat("i32x4", m | 0);
    const [one, two] = [f.op("i64x2.extmul_low_i32x4_u", x, times), f.op("i64x2.extmul_high_i32x4_u", x, times)]; // prettier-ignore
    return [f.shuffle(one, two, HIGH!), f.shuffle(one, two, LOW!)];
  };
  const [a, b, c, d] = counter.map((word) => held(f, word));
  const p = held(f, f.op("i32x4.splat", f.op("i32.wrap_i64", key)));
  const q = held(f, f.op("i32x4.splat", f.op("i32.wrap_i64", f.op("i64.shr_u", key, 32))));
  upTo(f, 0, 10, () => {
    const [hi0, lo0] = product(M0, a!);
    const [hi1, lo1] = product(M1, c!);
    f.set(a!, f.op("v128.xor", hi1, f.op("v128.xor", b!, p)));
    f.set(b!, lo1);
    f.set(c!, f.op("v128.xor", hi0, f.op("v128.xor", d!, q)));
    f.set(d!, lo0);
    f.set(p, f.op("i32x4.add", p, f.splat("i32x4", W0)));
    f.set(q, f.op("i32x4.add", q, f.splat("i32x4", W1)));
  });
  return [a!, b!, c!, d!];
}

/** The counters of operations have two words of 0 in the middle. */
const counterOf = (f: FunctionBuilder, first: WasmValue, last: WasmValue): WasmValue[] => [
  first,
  f.constant("i32", 0),
  f.constant("i32", 0),
  last,
];

/** (key, counter, tag) -> a new key: the first two words of a block. */
const newKey = portable("philox.key", ["i64", "i32", "i32"], ["i64"], (f) => {
  const [a, b] = words(f, counterOf(f, f.param(1), f.param(2)), f.param(0));
  f.return(f.op("i64.or", f.op("i64.extend_i32_u", a), f.op("i64.shl", f.op("i64.extend_i32_u", b), 32)));
});

/** (key, to, count): writes count words. */
const fill = portable("philox.fill", ["i64", "i32", "i32"], [], (f) => {
  const at = f.local("i32");
  f.set(at, f.param(1));
  const left = f.local("i32");
  f.set(left, f.param(2));
  const counter = f.local("i32");
  f.set(counter, 0);
  f.block((exit) =>
    f.loop((again) => {
      f.brIf(exit, f.op("i32.le_s", left, 0));
      words(f, counterOf(f, counter, f.constant("i32", 0)), f.param(0)).forEach((w, i) => {
        if (i === 0) f.store("i32.store", at, w);
        else f.if(f.op("i32.gt_s", left, i), () => f.store("i32.store", at, w, 4 * i));
      });
      f.set(at, f.op("i32.add", at, 16));
      f.set(left, f.op("i32.sub", left, 4));
      f.set(counter, f.op("i32.add", counter, 1));
      f.br(again);
    }),
  );
});

export const randomBits: RoutineEmitter = (
  cx,
  f,
  { inputs: [key], outputs: [out], inputTypes, outputTypes },
) => {
  const keys = sizeOf(inputTypes[0].shape);
  const each = keys === 0 ? 0 : sizeOf(outputTypes[0].shape) / keys;
  if (each === 0) return;
  upTo(f, 0, keys, (k) => {
    const from = f.load("i64.load", f.op("i32.shl", k, 3), key.place);
    f.call(cx.portable(fill), [from, f.op("i32.add", f.op("i32.mul", k, 4 * each), out.place), each]);
  });
};

export const splitKey: RoutineEmitter = (
  cx,
  f,
  { inputs: [key], outputs: [out], inputTypes, outputTypes },
) => {
  const keys = sizeOf(inputTypes[0].shape);
  const each = keys === 0 ? 0 : sizeOf(outputTypes[0].shape) / keys;
  upTo(f, 0, keys, (k) => {
    const from = f.load("i64.load", f.op("i32.shl", k, 3), key.place);
    upTo(f, 0, each, (i) => {
      const at = f.op("i32.shl", f.op("i32.add", f.op("i32.mul", k, each), i), 3);
      f.store("i64.store", at, f.call(cx.portable(newKey), [from, i, 1]) as Local, out.place);
    });
  });
};

export const foldIn: RoutineEmitter = (cx, f, { inputs: [key, data], outputs: [out], outputTypes }) => {
  upTo(f, 0, sizeOf(outputTypes[0].shape), (i) => {
    const from = f.load("i64.load", f.op("i32.shl", i, 3), key.place);
    const number = f.load("i32.load", f.op("i32.shl", i, 2), data.place);
    f.store(
      "i64.store",
      f.op("i32.shl", i, 3),
      f.call(cx.portable(newKey), [from, number, 2]) as Local,
      out.place,
    );
  });
};

export const seedKey: RoutineEmitter = (_cx, f, { inputs: [x], outputs: [out], inputTypes: [type] }) => {
  upTo(f, 0, sizeOf(type.shape), (i) => {
    const at = (bytes: number): Local => f.op("i32.shl", i, bytes);
    const whole =
      type.dtype === "f64"
        ? f.op("i64.trunc_sat_f64_s", f.load("f64.load", at(3), x.place))
        : f.op(
            type.dtype === "u32" ? "i64.extend_i32_u" : "i64.extend_i32_s",
            f.load("i32.load", at(2), x.place),
          );
    f.store("i64.store", at(3), whole, out.place);
  });
};
