// The loops of the diagnostics in wasm, against the same in JavaScript; orders where upper halves of numbers tie and where they do not.
import { expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { np } from "../tensor/index.js";
import { deviationsOf, momentsOf, Ranks } from "./draw-loops.js";

const random = randomFrom(11);
const n = 2000;
const cases: Record<string, () => number> = {
  "draws of both signs": () => random() - 0.5,
  "whole numbers with ties": () => Math.floor(8 * random()) - 4,
  "upper halves alike, lower ones not": () => 1 + random() * 2 ** -21,
  "few upper halves, long runs of each": () => (random() < 0.5 ? 1 : -2) * (1 + random() * 2 ** -24),
  "a pair in a thousand alike above": () =>
    1 + Math.floor(random() * n * 1000) * 2 ** -41 + random() * 2 ** -50,
  "a few exact ties": () => Math.floor(random() * n * 100),
  zeros: () => [0, -0, 5e-324, -5e-324][Math.floor(4 * random())],
  infinities: () => [Infinity, -Infinity, 1][Math.floor(3 * random())],
};

/** -0 before 0. */
const below = (a: number, b: number): number => (Object.is(a, b) ? 0 : a - b || (Object.is(a, -0) ? -1 : 1));

test.each(Object.keys(cases))("%s", (name) => {
  const values = Float64Array.from({ length: n }, cases[name]);
  const expected = Array.from(values.keys()).sort((i, j) => below(values[i], values[j]) || i - j);
  const { order, ascending } = new Ranks([values]);
  expect(Array.from(order)).toEqual(expected);
  expect(ascending).toEqual(values.map((_, i) => values[expected[i]]));
});

test("nothing and one number", () => {
  expect(new Ranks([new Float64Array(0)]).order).toEqual(new Uint32Array(0));
  expect(new Ranks([]).ascending).toEqual(new Float64Array(0));
  expect(new Ranks([Float64Array.of(3)]).order).toEqual(Uint32Array.of(0));
});

test("longer draws than before make the memory grow", () => {
  const values = Float64Array.from({ length: 50_000 }, () => random());
  expect(new Ranks([values]).ascending).toEqual(values.slice().sort());
});

test("scores of ranks; ties share one", () => {
  const score = (rank: number): number => np.special.ndtri((rank - 3 / 8) / (4 + 1 / 4)).item();
  const ranks = new Ranks([Float64Array.of(3, 1), Float64Array.of(2, 2)]);
  const tied = score(2.5);
  expect([...ranks.scores()]).toEqual([-score(1), score(1), tied, tied]);
  // The median is 2: two are at distance 1, two at 0.
  expect([...ranks.foldedScores()]).toEqual([-score(1.5), -score(1.5), score(1.5), score(1.5)]);
  expect([...new Ranks([Float64Array.of(7)]).scores()]).toEqual([0]);
  expect([...ranks.values]).not.toHaveLength(1);
  expect(() => ranks.scores()).toThrow("Ranks: other draws have been looked at since.");
});

test("scores of many draws, again and again: what special functions read from memory stays", () => {
  for (const length of [20, 30_000, 40_000]) {
    const scores = new Ranks([Float64Array.from({ length }, (_, i) => i)]).scores();
    const expected = np.special
      .ndtri(
        np
          .arange(length)
          .add(1 - 3 / 8)
          .div(length + 1 / 4),
      )
      .data();
    for (const i of [0, 7, length >> 2, length - 1]) expect(scores[i]).toBeCloseTo(expected[i] as number, 11);
  }
});

test.each([1, 2, 7, 8, 500])("distances of %i numbers from the median, in order", (length) => {
  const values = Float64Array.from({ length }, () => Math.floor(40 * random()));
  const ascending = values.slice().sort();
  const median = (ascending[(length - 1) >> 1] + ascending[length >> 1]) / 2;
  const folded = new Ranks([values]).foldedScores().slice();
  expect([...folded]).toEqual([...new Ranks([values.map((x) => Math.abs(x - median))]).scores()]);
});

test.each([4, 5, 64])(
  "deviations of chains of %i and their products, and of what is at most a threshold",
  (each) => {
    const chains = [0, 1, 2].map((c) => Float64Array.from({ length: each }, () => 1e6 + c + random()));
    for (const threshold of [undefined, 1e6 + 1]) {
      const own = chains.map((chain) =>
        chain.map((x) => (threshold === undefined ? x : Number(x <= threshold))),
      );
      const found = deviationsOf(chains, threshold);
      const means = own.map((chain) => chain.reduce((a, b) => a + b, 0) / each);
      expect(found.low).toBe(Math.min(...own.flatMap((chain) => [...chain])));
      expect(found.high).toBe(Math.max(...own.flatMap((chain) => [...chain])));
      means.forEach((mean, c) => expect(found.means[c]).toBeCloseTo(mean, 8));
      const away = own.map((chain, c) => chain.map((x) => x - found.means[c]));
      expect([...found.all()]).toEqual(away.flatMap((chain) => [...chain]));
      for (const lag of [0, 1, 2, each - 1]) {
        const products = away.map((x) =>
          x.slice(0, each - lag).reduce((sum, v, t) => sum + v * x[t + lag], 0),
        );
        expect(found.lagged(lag)).toBeCloseTo(
          products.reduce((a, b) => a + b),
          8,
        );
      }
    }
  },
);

test("moments: of equal numbers that number, of none NaN", () => {
  expect(momentsOf(new Float64Array(3).fill(0.1))).toEqual({ mean: 0.1, squares: 0 });
  expect(momentsOf(Float64Array.of(1e9, 1e9 + 1, 1e9 + 2))).toEqual({ mean: 1e9 + 1, squares: 2 });
  expect(momentsOf(new Float64Array(0)).mean).toBeNaN();
  expect(momentsOf(Float64Array.of(1, Infinity)).mean).toBe(Infinity);
});
