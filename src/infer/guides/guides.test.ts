// Automatic guides against posteriors that are known exactly, put together from parts, and set up lazily (J37).
import { afterEach, describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { clearParamStore, getParamStore, param, plate, sample } from "../../handlers/index.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { TraceELBO } from "../elbo/trace-elbo.js";
import { adam, linearDecay } from "../optim/index.js";
import { Predictive } from "../predictive.js";
import { SVI } from "../svi.js";
import type { AutoGuide } from "./auto-guide.js";
import {
  AutoDelta,
  AutoDiagonalNormal,
  AutoGuideList,
  AutoLaplaceApproximation,
  AutoLowRankMultivariateNormal,
  AutoMultivariateNormal,
  AutoNormal,
} from "./index.js";

afterEach(clearParamStore);

/** x + z observed with noise 1/2: precision [[5, 4], [4, 5]], variance 5/9, covariance -4/9, mean 4/9. */
const model = (): void => {
  const x = sample("x", dist.Normal(0, 1));
  const z = sample("z", dist.Normal(0, 1));
  sample("s", dist.Normal(x.add(z), 0.5), { obs: 1 });
};

async function fitted(guide: AutoGuide, steps = 800): Promise<AutoGuide> {
  await new SVI(
    model,
    guide,
    adam({ lr: linearDecay({ lr: 0.05, steps }) }),
    TraceELBO({ particles: 8 }),
  ).run(steps);
  return guide;
}

/** Moments of many draws. */
function momentsOf(guide: AutoGuide): { variance: number; covariance: number; mean: number } {
  const draws = guide.samplePosterior(random.key(3), 600);
  const [x, z] = ["x", "z"].map((name) => draws[name].toArray() as number[]);
  const mean = (xs: number[]): number => xs.reduce((a, b) => a + b) / xs.length;
  const [mx, mz] = [mean(x), mean(z)];
  return {
    mean: mx,
    variance: mean(x.map((v) => (v - mx) ** 2)),
    covariance: mean(x.map((v, i) => (v - mx) * (z[i] - mz))),
  };
}

test("a plate that draws its rows, around observations alone: the guide starts from the model's prior", async () => {
  const data = np.linspace(-1, 3, 40);
  const rows = (y: Tensor): void => {
    const mu = sample("mu", dist.Normal(0, 10));
    plate("rows", 40, (i) => sample("y", dist.Normal(mu, 1), { obs: y.at(i) }), { subsample: 10 });
  };
  const guide = AutoNormal(rows);
  await new SVI(rows, guide, adam({ lr: linearDecay({ lr: 0.1, steps: 500 }) }), TraceELBO()).run(500, data);
  expect(Math.abs(guide.median().mu.item() - 1)).toBeLessThan(0.3);
});

describe("families", () => {
  test.each([
    ["AutoMultivariateNormal", AutoMultivariateNormal],
    ["AutoLowRankMultivariateNormal", AutoLowRankMultivariateNormal],
  ])("%s finds variances and the correlation", async (_, make) => {
    const guide = await fitted(make(model));
    const { variance, covariance, mean } = momentsOf(guide);
    expect(Math.abs(mean - 4 / 9)).toBeLessThan(0.15);
    expect(Math.abs(variance - 5 / 9)).toBeLessThan(0.15);
    expect(Math.abs(covariance + 4 / 9)).toBeLessThan(0.15);
    const [low, high] = guide.quantiles([0.1587, 0.8413])["x"].toArray() as number[];
    expect(Math.abs((high - low) / 2 - Math.sqrt(5 / 9))).toBeLessThan(0.12);
  });

  test.each([
    ["AutoNormal", AutoNormal],
    ["AutoDiagonalNormal", AutoDiagonalNormal],
  ])("%s has the variance of the best independent normals", async (_, make) => {
    const { variance, covariance } = momentsOf(await fitted(make(model)));
    expect(Math.abs(variance - 1 / 5)).toBeLessThan(0.06);
    expect(Math.abs(covariance)).toBeLessThan(0.05);
  });

  test("AutoLowRankMultivariateNormal takes its rank", () => {
    const guide = AutoLowRankMultivariateNormal(model, { rank: 1 });
    new SVI(model, guide, adam(), TraceELBO()).step();
    expect(getParamStore().get("auto_cov_factor").shape).toEqual([2, 1]);
    expect(() => AutoLowRankMultivariateNormal(model, { rank: 0 })).toThrow(
      "guides.AutoLowRankMultivariateNormal: rank must be a whole number, 1 or more; got 0.",
    );
  });

  test("AutoLaplaceApproximation: exact for a normal posterior, in unconstrained coordinates", async () => {
    const guide = AutoLaplaceApproximation(model);
    await fitted(guide, 600);
    expect(guide.median()["x"].item()).toBeCloseTo(4 / 9, 2);
    const { variance, covariance } = momentsOf(guide.laplaceApproximation());
    expect(Math.abs(variance - 5 / 9)).toBeLessThan(0.12);
    expect(Math.abs(covariance + 4 / 9)).toBeLessThan(0.12);

    clearParamStore();
    // Gamma(3, 2) in u = log r: the mode of 3 u - 2 exp(u) is log(3/2), its curvature there -3.
    const positive = (): Tensor => sample("r", dist.Gamma(3, 2));
    const mode = AutoLaplaceApproximation(positive);
    await new SVI(positive, mode, adam({ lr: 0.05 }), TraceELBO()).run(400);
    expect(mode.median()["r"].item()).toBeCloseTo(1.5, 2);
    const [low, high] = mode.laplaceApproximation().quantiles([0.1587, 0.8413])["r"].toArray() as number[];
    expect((Math.log(high) - Math.log(low)) / 2).toBeCloseTo(1 / Math.sqrt(3), 2);
  });

  test("AutoLaplaceApproximation refuses a point that is no maximum", () => {
    const flat = (): void => {
      const x = sample("x", dist.ImproperUniform(dist.Normal(0, 1).support, [], []));
      sample("y", dist.Normal(x.mul(0), 1), { obs: 1 });
    };
    const guide = AutoLaplaceApproximation(flat, { initStrategy: "uniform" });
    new SVI(flat, guide, adam(), TraceELBO()).step();
    expect(() => guide.laplaceApproximation()).toThrow(/does not curve downwards in all directions/);
  });
});

describe("AutoGuideList", () => {
  const three = (): void => {
    const a = sample("a", dist.Normal(0, 1));
    const b = sample("b", dist.LogNormal(0, 1));
    const c = sample("c", dist.Normal(0, 1).expand([2]).toEvent(1));
    sample("y", dist.Normal(a.add(b).add(np.sum(c)), 1), { obs: 2 });
  };

  test("each part has its sites; two joint parts keep their parameters apart", async () => {
    const guide = AutoGuideList(three, [
      [AutoDelta, ["a"]],
      [AutoMultivariateNormal, ["c"]],
      [AutoDiagonalNormal],
    ]);
    const losses: number[][] = [];
    for (const jit of [true, false]) {
      clearParamStore();
      const svi = new SVI(three, guide, adam({ lr: 0.02 }), TraceELBO(), { jit, seed: 2 });
      losses.push([svi.step(), svi.step(), svi.step()]);
    }
    losses[0].forEach((x, i) => expect(x).toBeCloseTo(losses[1][i], 9));
    expect(getParamStore().names.sort()).toEqual(
      ["a_auto_loc", "auto_1_loc", "auto_1_scale_tril", "auto_2_loc", "auto_2_scale"].sort(),
    );
    expect(Object.keys(guide.median())).toEqual(["a", "b", "c"]);
    const draws = guide.samplePosterior(random.key(1), [4]);
    expect(new Set(draws["a"].toArray() as number[]).size).toBe(1);
    expect(new Set(draws["b"].toArray() as number[]).size).toBe(4);
    expect(draws["c"].shape).toEqual([4, 2]);
    await Promise.resolve();
  });

  test("errors name sites", () => {
    const start = (...parts: Parameters<typeof AutoGuideList>[1]): void => {
      clearParamStore();
      new SVI(three, AutoGuideList(three, parts), adam(), TraceELBO()).step();
    };
    expect(() => start([AutoDelta, ["q"]], [AutoNormal])).toThrow(
      'guides.AutoGuideList: "q" is no latent site of the model, or two parts have it; the sites are "a", "b", "c".',
    );
    expect(() => start([AutoDelta, ["a", "b"]])).toThrow(
      'guides.AutoGuideList: no part is for "c"; end the list with a part that has no names.',
    );
    expect(() => AutoGuideList(three, [])).toThrow(/give a list of parts/);
  });
});

describe("guides that set themselves up at the first call (J37)", () => {
  test("the program holds no trace of the set-up, and one run of it serves all programs", () => {
    let setUps = 0;
    let centre: number | null = null;
    const guide = (): void => {
      if (centre === null) {
        setUps++;
        centre = random.normal(random.key(8), []).item();
      }
      const loc = param("loc", () => np.array(centre!));
      sample("x", dist.Normal(loc, param("scale", 0.4)));
      sample("z", dist.Normal(loc, 0.4));
    };
    const svi = new SVI(model, guide, adam({ lr: 0.1 }), TraceELBO(), { seed: 1 });
    const first = [svi.step(), svi.step()];
    expect(setUps).toBe(1);
    expect(svi.lowered.optimized.inputs.length).toBeGreaterThan(0);
    clearParamStore();
    const eager = new SVI(model, guide, adam({ lr: 0.1 }), TraceELBO(), { seed: 1, jit: false });
    [eager.step(), eager.step()].forEach((x, i) => expect(x).toBeCloseTo(first[i], 10));
  });

  test("an automatic guide is set up inside a Predictive, too", () => {
    const guide = AutoNormal(model);
    const draws = new Predictive(model, { guide, numSamples: 5 })();
    expect(draws["x"].shape).toEqual([5]);
    expect(getParamStore().has("x_auto_loc")).toBe(true);
  });
});
