import { describe, expect, test } from "vitest";
import * as diagnostics from "./index.js";

const nested = [
  [1, 4, 2, 8, 5],
  [7, 3, 6, 0, 9],
];

describe("the same draws in every form", () => {
  const forms: Record<string, diagnostics.Draws> = {
    "Float64Array a chain": nested.map((chain) => Float64Array.from(chain)),
    "Int32Array a chain": nested.map((chain) => Int32Array.from(chain)),
    "shape and data": { shape: [2, 5], data: nested.flat() },
    "tensor-like": { shape: [2, 5], data: () => Float64Array.from(nested.flat()) },
  };
  test.each(Object.entries(forms))("%s", (_, draws) => {
    expect(diagnostics.essBulk(draws)).toBe(diagnostics.essBulk(nested));
    expect(diagnostics.summary({ x: draws })).toEqual(diagnostics.summary({ x: nested }));
  });

  test("booleans count as 0 and 1", () => {
    expect(diagnostics.quantile([true, false, true, true], 0.5)).toBe(1);
  });

  test("the input is left as it was", () => {
    const chains = nested.map((chain) => Float64Array.from(chain));
    diagnostics.summary({ x: chains });
    diagnostics.psis(chains[0]);
    diagnostics.hdi(chains);
    expect(chains.map((chain) => [...chain])).toEqual(nested);
  });
});

