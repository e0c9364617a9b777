// Importance sampling and SMC against posteriors known in closed form, and on a model whose number of sites is drawn.
import { describe, expect, test } from "vitest";
import { dist, handlers, infer, np, Predictive, sample, script, type Tensor } from "sinter";

/** mu ~ N(0, 1), y_i ~ N(mu, 1): posterior N(sum y / (n + 1), 1 / (n + 1)). */
const data = [0.8, 1.4, 0.3];
const normal = (): void => {
  const mu = sample("mu", dist.Normal(0, 1));
  data.forEach((y, i) => sample(`y_${i}`, dist.Normal(mu, 1), { obs: y }));
};
const mean = data.reduce((a, b) => a + b, 0) / 4;
/** The observations are jointly normal with covariance I + 1 1'. */
const sumSquares = data.reduce((a, b) => a + b * b, 0);
const evidence = -1.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(4) - 0.5 * (sumSquares - (4 * mean) ** 2 / 4);

describe.each([
  ["importance", () => infer.importance(normal, [], { numSamples: 4000 })],
  ["smc", () => infer.smc(normal, [], { numParticles: 2000 })],
  [
    "importance with a guide",
    () =>
      infer.importance(normal, [], {
        numSamples: 500,
        guide: () => void sample("mu", dist.Normal(mean, 0.6)),
      }),
  ],
])("%s", (_, run) => {
  test("posterior mean, variance and evidence", { timeout: 120_000 }, () => {
    const draws = run();
    expect(draws.mean("mu").item()).toBeCloseTo(mean, 1);
    expect(draws.logEvidence).toBeCloseTo(evidence, 1);
    expect(draws.ess).toBeGreaterThan(150);
    expect(draws.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
    const even = draws.resample(400);
    expect(even.samples("mu").shape).toEqual([400]);
    expect(even.mean("mu").item()).toBeCloseTo(mean, 0);
    expect(even.logEvidence).toBeCloseTo(draws.logEvidence, 10);
  });
});

/** n is geometric with p = 1/2, y ~ N(n, 0.5). */
const open = script(() => {
  let n = 0;
  let x = sample("x", dist.Uniform(0, 1)) as unknown as number;
  while (x < 0.5) {
    n++;
    x = sample(`x_${n}`, dist.Uniform(0, 1)) as unknown as number;
  }
  sample("y", dist.Normal(n, 0.5), { obs: 2 });
  return n;
}) as unknown as () => number;

/** E[n | y = 2]. */
const expected = ((): number => {
  const w = Array.from({ length: 40 }, (_, n) => 0.5 ** (n + 1) * Math.exp(-0.5 * ((n - 2) / 0.5) ** 2));
  return w.reduce((s, v, n) => s + n * v, 0) / w.reduce((s, v) => s + v, 0);
})();

describe("a script whose number of sites is drawn", () => {
  test.each([
    ["importance", () => infer.importance(open, [], { numSamples: 1500 })],
    ["smc", () => infer.smc(open, [], { numParticles: 1500 })],
  ])("%s", (_, run) => {
    const draws = run();
    const n = draws.traces.map((t) => Number(t.result ?? NaN));
    const counts = draws.traces.map((t) => Object.keys(t.nodes).filter((k) => /^x_/.test(k)).length);
    const at = counts.reduce((s, v, i) => s + v * draws.weights[i], 0);
    expect(at).toBeCloseTo(expected, 0);
    expect(n.length).toBe(1500);
    const first = draws.samples("x_1").toArray() as number[];
    first.forEach((v, i) => expect(Number.isNaN(v)).toBe(counts[i] === 0));
  });

  test("Predictive runs it draw by draw; absent sites are NaN", () => {
    const draws = new Predictive(open, { numSamples: 30 })();
    const x1 = draws["x_1"].toArray() as number[];
    const x = draws["x"].toArray() as number[];
    expect(x1.length).toBe(30);
    x.forEach((v, i) => expect(Number.isNaN(x1[i])).toBe(v >= 0.5));
    expect(() => new Predictive(open, { numSamples: 2, returnSites: ["z"] })()).toThrow(
      /no site "z"|has a site "z"/,
    );
  });
});

test("no agreement at all says so", () => {
  const model = (): void => {
    sample("mu", dist.Normal(0, 1));
    sample("y", dist.Normal(0, 1).mask(true), { obs: 0 });
    handlers.block(() => sample("hidden", dist.Normal(0, 1)))();
  };
  expect(infer.importance(model, [], { numSamples: 3 }).ess).toBeCloseTo(3, 10);
  const never = (): void => void sample("y", dist.Uniform(0, np.array(1) as Tensor), { obs: np.array(0.5) });
  const draws = infer.importance(never, [], { numSamples: 2 });
  draws.logWeights.fill(-Infinity);
  expect(() => draws.weights).toThrow(/every draw has weight zero.*guide/);
  expect(() => draws.samples("nothing")).toThrow(/no draw has a site "nothing"/);
});
