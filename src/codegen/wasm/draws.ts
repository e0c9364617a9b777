// Nothing in; a module that sorts, ranks and sums draws out: the loops of the diagnostics, quick from their first turn on, which a
// JavaScript engine interprets until they have run some ten thousand times.
import { ndtri } from "../../ops/routines/normal-quantile.js";
import type { FunctionBuilder } from "./function.js";
import { RoutineLinker } from "./link.js";
import { ModuleBuilder } from "./module.js";
import { Elements, upTo } from "./routines/loops.js";
import { held } from "./routines/updates.js";
import { portable, type PortableContext, type PortableFunction } from "./portable-function.js";
import { typesOf, type Local, type Operand, type WasmType, type WasmValue } from "./value.js";

/** Bits of a digit of the radix sort; six digits hold a double. */
const DIGIT = 11;
const BUCKETS = 1 << DIGIT;
/** What `order` needs beside the draws, in bytes: the counts of one digit. */
export const COUNTS = 4 * BUCKETS;

type Write = (f: FunctionBuilder, ...params: Local[]) => void;
type WriteWith = (cx: PortableContext) => Write;

const described = (
  name: string,
  params: string,
  results: readonly WasmType[],
  write: WriteWith,
): PortableFunction =>
  portable(`draws.${name}`, typesOf(params), results, (f, cx) =>
    write(cx)(f, ...Array.from(params, (_, i) => f.param(i))),
  );

/** `memory` and the functions below; parameters are addresses, counts and numbers. */
export function emitDraws(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.memory(1, { export: "memory" });
  const linker = new RoutineLinker(module);
  for (const [name, fn] of Object.entries(functions)) module.export(name, linker.portable(fn));
  return module.bytes();
}

const next = (f: FunctionBuilder, i: Local, by: Operand = 1): void => f.set(i, f.op("i32.add", i, by));

/**
 * (values, keys, order, spare, counts, n): the positions that put the values in ascending order, -0 before 0, equal ones in their order,
 * and the values in that order, in place of their keys. A radix sort of the bits, made to order as unsigned numbers do; its six passes
 * end where they began.
 */
const order: Write = (f, values, keys, to, spare, counts, n) => {
  const words = new Elements(f, "i32");
  const at = (base: Operand, i: Operand): WasmValue => f.op("i32.add", base, f.op("i32.shl", i, 3));
  upTo(f, 0, n, (i) => {
    const bits = held(f, f.load("i64.load", at(values, i)));
    const mask = f.op("i64.or", f.op("i64.shr_s", bits, 63n), 1n << 63n);
    f.store("i64.store", at(keys, i), f.op("i64.xor", bits, mask));
    words.put(to, i, i);
  });
  for (let digit = 0; digit < 6; digit++) {
    const [from, into] = digit % 2 === 0 ? [to, spare] : [spare, to];
    const bucket = (i: Operand): Local => {
      const shifted = f.op("i64.shr_u", f.load("i64.load", at(keys, i)), BigInt(DIGIT * digit));
      return held(f, f.op("i32.and", f.op("i32.wrap_i64", shifted), BUCKETS - 1));
    };
    f.memoryFill(counts, 0, COUNTS);
    upTo(f, 0, n, (i) => {
      const b = bucket(i);
      words.put(counts, b, f.op("i32.add", words.get(counts, b), 1));
    });
    const start = held(f, f.constant("i32", 0));
    upTo(f, 0, BUCKETS, (b) => {
      const count = held(f, words.get(counts, b));
      words.put(counts, b, start);
      next(f, start, count);
    });
    upTo(f, 0, n, (i) => {
      const position = held(f, words.get(from, i));
      const b = bucket(position);
      const place = held(f, words.get(counts, b));
      words.put(counts, b, f.op("i32.add", place, 1));
      words.put(into, place, position);
    });
  }
  const numbers = new Elements(f, "f64");
  upTo(f, 0, n, (i) => numbers.put(keys, i, numbers.get(values, words.get(to, i))));
};

/**
 * (table, n): normal scores of n draws by twice their rank, counted from 0, so that ranks shared by ties have one too (Blom's offset 3/8).
 * Both halves are mirror images; the middle is 0.
 */
function table(f: FunctionBuilder, quantile: (p: Operand) => Local, to: Local, n: Local): void {
  const numbers = new Elements(f, "f64");
  const last = held(f, f.op("i32.sub", f.op("i32.shl", n, 1), 2));
  const count = held(f, f.op("f64.add", f.op("f64.convert_i32_s", n), 1 / 4));
  upTo(f, 0, f.op("i32.sub", n, 1), (twice) => {
    const rank = f.op("f64.mul", f.op("f64.convert_i32_s", twice), 0.5);
    const score = held(f, quantile(f.op("f64.div", f.op("f64.add", rank, 1 - 3 / 8), count)));
    numbers.put(to, twice, score);
    numbers.put(to, f.op("i32.sub", last, twice), f.op("f64.neg", score));
  });
  numbers.put(to, f.op("i32.sub", n, 1), 0);
}

