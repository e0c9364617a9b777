// Two symmetric matrices A and B in; their meeting place, the geometric mean of A and the inverse of B, and its inverse out.
import { Elements, upTo } from "../routines/loops.js";
import type { PortableFunction } from "../portable-function.js";
import type { Local, Operand } from "../value.js";
import type { Code, SamplerContext } from "./context.js";

/** Averages that bring two matrices together: ten decades apart they need about as many. */
const ROUNDS = 30;
const CLOSE_ENOUGH = 1e-9;

/** Where a row of a matrix of doubles begins. */
export const address = (k: Code, base: Operand, row: Operand, n: Operand): Local =>
  k.variable("i32", k.f.op("i32.add", base, k.f.op("i32.shl", k.f.op("i32.mul", row, n), 3)));

/** (A, B, room, room, n) -> whether both are positive definite; the mean stands in A and its inverse in B. */
export const meet = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.meet", ["i32", "i32", "i32", "i32", "i32"], ["i32"], (k, a, b, inverseA, inverseB, n) => {
    const { f } = k;
    const e = new Elements(f, "f64");
    const size = k.variable("i32", f.op("i32.mul", n, n));
    const bytes = k.variable("i32", f.op("i32.shl", size, 3));
    // A <- (A + inv B) / 2, B <- (B + inv A) / 2 goes to the geometric mean of A and inv B, and to its inverse.
    const round = k.variable("i32", 0);
    f.loop((again) => {
      f.memoryCopy(inverseA, a, bytes);
      f.memoryCopy(inverseB, b, bytes);
      for (const matrix of [inverseA, inverseB])
        f.if(f.op("i32.eqz", k.result(k.fn(invert), matrix, n)), () => f.return(0));
      const moved = k.variable("f64", 0);
      const whole = k.variable("f64", 0);
      upTo(f, 0, size, (t) => {
        const before = k.variable("f64", e.get(a, t));
        const after = k.variable("f64", k.mul(k.num(0.5), k.add(before, e.get(inverseB, t))));
        e.put(a, t, after);
        e.put(b, t, k.mul(k.num(0.5), k.add(e.get(b, t), e.get(inverseA, t))));
        f.set(moved, k.add(moved, k.abs(k.sub(after, before))));
        f.set(whole, k.add(whole, k.abs(after)));
      });
      f.set(round, f.op("i32.add", round, 1));
      const apart = k.variable("i32", k.gt(moved, k.mul(k.num(CLOSE_ENOUGH), whole)) as Local);
      f.brIf(again, f.op("i32.and", apart, f.op("i32.lt_s", round, ROUNDS)));
    });
    f.return(1);
  });

/** (matrix, n) -> whether it was positive definite: its inverse in its place, by Gauss and Jordan's steps. */
const invert = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.invert", ["i32", "i32"], ["i32"], (k, matrix, n) => {
    const { f } = k;
    const e = new Elements(f, "f64");
    upTo(f, 0, n, (c) => {
      const row = address(k, matrix, c, n);
      const pivot = k.variable("f64", e.get(row, c));
      f.if(k.not(k.gt(pivot, k.num(0))), () => f.return(0));
      const over = k.variable("f64", k.div(k.num(1), pivot));
      e.put(row, c, k.num(1));
      upTo(f, 0, n, (j) => e.put(row, j, k.mul(e.get(row, j), over)));
      upTo(f, 0, n, (i) =>
        f.if(f.op("i32.ne", i, c), () => {
          const other = address(k, matrix, i, n);
          const times = k.variable("f64", e.get(other, c));
          e.put(other, c, k.num(0));
          upTo(f, 0, n, (j) => e.put(other, j, k.sub(e.get(other, j), k.mul(times, e.get(row, j)))));
        }),
      );
    });
    f.return(1);
  });
