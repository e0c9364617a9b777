// SVI against exact posteriors and gradients, compiled against eager, and what happens to parameters between steps.
import { afterEach, describe, expect, test } from "vitest";
import { constraints } from "../bijectors/index.js";
import { dist } from "../dist/index.js";
import { clearParamStore, getParamStore, param, plate, sample, subsample } from "../handlers/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { TraceELBO } from "./elbo/trace-elbo.js";
import { AutoDelta, AutoMultivariateNormal, AutoNormal } from "./guides/index.js";
import { adam, adamW, clippedAdam, momentum, rmsprop, sgd } from "./optim/index.js";
import type { Optimizer } from "./optim/optimizer.js";
import { SVI } from "./svi.js";

afterEach(clearParamStore);

/** Posterior: normal with precision 1/4 + n. */
function normalMean(y: Tensor): void {
  const mu = sample("mu", dist.Normal(0, 2));
  plate("n", y.shape[0], () => sample("y", dist.Normal(mu, 1), { obs: y }));
}
const y = np.array([1.2, 0.7, 2.1, 1.6]);
const exact = { mean: (1.2 + 0.7 + 2.1 + 1.6) / 4.25, sd: 1 / Math.sqrt(4.25) };

describe("SVI", () => {
  test("AutoNormal finds a conjugate posterior with one compilation", async () => {
    const guide = AutoNormal(normalMean);
    const svi = new SVI(normalMean, guide, adam({ lr: 0.05 }), TraceELBO({ particles: 4 }));
    const { losses, params } = await svi.run(400, y);
    expect(svi.compiles).toBe(1);
    expect(losses.slice(-50).reduce((a, b) => a + b)).toBeLessThan(
      losses.slice(0, 50).reduce((a, b) => a + b),
    );
    expect(Math.abs(params["mu_auto_loc"].item() - exact.mean)).toBeLessThan(0.1);
    expect(Math.abs(params["mu_auto_scale"].item() / exact.sd - 1)).toBeLessThan(0.15);
    expect(guide.median()["mu"].item()).toBeCloseTo(params["mu_auto_loc"].item(), 12);
    const [low, high] = guide.quantiles([0.05, 0.95])["mu"].toArray() as number[];
    expect((high - low) / (2 * 1.6449)).toBeCloseTo(params["mu_auto_scale"].item(), 3);
    expect(guide.samplePosterior(random.key(1), [3])["mu"].shape).toEqual([3]);
  });

  test("compiled steps equal eager ones, particles included (J48)", () => {
    const trail = (jit: boolean): number[] => {
      clearParamStore();
      const guide = AutoNormal(normalMean);
      const svi = new SVI(normalMean, guide, adam({ lr: 0.1 }), TraceELBO({ particles: 2 }), {
        jit,
        seed: 5,
      });
      return Array.from({ length: 6 }, () => [svi.step(y), getParamStore().get("mu_auto_loc").item()]).flat();
    };
    const [a, b] = [trail(true), trail(false)];
    expect(new Set(a).size).toBe(12);
    a.forEach((x, i) => expect(b[i]).toBeCloseTo(x, 10));
  });

  test.each([
    ["clippedAdam", clippedAdam({ lr: 0.05, clipNorm: 5, lrd: 0.999 })],
    ["sgd", sgd({ lr: 0.01 })],
    ["momentum", momentum({ lr: 0.004 })],
    ["rmsprop", rmsprop({ lr: 0.02 })],
    ["adamW", adamW({ lr: 0.05, weightDecay: 1e-4 })],
  ] as [string, Optimizer][])("%s descends to the mode of AutoDelta", async (_, optimizer) => {
    const guide = AutoDelta(normalMean);
    const { params } = await new SVI(normalMean, guide, optimizer, TraceELBO()).run(400, y);
    expect(params["mu_auto_loc"].item()).toBeCloseTo(exact.mean, 1);
  });

  test("AutoMultivariateNormal finds a correlation", async () => {
    // x ~ N(0, 1), z ~ N(0, 1), x + z observed: posterior correlation -1/2 / (1/2 + noise).
    const model = (): void => {
      const x = sample("x", dist.Normal(0, 1));
      const z = sample("z", dist.Normal(0, 1));
      sample("s", dist.Normal(x.add(z), 0.5), { obs: 1 });
    };
    const guide = AutoMultivariateNormal(model);
    const svi = new SVI(model, guide, adam({ lr: 0.03 }), TraceELBO({ particles: 8 }));
    const { params } = await svi.run(600);
    const l = params["auto_scale_tril"].toArray() as number[][];
    const covariance = l[1][0] * l[0][0];
    const variance = l[0][0] ** 2;
    // Precision [[5, 4], [4, 5]]: variance 5/9, covariance -4/9.
    expect(Math.abs(variance - 5 / 9)).toBeLessThan(0.12);
    expect(Math.abs(covariance + 4 / 9)).toBeLessThan(0.12);
  });

  test("hand-written guide with a positive site; values set in the store are used at once (J51)", () => {
    const model = (): void => {
      const r = sample("r", dist.Gamma(2, 1));
      sample("y", dist.Exponential(r), { obs: [0.5, 1.5] });
    };
    const guide = (): void => {
      const m = param("m", 0);
      const s = param("s", 0.5, { constraint: constraints.positive });
      sample("r", dist.LogNormal(m, s));
    };
    const svi = new SVI(model, guide, adam({ lr: 0.02 }), TraceELBO());
    const first = svi.step();
    getParamStore().set("m", 3);
    const far = svi.step();
    expect(far).toBeGreaterThan(first + 5);
    expect(getParamStore().get("m").item()).toBeCloseTo(2.98, 2);
    expect(svi.compiles).toBe(1);
  });

  test("score-function gradients: a Bernoulli guide (J63)", async () => {
    // Prior odds 1:1, likelihood ratio N(1 | 2, 1) / N(1 | -1, 1) = exp(-0.5 + 2).
    const model = (): void => {
      const z = sample("z", dist.Bernoulli({ probs: 0.5 }));
      sample("y", dist.Normal(z.mul(3).sub(1), 1), { obs: 1 });
    };
    const guide = (): void => void sample("z", dist.Bernoulli({ logits: param("logit", 0) }));
    const { params } = await new SVI(model, guide, adam({ lr: 0.05 }), TraceELBO({ particles: 8 })).run(500);
    expect(Math.abs(params["logit"].item() - 1.5)).toBeLessThan(0.3);
  });

  test("subsampled plates draw anew in every compiled step, and the scaled loss is unbiased (J56)", () => {
    const data = np.array([0, 1, 2, 3, 4, 5]);
    const model = (): void => {
      const m = param("m", 1);
      plate("rows", 6, () => sample("y", dist.Normal(m, 1), { obs: subsample(data) }), { subsampleSize: 2 });
    };
    const svi = new SVI(model, () => null, sgd({ lr: 1e-12 }), TraceELBO());
    const losses = Array.from({ length: 300 }, () => svi.step());
    expect(new Set(losses.map((x) => x.toFixed(9))).size).toBeGreaterThan(8);
    const full = 3 * Math.log(2 * Math.PI) + 0.5 * (1 + 0 + 1 + 4 + 9 + 16);
    const mean = losses.reduce((a, b) => a + b) / losses.length;
    const sd = Math.sqrt(losses.reduce((s, x) => s + (x - mean) ** 2, 0) / losses.length);
    expect(Math.abs(mean - full)).toBeLessThan((4 * sd) / Math.sqrt(losses.length));
    expect(svi.compiles).toBe(1);
  });

  test("a shorter batch compiles once more and keeps the optimiser's state (J24)", () => {
    const model = (batch: Tensor): void => {
      const m = param("m", 0);
      plate("rows", batch.shape[0], () => sample("y", dist.Normal(m, 1), { obs: batch }));
    };
    const run = (jit: boolean): number[] => {
      clearParamStore();
      const svi = new SVI(model, () => null, adam({ lr: 0.1 }), TraceELBO(), { jit });
      const batches = [np.array([1, 2, 3]), np.array([4]), np.array([0, 1, 1]), np.array([2])];
      const out = batches.map((batch) => svi.step(batch));
      expect(svi.compiles).toBe(jit ? 2 : 0);
      return [...out, getParamStore().get("m").item()];
    };
    const [a, b] = [run(true), run(false)];
    a.forEach((x, i) => expect(b[i]).toBeCloseTo(x, 10));
  });

  test("latent sites of a subsampled plate have one parameter per element", () => {
    const data = np.array([1, 2, 3, 4]);
    const model = (): void => {
      plate(
        "rows",
        4,
        () => {
          const x = sample("x", dist.Normal(0, 1));
          sample("y", dist.Normal(x, 1), { obs: subsample(data) });
        },
        { subsampleSize: 2 },
      );
    };
    const svi = new SVI(model, AutoNormal(model), adam({ lr: 0.05 }), TraceELBO());
    for (let i = 0; i < 300; i++) svi.step();
    const loc = getParamStore().get("x_auto_loc").toArray() as number[];
    loc.forEach((x, i) => expect(Math.abs(x - (i + 1) / 2)).toBeLessThan(0.5));
  });
});

