// MCMC from the model to the table, on posteriors that are known.
import { describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { deterministic, plate, sample } from "../handlers/index.js";
import { HMC } from "../infer/hmc.js";
import { initToValue } from "../infer/init/strategy.js";
import { NUTS } from "../infer/nuts.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { MCMC } from "./mcmc.js";

const quiet = { progress: false } as const;

/** Normal mean with known variance: the posterior is normal with precision 1/4 + n. */
function normalMean(y: Tensor): void {
  const mu = sample("mu", dist.Normal(0, 2));
  deterministic("double", mu.mul(2));
  plate("n", y.shape[0], () => sample("y", dist.Normal(mu, 1), { obs: y }));
}
const exact = (y: number[]): { mean: number; sd: number } => {
  const precision = 0.25 + y.length;
  return { mean: y.reduce((a, b) => a + b, 0) / precision, sd: 1 / Math.sqrt(precision) };
};

describe("MCMC", () => {
  test.each(["NUTS", "HMC"])("%s finds a conjugate posterior; new data compile nothing", async (kind) => {
    const kernel = kind === "NUTS" ? new NUTS(normalMean) : new HMC(normalMean, { trajectoryLength: 1.5 });
    const mcmc = new MCMC(kernel, { warmup: 150, samples: 250, chains: 2, seed: 3, ...quiet });
    for (const y of [
      [1.2, 0.7, 2.1],
      [-3, -2.5, -4],
    ]) {
      const fit = await mcmc.run(np.array(y));
      const [mu, double] = fit.summary();
      const { mean, sd } = exact(y);
      expect(Math.abs(mu.mean - mean)).toBeLessThan(5 * mu.mcse + 0.02);
      expect(Math.abs(mu.sd / sd - 1)).toBeLessThan(0.2);
      expect(double.mean).toBeCloseTo(2 * mu.mean, 10);
      expect(fit.samples("mu").shape).toEqual([2, 250]);
      expect(fit.stats.divergent.flat().reduce((a, b) => a + b, 0)).toBe(0);
      expect(mcmc.compiles).toBe(2);
      expect(String(fit)).toMatch(/2 chains of 250 draws/);
    }
  });

  test("a driver takes another seed without compiling, and says what is none", async () => {
    const y = np.array([1, 2]);
    const options = { warmup: 20, samples: 20, chains: 1, ...quiet };
    const mcmc = new MCMC(new NUTS(normalMean), { ...options, seed: 1 });
    const first = (await mcmc.run(y)).samples("mu").data();
    mcmc.seed = 2;
    const second = (await mcmc.run(y)).samples("mu").data();
    const alone = await new MCMC(new NUTS(normalMean), { ...options, seed: 2 }).run(y);
    expect(second).toEqual(alone.samples("mu").data());
    expect(second).not.toEqual(first);
    expect([mcmc.seed, mcmc.compiles]).toEqual([2, 2]);
    expect(() => (mcmc.seed = np.array([1]))).toThrow(
      "MCMC.seed: seed must be a whole number or one key from random.key(seed), got a tensor f64[1].",
    );
  });

  test("chain i of n equals a single run with key i (J47), and one seed gives one result", async () => {
    const y = np.array([1, 2]);
    const options = { warmup: 30, samples: 20, ...quiet };
    const key = random.key(7);
    const all = await new MCMC(new NUTS(normalMean), { ...options, chains: 3, seed: key }).run(y);
    const again = await new MCMC(new NUTS(normalMean), { ...options, chains: 3, seed: 7 }).run(y);
    const one = await new MCMC(new NUTS(normalMean), {
      ...options,
      chains: 1,
      seed: random.split(key, 3).at(2),
    }).run(y);
    expect(again.samples("mu").toArray()).toEqual(all.samples("mu").toArray());
    expect(one.samples("mu").toArray()).toEqual([(all.samples("mu").toArray() as number[][])[2]]);
  });

  test("eight schools (Rubin 1981): moments of the non-centred posterior", async () => {
    const effects = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
    const errors = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
    const model = (): void => {
      const mu = sample("mu", dist.Normal(0, 5));
      const tau = sample("tau", dist.HalfCauchy(5));
      plate("schools", 8, () => {
        const theta = deterministic("theta", mu.add(tau.mul(sample("z", dist.Normal(0, 1)))));
        sample("y", dist.Normal(theta, errors), { obs: effects });
      });
    };
    const kernel = new NUTS(model, { targetAccept: 0.9 });
    const fit = await new MCMC(kernel, { warmup: 400, samples: 800, chains: 4, seed: 2, ...quiet }).run();
    const rows = new Map(fit.summary().map((row) => [row.name, row]));
    // Means and standard deviations from long runs of Stan, rounded.
    const known: [string, number, number][] = [
      ["mu", 4.4, 3.3],
      ["tau", 3.6, 3.2],
      ["theta[0]", 6.2, 5.7],
      ["theta[2]", 3.9, 5.3],
    ];
    for (const [name, mean, sd] of known) {
      const row = rows.get(name)!;
      expect(Math.abs(row.mean - mean), name).toBeLessThan(4 * row.mcse + 0.1);
      expect(Math.abs(row.sd / sd - 1), name).toBeLessThan(0.15);
      expect(row.rHat, name).toBeLessThan(1.02);
    }
  });

  test("the model runs a fixed number of times, however many draws are taken (J06)", async () => {
    const counts = [];
    for (const samples of [5, 50]) {
      let runs = 0;
      const counted = (y: Tensor): void => {
        runs++;
        normalMean(y);
      };
      const mcmc = new MCMC(new NUTS(counted), { warmup: samples, samples, chains: 2, ...quiet });
      await mcmc.run(np.array([1, 2]));
      const first = runs;
      await mcmc.run(np.array([3, 4]));
      counts.push([first, runs - first]);
    }
    // Finding the sites, the gradient, the constraining map; then a check of the new data.
    expect(counts).toEqual([
      [3, 1],
      [3, 1],
    ]);
  });

  test("jit: false gives the same draws", async () => {
    const y = np.array([1, 2]);
    const options = { warmup: 10, samples: 5, chains: 1, ...quiet };
    const a = await new MCMC(new NUTS(normalMean), options).run(y);
    const b = await new MCMC(new NUTS(normalMean, { jit: false }), options).run(y);
    const [x, z] = [a, b].map((fit) => fit.samples("mu").data());
    x.forEach((v, i) => expect(z[i]).toBeCloseTo(v, 8));
  });

  test.each(["uniform", "median", "sample", initToValue({ values: { mu: 1 } })] as const)(
    "starts as told: %#",
    async (initStrategy) => {
      const mcmc = new MCMC(new NUTS(normalMean, { initStrategy }), {
        warmup: 20,
        samples: 5,
        chains: 1,
        ...quiet,
      });
      const fit = await mcmc.run(np.array([1]));
      expect(fit.samples("mu").data().every(Number.isFinite)).toBe(true);
    },
  );

  test("a NaN density names the site", async () => {
    const model = (): void => {
      const s = sample("s", dist.Normal(0, 1));
      sample("y", dist.Normal(np.sqrt(np.abs(s).add(1).neg()), 1), { obs: 2 });
    };
    await expect(new MCMC(new NUTS(model), { warmup: 5, samples: 5, ...quiet }).run()).rejects.toThrow(
      /no starting point with a finite log density.*site "y" has log density NaN/,
    );
  });

  test("bad options and bad use", async () => {
    const kernel = new NUTS(normalMean);
    expect(() => new MCMC(kernel, { chain: 2 } as never)).toThrow(
      /unknown option "chain"; the options are warmup/,
    );
    expect(() => new MCMC(kernel, { samples: 0 })).toThrow(
      /samples must be a whole number, 1 or more; got 0/,
    );
    expect(() => new NUTS(normalMean, { targetAccept: 1.2 })).toThrow(
      /targetAccept must be between 0 and 1; got 1.2/,
    );
    expect(() => new NUTS(normalMean, { initStrategy: "zero" as never })).toThrow(
      /unknown initStrategy "zero"/,
    );
    const allSeen = (): void => void sample("y", dist.Normal(0, 1), { obs: 1 });
    await expect(new MCMC(new NUTS(allSeen), quiet).run()).rejects.toThrow(/no latent sites/);
    const stopped = new MCMC(kernel, { ...quiet, signal: AbortSignal.abort(new Error("stop")) });
    await expect(stopped.run(np.array([1]))).rejects.toThrow("stop");
    const fit = await new MCMC(kernel, { warmup: 5, samples: 4, chains: 1, ...quiet }).run(np.array([1]));
    expect(() => fit.samples("nu")).toThrow(/there is no site "nu"; the sites are "mu", "double"/);
  });
});
