// A vector in, its product with the metric's factor (or with the transpose of it) out, for metrics that are not diagonal.
import { Elements, upTo } from "../routines/loops.js";
import type { Local } from "../value.js";
import type { Code } from "./context.js";
import type { FormBlock } from "./places.js";
import type { At, Base } from "./vectors.js";

export function multiplyFactor(k: Code, from: Base, to: number, transposed: boolean): void {
  const { metric } = k.cx.form;
  if (metric.kind === "lowRank") return alongDirections(k, from, to, transposed);
  const scaled = (x: Base): void =>
    k.v.each((at) => k.v.store(to, at, k.v.mul(k.v.load(k.at("scale"), at), k.v.load(x, at))));
  // Transposed, an entry needs itself and later ones alone, so the product is taken in place.
  if (transposed) scaled(from);
  else k.v.copy(to, from);
  if (metric.kind === "dense")
    metric.blocks.forEach((block, i) => triangular(k, block, i, transposed ? to : from, to, transposed));
  if (!transposed) scaled(to);
}

/** The coordinates of one block: a lower triangular matrix, row by row. Neighbours are walked by a loop, others one by one. */
function triangular(
  k: Code,
  block: FormBlock,
  number: number,
  from: Base,
  to: number,
  transposed: boolean,
): void {
  const { f } = k;
  const { first, length: n, factor } = k.cx.places.blocks[number]!;
  const e = new Elements(f, "f64");
  const base = typeof from === "number" ? f.constant("i32", from) : from;
  if (block !== "neighbours") {
    block.forEach((row, i) => {
      let sum = k.num(0);
      block.forEach((column, j) => {
        const [a, b] = transposed ? [j, i] : [i, j];
        if (b > a) return;
        const entry = f.load("f64.load", 0, factor + 8 * (a * block.length + b));
        sum = k.add(sum, k.mul(entry, f.load("f64.load", base, 8 * column)));
      });
      f.store("f64.store", 0, sum, to + 8 * row);
    });
    return;
  }
  upTo(f, 0, n, (i) => {
    const sum = k.variable("f64", 0);
    const [low, high] = transposed ? [i, n] : [0, f.op("i32.add", i, 1)];
    upTo(f, low, high, (j) => {
      const [row, column] = transposed ? [j, i] : [i, j];
      const place = f.op("i32.shl", f.op("i32.add", f.op("i32.mul", row, n), column), 3);
      const entry = f.load("f64.load", place, factor);
      f.set(sum, k.add(sum, k.mul(entry, f.load("f64.load", e.at(base, j), first))));
    });
    f.store("f64.store", f.op("i32.add", f.op("i32.shl", i, 3), first), sum, to);
  });
}

/** D (I + V E V') or its transpose: scales D, orthonormal rows V, roots of variances less one E. */
function alongDirections(k: Code, from: Base, to: number, transposed: boolean): void {
  const { f, v } = k;
  const { factors, stride } = k.cx.places;
  const { metric } = k.cx.form;
  const rank = metric.kind === "lowRank" ? metric.rank : 0;
  const scaled = (at: At, x: Local): Local => v.mul(v.load(k.at("scale"), at), x);
  v.each((at) => v.store(to, at, transposed ? scaled(at, v.load(from, at)) : v.load(from, at)));
  // Directions are orthonormal: what is added along one changes no other's part, so they may follow one another.
  const direction = k.variable("i32", factors + 8 * rank);
  upTo(f, 0, k.whole("whole"), (j) => {
    const dot = v.accumulator();
    v.each((at) => v.accumulate(dot, v.load(direction, at), v.load(to, at)));
    const excess = f.load("f64.load", f.op("i32.shl", j, 3), factors);
    const along = v.splat(k.mul(v.total(dot), excess));
    v.each((at) => v.store(to, at, v.add(v.load(to, at), v.mul(along, v.load(direction, at)))));
    f.set(direction, f.op("i32.add", direction, stride));
  });
  if (!transposed) v.each((at) => v.store(to, at, scaled(at, v.load(to, at))));
}