/** (values, order, table, out, n): out[i] is the table's entry at twice the rank of value i, less 2; ties share their average rank. */
const scores: Write = (f, values, sorted, table, out, n) => {
  const [words, numbers] = [new Elements(f, "i32"), new Elements(f, "f64")];
  const value = (i: Operand): Local => held(f, numbers.get(values, words.get(sorted, i)));
  const first = held(f, f.constant("i32", 0));
  f.block((done) =>
    f.loop((again) => {
      f.brIf(done, f.op("i32.ge_s", first, n));
      const own = value(first);
      const end = held(f, f.op("i32.add", first, 1));
      f.block((exit) =>
        f.loop((more) => {
          f.brIf(exit, f.op("i32.ge_s", end, n));
          f.brIf(exit, f.op("f64.ne", value(end), own));
          next(f, end);
          f.br(more);
        }),
      );
      const twice = f.op("i32.sub", f.op("i32.add", first, end), 1);
      const score = held(f, numbers.get(table, twice));
      upTo(f, first, end, (i) => numbers.put(out, words.get(sorted, i), score));
      f.set(first, end);
      f.br(again);
    }),
  );
};

/**
 * (values, order, distances, merged, n): the distance of each value from the median, and the positions that sort them. Those below the
 * median, downwards, and the others, upwards, are both in order of distance already: merging them sorts all.
 */
const fold: Write = (f, values, sorted, distances, merged, n) => {
  const [words, numbers] = [new Elements(f, "i32"), new Elements(f, "f64")];
  const value = (i: Operand): WasmValue => numbers.get(values, words.get(sorted, i));
  const below = value(f.op("i32.shr_u", f.op("i32.sub", n, 1), 1));
  const median = held(f, f.op("f64.div", f.op("f64.add", below, value(f.op("i32.shr_u", n, 1))), 2));
  upTo(f, 0, n, (i) =>
    numbers.put(distances, i, f.op("f64.abs", f.op("f64.sub", numbers.get(values, i), median))),
  );
  const up = held(f, f.constant("i32", 0));
  f.block((exit) =>
    f.loop((again) => {
      f.brIf(exit, f.op("i32.ge_s", up, n));
      f.brIf(exit, f.op("f64.ge", value(up), median));
      next(f, up);
      f.br(again);
    }),
  );
  const down = held(f, f.op("i32.sub", up, 1));
  const distance = (i: Operand): WasmValue => numbers.get(distances, words.get(sorted, i));
  upTo(f, 0, n, (i) => {
    const upper = held(f, f.op("i32.lt_s", down, 0));
    f.if(f.op("i32.and", f.op("i32.eqz", upper), f.op("i32.lt_s", up, n)), () =>
      f.set(upper, f.op("f64.le", distance(up), distance(down))),
    );
    words.put(merged, i, words.get(sorted, f.select(upper, up, down)));
    f.if(
      upper,
      () => next(f, up),
      () => next(f, down, -1),
    );
  });
};

/** (x, means, deviations, chains, n): the mean of every n numbers, behind them the least and the greatest of all and what the means are apart (sum of squares), and the distance of each from its own mean. */
const deviations: Write = (f, x, means, out, chains, n) => {
  const numbers = new Elements(f, "f64");
  const first = f.load("f64.load", x);
  const [low, high] = [held(f, first), held(f, first)];
  upTo(f, 0, chains, (c) => {
    const start = held(f, f.op("i32.mul", c, n));
    const end = held(f, f.op("i32.add", start, n));
    // Sums of distances from one of its draws keep the digits that sums of draws far from 0 would lose.
    const origin = held(f, numbers.get(x, start));
    const sum = held(f, f.constant("f64", 0));
    upTo(f, start, end, (i) => {
      const value = held(f, numbers.get(x, i));
      f.set(sum, f.op("f64.add", sum, f.op("f64.sub", value, origin)));
      f.set(low, f.op("f64.min", low, value));
      f.set(high, f.op("f64.max", high, value));
    });
    const mean = held(f, f.op("f64.add", origin, f.op("f64.div", sum, f.op("f64.convert_i32_s", n))));
    numbers.put(means, c, mean);
    upTo(f, start, end, (i) => numbers.put(out, i, f.op("f64.sub", numbers.get(x, i), mean)));
  });
  numbers.put(means, chains, low);
  numbers.put(means, f.op("i32.add", chains, 1), high);
};

