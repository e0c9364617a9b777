// Outside of supports, at their ends, at infinity and at NaN: cdfs, quantiles and log densities of every univariate family.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { jit, np, type Tensor } from "../tensor/index.js";
import { dist, setValidation, type Distribution } from "./index.js";

interface Case {
  readonly family: keyof typeof dist;
  readonly params: Readonly<Record<string, number | string | readonly number[]>>;
}
const files = ["./scipy-oracles.json", "./numpyro-oracles.json"];
const cases = files.flatMap(
  (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as Case[],
);
const read = (x: unknown): unknown => (x === "inf" ? Infinity : x === "-inf" ? -Infinity : x);
const make = ({ family, params }: Case): Distribution =>
  (dist[family] as (named: object) => Distribution)(
    Object.fromEntries(Object.entries(params).map(([key, x]) => [key, read(x)])),
  );
/** The last case of each family of single numbers. */
const laws = [...new Map(cases.map((c) => [c.family, c])).values()]
  .map((c): [string, Distribution] => [`${c.family}(${JSON.stringify(c.params)})`, make(c)])
  .filter(([, d]) => d.eventDim === 0 && d.batchShape.length === 0);

/** Without the checks, as inside compiled code. */
function unchecked(f: () => Tensor): number {
  const before = setValidation(false);
  try {
    return f().item();
  } finally {
    setValidation(before);
  }
}
const has = (f: () => Tensor): boolean => {
  try {
    f();
    return true;
  } catch (error) {
    if (/ has no /.test(String(error))) return false;
    throw error;
  }
};

describe.each(laws)("%s", (_title, d) => {
  test("log densities far out and of what is not a number", () => {
    expect(unchecked(() => d.logProb(NaN))).toBeNaN();
    for (const x of [Infinity, -Infinity]) expect(unchecked(() => d.logProb(x))).toBe(-Infinity);
    for (const x of [1e300, -1e300]) expect(unchecked(() => d.logProb(x))).not.toBeNaN();
    const { low, high } = d.support.bounds ?? {};
    if (low !== undefined) expect(unchecked(() => d.logProb(np.subtract(low, 1)))).toBe(-Infinity);
    if (high !== undefined) expect(unchecked(() => d.logProb(np.add(high, 1)))).toBe(-Infinity);
    if (d.isDiscrete) expect(unchecked(() => d.logProb(0.5))).toBe(-Infinity);
    expect(jit((x: Tensor) => d.logProb(x))(np.array(NaN)).item()).toBeNaN();
  });
  test("the cdf goes from 0 to 1 and stays there", () => {
    if (!has(() => d.cdf(0.5))) return;
    expect(d.cdf([-Infinity, Infinity, NaN]).toArray()).toEqual([0, 1, NaN]);
    const xs = [-1e300, -5, -1, -1e-5, 0, 0.5, 1, 1.5, 20, 1e300];
    const p = d.cdf(xs).toArray() as number[];
    p.forEach((v, i) => {
      expect(v).toBeGreaterThanOrEqual(p[i - 1] ?? 0);
      expect(v).toBeLessThanOrEqual(1);
    });
    expect(Number.isNaN(p.reduce((a, b) => a + b))).toBe(false);
  });
  test("the quantile function ends with the support and is NaN outside of [0, 1]", () => {
    if (!has(() => d.icdf(0.5))) return;
    const { low = -Infinity, high = Infinity } = d.support.bounds ?? {};
    expect(d.icdf([0, 1]).toArray()).toEqual([np.array(low).item(), np.array(high).item()]);
    for (const q of [-0.1, 1.1, NaN]) {
      expect(unchecked(() => d.icdf(q))).toBeNaN();
      expect(() => d.icdf(q)).toThrow(`the probability ${q} is not in [0, 1]`);
    }
  });
});

test("quantiles of counts are the least values whose cdf reaches the probability", () => {
  expect(dist.Poisson([0.5, 4, 1e6]).icdf(0.5).toArray()).toEqual([0, 4, 1000000]);
  expect(dist.Binomial(10, 0.3).icdf([0, 1e-20, 0.3, 0.999, 1]).toArray()).toEqual([0, 0, 2, 8, 10]);
  const d = dist.NegativeBinomial2(20, 0.7);
  for (const q of [0.01, 0.5, 0.93, 0.999]) {
    const k = d.icdf(q).item();
    expect(d.cdf(k).item()).toBeGreaterThanOrEqual(q);
    expect(d.cdf(k - 1).item()).toBeLessThan(q);
  }
  expect(dist.Poisson(3).icdf(1).item()).toBe(Infinity);
  expect(
    dist
      .MixtureSameFamily(dist.Categorical([0.5, 0.5]), dist.Poisson([1, 30]))
      .icdf(0.75)
      .item(),
  ).toBe(30);
  const compiled = jit((rate: Tensor, q: Tensor) => dist.Poisson(rate).icdf(q));
  expect(compiled(np.array([3, 50]), np.array([0.1, 0.9])).toArray()).toEqual([1, 59]);
  expect(() => dist.Poisson(3).icdf(1.5)).toThrow("Poisson.icdf: the probability 1.5 is not in [0, 1].");
});