describe("wrong shapes are one clear error", () => {
  const wrong: [string, () => unknown, RegExp][] = [
    [
      "a flat array",
      () => diagnostics.rHat([1, 2, 3, 4] as never),
      /rHat: .*\(chains, draws\), got \(4,\); put a single chain/,
    ],
    [
      "three axes",
      () => diagnostics.essBulk([[[1], [2]]] as never),
      /essBulk: .*got \(1, 2, 1\); use diagnostics.summary/,
    ],
    [
      "ragged chains",
      () => diagnostics.mcse([[1, 2, 3], [1]]),
      /mcse: .*element \[1\] has length 1 where 3 is expected/,
    ],
    [
      "ragged typed chains",
      () => diagnostics.essTail([new Float64Array(4), new Float64Array(5)]),
      /\[1\] has length 5 where 4/,
    ],
    [
      "a deep ragged entry",
      () => diagnostics.summary({ t: [[[1, 2], [3]]] }),
      /summary: "t": .*element \[0, 1\] has length 1 where 2/,
    ],
    ["a string", () => diagnostics.rHat([["a"]] as never), /element \[0, 0\] is the string a; use NaN/],
    ["null", () => diagnostics.hdi(null as never), /hdi: expected nested arrays.*got null/],
    [
      "data of another size",
      () => diagnostics.rHat({ shape: [2, 3], data: [1, 2] }),
      /shape \(2, 3\) needs 6 values, but data holds 2/,
    ],
    [
      "a summary of one axis",
      () => diagnostics.summary({ mu: [1, 2, 3] }),
      /summary: "mu" must have shape .*got \(3,\)/,
    ],
    [
      "summed log likelihoods",
      () => diagnostics.loo(nested),
      /loo: .*\(chains, draws, \.\.\.observations\).*got \(2, 5\)/,
    ],
    [
      "a probability in percent",
      () => diagnostics.quantile([1, 2], 95),
      /between 0 and 1, got 95; write 0.9 for 90%/,
    ],
    ["an HDI of nothing", () => diagnostics.hdi([1, 2], 0), /hdi: prob must be above 0/],
    ["reff of 0", () => diagnostics.psis([1, 2], { reff: 0 }), /psis: reff must be a positive number, got 0/],
    [
      "an unknown method",
      () => diagnostics.mcse(nested, { method: "mode" as never }),
      /mcse: unknown method mode; use "mean"/,
    ],
    [
      "a quantile without prob",
      () => diagnostics.mcse(nested, { method: "quantile" } as never),
      /needs prob/,
    ],
    ["nothing to compare", () => diagnostics.compare({}), /compare: no models given/],
  ];
  test.each(wrong)("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });

  test("models of different data are not compared", () => {
    const of = (n: number): diagnostics.Waic =>
      diagnostics.waic([[1, 2, 3].map((draw) => Array.from({ length: n }, (_, i) => -draw - i))]);
    expect(() => diagnostics.compare({ a: of(3), b: of(4) })).toThrow(
      /"b" has 4 observations|"a" has 3 observations/,
    );
  });
});

describe("defined answers where there is nothing to estimate", () => {
  const scalars: [string, (draws: number[][]) => number][] = [
    ["rHat", diagnostics.rHat],
    ["essBulk", diagnostics.essBulk],
    ["essTail", diagnostics.essTail],
    ["essMean", diagnostics.essMean],
    ["essSd", diagnostics.essSd],
    ["essQuantile", (draws) => diagnostics.essQuantile(draws, 0.5)],
    ["mcse", diagnostics.mcse],
    ["mcse of a quantile", (draws) => diagnostics.mcse(draws, { method: "quantile", prob: 0.1 })],
    ["gelmanRubin", diagnostics.gelmanRubin],
    ["splitGelmanRubin", diagnostics.splitGelmanRubin],
    ["effectiveSampleSize", diagnostics.effectiveSampleSize],
  ];
  test.each(scalars)("%s is NaN with NaN draws, too few draws and no draws", (_, of) => {
    expect(of([[1, 2, NaN, 4, 5], nested[1]])).toBeNaN();
    expect(
      of([
        [1, 2, 3],
        [2, 3, 4],
      ]),
    ).toBeNaN();
    expect(of([[], []])).toBeNaN();
  });

  test("R-hat needs two chains; the split form does not", () => {
    expect(diagnostics.rHat([nested[0]])).toBeNaN();
    expect(diagnostics.splitGelmanRubin([nested[0]])).toBeGreaterThan(0.5);
  });

  test("constant draws", () => {
    // 0.1 is not a binary fraction: sums of it round, and must not pass for variation.
    const constant = [new Float64Array(101).fill(0.1), new Float64Array(101).fill(0.1)];
    const [row] = diagnostics.summary({ x: constant });
    expect(row).toEqual({
      name: "x",
      mean: 0.1,
      sd: 0,
      q5: 0.1,
      q50: 0.1,
      q95: 0.1,
      mcse: 0,
      essBulk: 200,
      essTail: 200,
      rHat: NaN,
    });
    const stuck = [new Float64Array(101).fill(0.1), new Float64Array(101).fill(0.3)];
    expect(diagnostics.rHat(stuck)).toBe(Infinity);
    expect(diagnostics.gelmanRubin(stuck)).toBe(Infinity);
  });

  test("the effective sample size does not depend on the unit", () => {
    const draws = [
      Array.from({ length: 50 }, (_, i) => Math.sin(i * i)),
      Array.from({ length: 50 }, (_, i) => Math.cos(i * i)),
    ];
    const tiny = draws.map((chain) => chain.map((value) => value * 2 ** -100));
    expect(diagnostics.essMean(tiny)).toBe(diagnostics.essMean(draws));
  });

  test("a NaN draw blanks its own row only", () => {
    const rows = diagnostics.summary({
      bad: [
        [1, NaN, 2, 3],
        [1, 2, 3, 4],
      ],
      good: [
        [1, 4, 2, 3],
        [1, 2, 3, 4],
      ],
    });
    expect(rows[0]).toEqual({
      name: "bad",
      mean: NaN,
      sd: NaN,
      q5: NaN,
      q50: NaN,
      q95: NaN,
      mcse: NaN,
      essBulk: NaN,
      essTail: NaN,
      rHat: NaN,
    });
    expect(rows[1].mean).toBe(2.5);
  });

  test("few draws still have a mean and quantiles", () => {
    expect(diagnostics.summary({ x: [[1, 2, 3]] })[0]).toMatchObject({
      mean: 2,
      sd: 1,
      q50: 2,
      essBulk: NaN,
    });
    expect(diagnostics.summary({ x: [[5]] })[0]).toMatchObject({ mean: 5, sd: NaN, q5: 5, q95: 5 });
    expect(diagnostics.summary({ x: [[]] })[0]).toMatchObject({ mean: NaN, q50: NaN });
  });

  test("intervals and weights of nothing", () => {
    expect(diagnostics.hdi([])).toEqual([NaN, NaN]);
    expect(diagnostics.hdi([1, NaN])).toEqual([NaN, NaN]);
    expect(diagnostics.quantile([], 0.5)).toBeNaN();
    expect(diagnostics.psis([])).toEqual({ logWeights: new Float64Array(0), paretoK: NaN });
    expect(diagnostics.psis([-Infinity, -Infinity]).paretoK).toBeNaN();
    expect([
      ...diagnostics.eBfmi([
        [1, 1, 1],
        [1, 3, 5],
      ]),
    ]).toEqual([NaN, 1]);
  });

  test("a NaN log likelihood is contained and warned about", () => {
    const logLik = [Array.from({ length: 40 }, (_, i) => [-1 - Math.sin(i) ** 2, i === 3 ? NaN : -2])];
    const result = diagnostics.loo(logLik);
    expect(Number.isFinite(result.pointwise[0])).toBe(true);
    expect(result.pointwise[1]).toBeNaN();
    expect(result.elpd).toBeNaN();
    expect(result.warning).toMatch(/observations have Pareto k above/);
  });
});

test("entries are named by their indices from 0, row-major; empty sites have no rows", () => {
  const rows = diagnostics.summary({
    a: { shape: [1, 4, 2, 2], data: new Float64Array(16).map((_, i) => i) },
    b: [[[0], [1]]],
    none: [[[], []]],
  });
  expect(rows.map((row) => [row.name, row.mean])).toEqual([
    ["a[0,0]", 6],
    ["a[0,1]", 7],
    ["a[1,0]", 8],
    ["a[1,1]", 9],
    ["b[0]", 0.5],
  ]);
});

test("hpdi differs from hdi by its default only; an interval of everything is the range", () => {
  const draws = Array.from({ length: 101 }, (_, i) => (i / 10) ** 2);
  expect(diagnostics.hpdi(draws)).toEqual(diagnostics.hdi(draws, 0.9));
  expect(diagnostics.hdi(draws, 1)).toEqual([0, 100]);
});

test("quantiles between and at draws, with ties and infinities", () => {
  expect(
    diagnostics.quantile(
      [
        [3, 1],
        [2, 4],
      ],
      [0, 0.25, 0.5, 1],
    ),
  ).toEqual([1, 1.75, 2.5, 4]);
  expect(diagnostics.quantile([1, Infinity, Infinity], [0.5, 0.9])).toEqual([Infinity, Infinity]);
});
