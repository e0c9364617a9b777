// Sums of f32 terms: partial sums in f32 lanes in, a running total in f64 out.
// A plain f32 sum of 1e5 terms keeps about four digits; with a flush every few hundred turns it keeps all that f32 can show,
// and the f64 additions are too rare to cost anything.
import type { FunctionBuilder } from "./function.js";
import type { Local, WasmValue } from "./value.js";

/** Turns of a loop between two flushes. A power of two: the test is one mask of the counter. */
export const FLUSH_TURNS = 128;

const UPPER = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** total += the four lanes of every partial sum, which start again from zero. */
export function flush(f: FunctionBuilder, total: Local, partial: readonly Local[]): void {
  for (const lanes of partial) {
    const low = f.op("f64x2.promote_low_f32x4", lanes);
    const high = f.op("f64x2.promote_low_f32x4", f.shuffle(lanes, lanes, UPPER));
    const both = f.op("f64x2.add", low, high);
    const sum = f.op(
      "f64.add",
      f.extract("f64x2.extract_lane", both, 0),
      f.extract("f64x2.extract_lane", both, 1),
    );
    f.set(total, f.op("f64.add", total, sum));
    f.set(lanes, f.splat("f32x4", 0));
  }
}

/** total += one term. */
export function addTerm(f: FunctionBuilder, total: Local, term: WasmValue): void {
  f.set(total, f.op("f64.add", total, f.op("f64.promote_f32", term)));
}
