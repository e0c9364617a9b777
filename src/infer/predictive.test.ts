// Prior and posterior predictive draws: names, shapes, moments, compiled against eager.
import { afterEach, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { clearParamStore, deterministic, param, plate, sample } from "../handlers/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import * as guides from "./guides/index.js";
import * as infer from "./namespace.js";
import * as optim from "./optim/index.js";
import { Predictive } from "./predictive.js";
import { SVI } from "./svi.js";

afterEach(clearParamStore);

function model(x: Tensor, y: Tensor | null): void {
  const slope = sample("slope", dist.Normal(1, 2));
  const mean = deterministic("mean", slope.mul(x));
  plate("n", x.shape[0], () => sample("y", dist.Normal(mean, 0.1), { obs: y }));
}
const x = np.array([0, 1, 2]);
const moments = (t: Tensor): [number, number] => {
  const data = Array.from(t.data());
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  return [mean, Math.sqrt(data.reduce((s, v) => s + (v - mean) ** 2, 0) / data.length)];
};

test.each([true, false])("inferDiscrete draws marked sites given the data and each draw, jit %s", (jit) => {
  const mixture = (y: Tensor): void => {
    const mu = sample("mu", dist.Normal(0, 1).expand([2]).toEvent(1));
    plate("rows", 3, () => {
      const z = sample("z", dist.Categorical({ probs: [0.3, 0.7] }), { infer: { enumerate: "parallel" } });
      sample("y", dist.Normal(np.take(mu, z, 0), 1), { obs: y });
    });
  };
  const y = np.array([0, 0.5, 3]);
  // Every other draw has the components the other way round.
  const mu = np.array(Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? [0, 2] : [2, 0])));
  const samples = { mu };
  const drawn = new Predictive(mixture, { samples, inferDiscrete: true, jit, seed: 2 })(y);
  expect(drawn.z.shape).toEqual([600, 3]);
  for (const turned of [0, 1])
    for (const [i, x] of [0, 0.5, 3].entries()) {
      const [a, b] = turned === 0 ? [0, 2] : [2, 0];
      const [one, two] = [0.3 * Math.exp(-((x - a) ** 2) / 2), 0.7 * Math.exp(-((x - b) ** 2) / 2)];
      const p = two / (one + two);
      let share = 0;
      for (let k = turned; k < 600; k += 2) share += drawn.z.at(k).at(i).item() / 300;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 300));
    }
  const best = new Predictive(mixture, { samples, inferDiscrete: { temperature: 0 }, jit })(y);
  expect(best.z.at(0).toArray()).toEqual([0, 0, 1]);
  expect(best.z.at(1).toArray()).toEqual([1, 1, 0]);
  expect(() => new Predictive(infer.inferDiscrete(mixture), { samples })).toThrow(
    "new Predictive: samples and guides do not reach the sites within infer.inferDiscrete(model); give the model itself, with { inferDiscrete: true }.",
  );
});

test.each([true, false])(
  "deterministics of the fit's data are computed anew for other data, jit %s",
  (jit) => {
    const samples = { slope: np.array([[1, 2, 3]]), mean: np.zeros([1, 3, 3]) };
    const draws = new Predictive(model, { samples, jit })(np.array([10, 20]), null);
    expect(Object.keys(draws)).toEqual(["mean", "y"]);
    expect(draws.mean.toArray()).toEqual([[[10, 20], [20, 40], [30, 60]]]); // prettier-ignore
  },
);

test("the prior predictive draws every site", () => {
  const draws = new Predictive(model, { numSamples: 400 })(x, null);
  expect(Object.keys(draws)).toEqual(["slope", "mean", "y"]);
  expect(draws.y.shape).toEqual([400, 3]);
  const [mean, sd] = moments(draws.slope);
  expect(Math.abs(mean - 1)).toBeLessThan(0.4);
  expect(Math.abs(sd - 2)).toBeLessThan(0.3);
  expect(np.max(np.abs(draws.y.sub(draws.mean))).item()).toBeLessThan(0.6);
});

test("how many axes count draws follows from the sites' own shapes", () => {
  const flat = new Predictive(model, { samples: { slope: [1, 2, 3] } })(x, null);
  expect(flat.y.shape).toEqual([3, 3]);
  const chains = new Predictive(model, {
    samples: {
      slope: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
  })(x, null);
  expect(chains.y.shape).toEqual([2, 3, 3]);
});

test("the posterior predictive follows the given draws, chain axes included, and new calls draw anew", () => {
  const slope = np.array([
    [0, 10],
    [20, 30],
  ]);
  const predictive = new Predictive(model, { samples: { slope }, batchNdims: 2 });
  const a = predictive(x, null);
  const b = predictive(x, null);
  expect(Object.keys(a)).toEqual(["mean", "y"]);
  expect(a.y.shape).toEqual([2, 2, 3]);
  expect(a.mean.toArray()).toEqual([
    [
      [0, 0, 0],
      [0, 10, 20],
    ],
    [
      [0, 20, 40],
      [0, 30, 60],
    ],
  ]);
  expect(a.y.toArray()).not.toEqual(b.y.toArray());
  expect(predictive(np.array([1, 1]), null).y.shape).toEqual([2, 2, 2]);
});

test("compiled and eager draws are equal", () => {
  const [a, b] = [true, false].map((jit) =>
    new Predictive(model, { numSamples: 5, jit, seed: random.key(3) })(x, null),
  );
  const flat = b.y.data();
  a.y.data().forEach((v, i) => expect(flat[i]).toBeCloseTo(v, 12));
});

test("a guide with parameters from the store", () => {
  const guide = (): void => void sample("slope", dist.Normal(param("m", 5), 0.01));
  const draws = new Predictive(model, { guide, numSamples: 20 })(x, null);
  expect(Math.abs(moments(draws.slope)[0] - 5)).toBeLessThan(0.05);
});

test("an automatic guide predicts without the data it was fitted to", async () => {
  const y = x.mul(3);
  const guide = guides.AutoNormal(model);
  const svi = new SVI(model, guide, optim.adam({ lr: 0.1 }), infer.TraceELBO());
  await svi.run(300, x, y);
  const draws = new Predictive(model, { guide, numSamples: 200, returnSites: ["y"] })(x, null);
  const [mean, sd] = moments(draws.y.slice(null, [2]));
  expect(Math.abs(mean - 6)).toBeLessThan(0.2);
  expect(sd).toBeGreaterThan(0.05);
  expect(sd).toBeLessThan(0.4);
});

test("errors", () => {
  expect(() => new Predictive(model, {})).toThrow(/say how many draws with numSamples/);
  expect(() => new Predictive(model, { samples: { slope: [1, 2], other: [1] } })).toThrow(
    /samples of "other" have shape \[1\], those of "slope" start with \[2\]/,
  );
  expect(() => new Predictive(model, { numSample: 3 } as never)).toThrow(/unknown option "numSample"/);
  expect(() => new Predictive(model, { numSamples: 3, returnSites: ["z"] })(x, null)).toThrow(
    /has no site "z"/,
  );
  expect(() => new Predictive(model, { samples: { b: [1, 2] } })(x, null)).toThrow(
    /none of the sites in samples \(b\)/,
  );
});
