// Which loops have copies of a turn that walk apart, and that every row is counted once whatever the number of rows.
import { describe, expect, test } from "vitest";
import { np, valueAndGrad, jit, type Tensor } from "../../tensor/index.js";
import { schedule } from "../../schedule/schedule.js";
import type { Loop } from "../../schedule/kernel.js";
import { walksApart } from "./apart.js";

const design = (n: number, columns: number): Tensor =>
  np.sin(np.arange(n * columns).mul(0.61)).reshape([n, columns]);
const likelihood = (eta: Tensor): Tensor =>
  np
    .log1p(np.exp(np.abs(eta).neg()))
    .add(np.maximum(eta, 0))
    .sum();
const byRows = (X: Tensor, b: Tensor): Tensor => likelihood(np.matmul(X, b));
const byColumns = (X: Tensor, b: Tensor): Tensor => likelihood(np.matmul(b, X));

/** The long loop of the value and gradient. */
function loopOf(fn: (X: Tensor, b: Tensor) => Tensor, X: Tensor, b: Tensor): Loop {
  const lowered = jit((x: Tensor, c: Tensor) => valueAndGrad((d: Tensor) => fn(x, d))(c)).lower(X, b);
  const { root } = schedule(lowered.optimized);
  const loops = root.items.filter((item): item is Loop => item.kind === "loop");
  return loops.reduce((a, l) => (l.body.items.length > a.body.items.length ? l : a));
}

describe("copies of a turn walk apart", () => {
  const b = (columns: number): Tensor => np.linspace(-0.4, 0.5, columns);

  test("through rows that take a line a turn", () => {
    const loop = loopOf(byRows, design(200, 10), b(10));
    expect(walksApart(loop, 4)).toBe(true);
    expect(walksApart(loop, 1)).toBe(false);
  });

  test("not through narrow rows, nor through more columns than are followed at once", () => {
    expect(walksApart(loopOf(byRows, design(200, 4), b(4)), 4)).toBe(false);
    expect(walksApart(loopOf(byColumns, design(10, 200), b(10)), 4)).toBe(false);
  });

  test("and meet every row once, for lengths with and without a rest", () => {
    for (const n of [5, 8, 9, 31, 64, 131, 2053]) {
      const [X, c] = [design(n, 10), b(10)];
      const both = (x: Tensor, d: Tensor): readonly [Tensor, Tensor] =>
        valueAndGrad((e: Tensor) => byRows(x, e))(d) as readonly [Tensor, Tensor];
      const [value, gradient] = jit(both)(X, c);
      const [wanted, slope] = both(X, c);
      expect(value.item(), `${n} rows`).toBeCloseTo(wanted.item(), 9);
      gradient.data().forEach((g, j) => expect(Number(g)).toBeCloseTo(Number(slope.data()[j]), 9));
    }
  });
});
