// Far tails, extreme parameters and borders of every univariate family, against 50-digit values (scripts/oracles/hard_dist.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { jit, np, vjp, type Tensor } from "../tensor/index.js";
import { dist, type Distribution } from "./index.js";

type Written = number | "inf" | "-inf" | "nan";
type Pairs = readonly (readonly [number, Written])[];
interface Case {
  readonly family: keyof typeof dist;
  readonly params: Readonly<Record<string, Written>>;
  /** The largest term of the log density; its rounding remains. */
  readonly size: number;
  readonly logProb: Pairs;
  readonly cdf?: Pairs;
  readonly icdf?: Pairs;
  readonly mean?: Written;
  readonly variance?: Written;
  readonly entropy?: Written;
}

const cases = JSON.parse(
  readFileSync(new URL("./hard-oracles.json", import.meta.url), "utf8"),
) as readonly Case[];
const read = (x: Written): number =>
  x === "inf" ? Infinity : x === "-inf" ? -Infinity : x === "nan" ? NaN : x;
const LIMIT = 1e-12;
/** Parameters that say how many. */
const whole = new Set(["totalCount", "total_count", "low", "high"]);

/** Relative to |want|, and to the floor below it. */
function near(what: string, got: Tensor, want: Written, floor: number): void {
  const [g, w] = [got.item(), read(want)];
  const close = g === w || Math.abs(g - w) <= LIMIT * Math.max(Math.abs(w), floor);
  expect(close, `${what}: got ${g}, 50 digits give ${w}`).toBe(true);
}

describe.each(cases.map((c): [string, Case] => [`${c.family}(${JSON.stringify(c.params)})`, c]))(
  "%s",
  (_title, c) => {
    const named = Object.fromEntries(Object.entries(c.params).map(([key, x]) => [key, read(x)]));
    const d = (dist[c.family] as unknown as (named: object) => Distribution)(named);
    // Terms of size s leave an error of about s / 2^50.
    const rounding = Math.max(1, c.size * 1e-3);
    test("log density", () => {
      for (const [x, v] of c.logProb) near(`logProb(${x})`, d.logProb(x), v, rounding);
    });
    test("the compiled log density is the same, and its gradient is a number where it is finite", () => {
      const points = np.array(c.logProb.map(([x]) => x));
      const make = dist[c.family] as unknown as (named: object) => Distribution;
      const names = Object.keys(named).filter((name) => !whole.has(name));
      const density = (x: Tensor, ...p: Tensor[]) =>
        make({ ...named, ...Object.fromEntries(names.map((name, i) => [name, p[i]])) }).logProb(x);
      const given = names.map((name) => np.full([points.size], named[name]));
      const got = jit(density)(points, ...given);
      c.logProb.forEach(([x, v], i) => near(`compiled logProb(${x})`, np.take(got, i), v, rounding));
      // The derivative of 1 / scale is beyond the doubles there.
      if ((d.isDiscrete && names.length === 0) || named["scale"]! < 1e-150) return;
      const back = jit((x: Tensor, ...p: Tensor[]) => vjp(density, x, ...p)[1](np.ones([points.size])));
      const slopes = back(points, ...given) as unknown as Tensor[];
      ["x", ...names].forEach((name, k) =>
        c.logProb.forEach(([x, v], i) => {
          if (!Number.isFinite(read(v)) || slopes[k]!.dtype !== "f64") return;
          expect(slopes[k]!.data()[i], `d logProb(${x}) / d ${name}`).not.toBeNaN();
        }),
      );
    });
    test("cdf and quantiles", () => {
      // An angle's cdf is a difference of two.
      const floor = c.family === "VonMises" ? 1e-2 : c.size > 1e3 ? rounding : 1e-305;
      for (const [x, v] of c.cdf ?? []) near(`cdf(${x})`, d.cdf(x), v, floor);
      for (const [q, v] of c.icdf ?? []) near(`icdf(${q})`, d.icdf(q), v, q === 0.5 ? 1e-6 : 1e-305);
    });
    test("moments and entropy", () => {
      if (c.mean !== undefined) near("mean", d.mean, c.mean, 1e-305);
      if (c.variance !== undefined) near("variance", d.variance, c.variance, 1e-305);
      if (c.entropy !== undefined) near("entropy", d.entropy(), c.entropy, 1);
    });
  },
);
