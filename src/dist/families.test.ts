// One walk over all families: SciPy's and NumPyro's numbers, draws against the cdf and the moments, gradients against differences, shapes.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { np, random, type Tensor } from "../tensor/index.js";
import { grad } from "../trace/grad.js";
import { dist, type Distribution } from "./index.js";

type Written = number | "inf" | "-inf" | "nan";
interface Case {
  readonly family: keyof typeof dist;
  readonly params: Readonly<Record<string, Written | readonly number[]>>;
  readonly x: readonly number[] | readonly number[][];
  readonly logProb: readonly Written[];
  readonly cdf?: readonly Written[];
  readonly icdf?: readonly Written[];
  readonly mean?: readonly Written[];
  readonly variance?: readonly Written[];
  readonly entropy?: readonly Written[];
}

const cases = ["./scipy-oracles.json", "./numpyro-oracles.json"].flatMap(
  (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as Case[],
);
const quantiles = [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999];

const read = (x: Written): number =>
  x === "inf" ? Infinity : x === "-inf" ? -Infinity : x === "nan" ? NaN : x;
const make = ({ family, params }: Case): Distribution => {
  const named = Object.fromEntries(
    Object.entries(params).map(([k, v]) => [k, typeof v === "string" ? read(v) : v]),
  );
  return (dist[family] as (named: object) => Distribution)(named);
};
const flat = (x: Tensor): number[] => Array.from(x.data());

/** Relative error against the larger of |want| and a floor. */
function agree(
  got: readonly number[],
  want: readonly Written[],
  what: string,
  tolerance: number,
  floor = 1e-300,
): void {
  expect(got.length, what).toBe(want.length);
  got.forEach((g, i) => {
    const w = read(want[i]!);
    const same = Object.is(g, w) || g === w || Math.abs(g - w) <= tolerance * Math.max(Math.abs(w), floor);
    expect(same, `${what}[${i}]: got ${g}, SciPy has ${w}`).toBe(true);
  });
}

const title = (c: Case): string => `${c.family}(${JSON.stringify(c.params)})`;

describe.each(cases.map((c): [string, Case] => [title(c), c]))("%s", (_title, c) => {
  test("agrees with SciPy", () => {
    const d = make(c);
    const x = np.array(c.x);
    agree(flat(d.logProb(x)), c.logProb, "logProb", 1e-11, 1);
    if (c.cdf) agree(flat(d.cdf(x)), c.cdf, "cdf", 1e-9);
    if (c.icdf) agree(flat(d.icdf(quantiles)), c.icdf, "icdf", 1e-9, 1e-6);
    if (c.mean) agree(flat(d.mean), c.mean, "mean", 1e-9, 1e-12);
    if (c.variance) agree(flat(d.variance), c.variance, "variance", 1e-8);
    if (c.entropy) agree(flat(d.entropy()), c.entropy, "entropy", 1e-9, 1);
  });
});

/** The cases whose draws are compared with the law: the last of each family has the least odd parameters. */
const drawn = [...new Map(cases.map((c) => [c.family, c])).values()];

describe.each(drawn.map((c): [string, Case] => [title(c), c]))("draws of %s", (_title, c) => {
  const n = 400;
  test("follow the cdf and the moments", () => {
    const d = make(c);
    const draws = d.sample(random.key(11), n);
    expect(draws.shape).toEqual([n, ...d.batchShape, ...d.eventShape]);
    expect(np.all(d.support.check(d.valueOf(draws))).item()).toBe(1);
    if (c.cdf && d.eventDim === 0) {
      // Kolmogorov and Smirnov: exceeded once in a thousand.
      const xs = Array.from(draws.data()).sort((a, b) => a - b);
      const f = flat(d.cdf(xs));
      const before = d.isDiscrete ? flat(d.cdf(xs.map((x) => x - 1))) : f;
      const first = new Map(xs.map((x, i) => [x, i] as const).reverse());
      const last = new Map(xs.map((x, i) => [x, i + 1] as const));
      const distance = Math.max(
        ...xs.map((x, i) =>
          Math.max(
            last.get(x)! / n - f[i]!,
            d.isDiscrete ? Math.abs(first.get(x)! / n - before[i]!) : f[i]! - i / n,
          ),
        ),
      );
      expect(distance).toBeLessThan(1.95 / Math.sqrt(n));
    }
    if (c.mean && c.variance && d.eventDim > 0) {
      const means = flat(np.mean(draws, 0));
      means.forEach((m, i) => {
        const se = Math.sqrt(read(c.variance![i]!) / n);
        expect(Math.abs(m - read(c.mean![i]!))).toBeLessThan(4.5 * se + 1e-12);
      });
    }
  });

  test("expand, toEvent and mask keep densities", () => {
    const d = make(c);
    const x = np.array(c.x as number[]).at(1);
    const one = d.logProb(x).item();
    const wide = d.expand([2, 3]);
    expect(wide.batchShape).toEqual([2, 3]);
    expect(wide.sample(random.key(0), [4]).shape).toEqual([4, 2, 3, ...d.eventShape]);
    expect(wide.logProb(x).toArray()).toEqual([
      [one, one, one],
      [one, one, one],
    ]);
    const joint = wide.toEvent(1);
    expect(joint.batchShape).toEqual([2]);
    expect(joint.eventShape).toEqual([3, ...d.eventShape]);
    const xs = np.broadcastTo(x, [3, ...d.eventShape]);
    expect(flat(joint.logProb(xs))[0]).toBeCloseTo(3 * one, 8);
    expect(joint.sample(random.key(0)).shape).toEqual([2, 3, ...d.eventShape]);
    expect(joint.expand([5, 2]).sample(random.key(0)).shape).toEqual([5, 2, 3, ...d.eventShape]);
    const masked = d.expand([2]).mask([true, false]);
    expect(masked.logProb(x).toArray()).toEqual([one, 0]);
    const draws = new Set(flat(wide.sample(random.key(3))));
    if (!d.isDiscrete) expect(draws.size).toBeGreaterThan(5);
  });

  test("gradient in x against differences", () => {
    const d = make(c);
    if (d.isDiscrete || d.eventDim > 0) return;
    const f = (x: Tensor): Tensor => np.sum(d.logProbWithin(x));
    // The middle points: ends of the support and kinks have one-sided differences.
    const at = flat(d.sample(random.key(5), 5));
    const got = flat(grad(f)(np.array(at)) as Tensor);
    at.forEach((x, i) => {
      const h = 1e-6 * Math.max(Math.abs(x), 1e-3);
      const difference = (f(np.array(x + h)).item() - f(np.array(x - h)).item()) / (2 * h);
      expect(Math.abs(got[i]! - difference)).toBeLessThan(1e-4 * (1 + Math.abs(difference)));
    });
  });
});

test("f32 values keep their precision where the parameters are plain numbers or f32", () => {
  for (const c of cases) {
    const narrow = Object.entries(c.params).map(([key, v]) => [
      key,
      key === "eventShape"
        ? v
        : typeof v === "string"
          ? read(v)
          : typeof v === "number"
            ? v
            : np.array(v, { dtype: "f32" }),
    ]);
    const d = (dist[c.family] as (named: object) => Distribution)(Object.fromEntries(narrow) as object);
    const x = np.array(c.x, { dtype: "f32" });
    expect(d.logProbWithin(x).dtype, c.family).toBe("f32");
    if (c.cdf) expect(d.cdf(x).dtype, c.family).toBe("f32");
  }
  expect(dist.Normal(np.array(0), 1).logProb(np.array(1, { dtype: "f32" })).dtype).toBe("f64");
});

test("every family of dist has a case, or is tested by name", () => {
  const covered = new Set<string>(cases.map((c) => c.family));
  const here = new URL("./", import.meta.url);
  const tests = readdirSync(here)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(new URL(file, here), "utf8"))
    .join("\n");
  const without = Object.keys(dist).filter((name) => /^[A-Z]/.test(name) && !covered.has(name));
  expect(without.filter((name) => !new RegExp(`\\bdist\\.${name}\\(`).test(tests))).toEqual([]);
});