describe("errors", () => {
  const elbo = TraceELBO();
  const fit = (model: () => unknown, guide: () => unknown): number =>
    new SVI(model, guide, adam(), elbo).step();
  const x = (): unknown => sample("x", dist.Normal(param("m", 0), 1));

  test("a parameter that appears later (J50)", () => {
    let calls = 0;
    const guide = (): void => {
      x();
      if (calls++ > 0) param("late", 1);
    };
    expect(() => fit(() => sample("x", dist.Normal(0, 1)), guide)).toThrow(
      /the parameter "late" appeared after/,
    );
  });

  test("sites that do not match, missing parameters, wrong arguments", () => {
    expect(() => fit(() => sample("z", dist.Normal(0, 1)), x)).toThrow(
      /the guide samples "x", which is no site/,
    );
    expect(() => fit(() => [x(), sample("z", dist.Normal(0, 1))], x)).toThrow(/the guide has no site "z"/);
    expect(() => fit(() => sample("x", dist.Normal(0, 1).expand([2])), x)).toThrow(
      /site "x" has batch \[\] event \[\] in the guide and batch \[2\] event \[\] in the model/,
    );
    expect(() =>
      fit(
        () => null,
        () => null,
      ),
    ).toThrow(/neither guide nor model has parameters/);
    expect(() => new SVI(x, x, {} as never, elbo)).toThrow(/third argument must be an optimiser/);
    expect(() => adam({ lr: -1 })).toThrow(/lr must be a positive number/);
    expect(() => adam({ learningRate: 1 } as never)).toThrow(
      /unknown option "learningRate"; the options are lr/,
    );
    expect(() => AutoNormal(() => sample("z", dist.Bernoulli({ probs: 0.5 })))()).toThrow(
      /site "z" is latent and discrete/,
    );
    expect(() => AutoNormal(x).median()).toThrow(/has not been set up/);
  });
});