/** (x, chains, n, lag): the sum of x[t] x[t + lag] within every n numbers. Two lanes halve the wait on the previous addition. */
const lagged: Write = (f, x, chains, n, lag) => {
  const total = held(f, f.constant("f64", 0));
  const shift = held(f, f.op("i32.shl", lag, 3));
  const count = held(f, f.op("i32.sub", n, lag));
  const bytes = held(f, f.op("i32.shl", f.op("i32.and", count, -2), 3));
  upTo(f, 0, chains, (c) => {
    const start = held(f, f.op("i32.add", x, f.op("i32.shl", f.op("i32.mul", c, n), 3)));
    const sums = held(f, f.op("f64x2.splat", 0));
    const place = (i: Operand): WasmValue => held(f, f.op("i32.add", start, i));
    upTo(
      f,
      0,
      bytes,
      (i) => {
        const at = place(i);
        const [a, b] = [f.load("v128.load", at, 0, 8), f.load("v128.load", f.op("i32.add", at, shift), 0, 8)];
        f.set(sums, f.op("f64x2.add", sums, f.op("f64x2.mul", a, b)));
      },
      16,
    );
    const even = held(f, f.extract("f64x2.extract_lane", sums, 0));
    f.if(f.op("i32.and", count, 1), () => {
      const at = place(bytes);
      const product = f.op("f64.mul", f.load("f64.load", at), f.load("f64.load", f.op("i32.add", at, shift)));
      f.set(even, f.op("f64.add", even, product));
    });
    f.set(total, f.op("f64.add", total, f.op("f64.add", even, f.extract("f64x2.extract_lane", sums, 1))));
  });
  f.return(total);
};

/** (x, n): a second pass adds what rounding lost, so that equal numbers have themselves as the mean. */
const mean: Write = (f, x, n) => {
  const numbers = new Elements(f, "f64");
  const count = held(f, f.op("f64.convert_i32_s", n));
  const sum = held(f, f.constant("f64", 0));
  upTo(f, 0, n, (i) => f.set(sum, f.op("f64.add", sum, numbers.get(x, i))));
  const first = held(f, f.op("f64.div", sum, count));
  // Infinite and undefined ones stay what they are.
  f.if(f.op("f64.ne", f.op("f64.sub", first, first), 0), () => f.return(first));
  const rest = held(f, f.constant("f64", 0));
  upTo(f, 0, n, (i) => f.set(rest, f.op("f64.add", rest, f.op("f64.sub", numbers.get(x, i), first))));
  f.return(f.op("f64.add", first, f.op("f64.div", rest, count)));
};

/** (x, n, centre): the sum of squared distances from it. */
const squares: Write = (f, x, n, centre) => {
  const numbers = new Elements(f, "f64");
  const sum = held(f, f.constant("f64", 0));
  upTo(f, 0, n, (i) => {
    const distance = held(f, f.op("f64.sub", numbers.get(x, i), centre));
    f.set(sum, f.op("f64.add", sum, f.op("f64.mul", distance, distance)));
  });
  f.return(sum);
};

/** (x, out, n, threshold): 1 for each number that is at most the threshold, 0 for others. */
const atMost: Write = (f, x, out, n, threshold) => {
  const numbers = new Elements(f, "f64");
  upTo(f, 0, n, (i) =>
    numbers.put(out, i, f.op("f64.convert_i32_u", f.op("f64.le", numbers.get(x, i), threshold))),
  );
};

const centre = described("mean", "ii", ["f64"], () => mean);
const spread = described("squares", "iid", ["f64"], () => squares);

const functions: Readonly<Record<string, PortableFunction>> = {
  order: described("order", "iiiiii", [], () => order),
  scores: described("scores", "iiiii", [], () => scores),
  fold: described("fold", "iiiii", [], () => fold),
  mean: centre,
  squares: spread,
  deviations: described("deviations", "iiiii", [], (cx) => (f, x, means, out, chains, n) => {
    deviations(f, x, means, out, chains, n);
    const middle = f.call(cx.portable(centre), [means, chains])!;
    const between = f.call(cx.portable(spread), [means, chains, middle])!;
    f.store("f64.store", f.op("i32.add", means, f.op("i32.shl", chains, 3)), between, 16);
  }),
  lagged: described("lagged", "iiii", ["f64"], () => lagged),
  atMost: described("atMost", "iiid", [], () => atMost),
  table: described(
    "table",
    "ii",
    [],
    (cx) => (f, to, n) => table(f, (p) => f.call(cx.scalar(ndtri), [p], true)!, to, n),
  ),
};