describe("parameters stay in the program until somebody looks", () => {
  const centre = (): void => {
    sample("x", dist.Normal(param("m", 3), 1), { obs: np.array([0, 1]) });
  };
  const nothing = (): void => undefined;
  const fresh = (): SVI => new SVI(centre, nothing, sgd({ lr: 0.1 }), TraceELBO());

  test("two that move one parameter take turns, as eager ones do", () => {
    const values = [true, false].map((lookAfterEach) => {
      clearParamStore();
      const [a, b] = [fresh(), fresh()];
      for (const svi of [a, b, a, b, b]) {
        svi.step();
        if (lookAfterEach) getParamStore().get("m");
      }
      return getParamStore().get("m").item();
    });
    expect(values[0]).toBe(values[1]);
    // m moves by 0.1 (1 - 2 m) at each of five steps.
    expect(values[1]).toBeCloseTo(0.5 + 2.5 * 0.8 ** 5, 12);
  });

  test("a value that is set after a step is where the next one begins; a state and a version have the step", () => {
    clearParamStore();
    const svi = fresh();
    svi.step();
    const before = getParamStore().version;
    expect(before).toBe(getParamStore().version);
    getParamStore().set("m", 1);
    expect(getParamStore().get("m").item()).toBe(1);
    svi.step();
    const { version } = getParamStore();
    expect(version).toBeGreaterThan(before + 1);
    svi.step();
    expect(getParamStore().version).toBeGreaterThan(version);
    svi.step();
    svi.dispose();
    expect(getParamStore().get("m").item()).toBeCloseTo(0.5 + 0.5 * 0.8 ** 3, 12);
  });
});
