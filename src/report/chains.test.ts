// How chains share the machine changes no draw: this thread, workers, workers that die, cancelled and early stopped runs.
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import { dist } from "../dist/index.js";
import { deterministic, plate, sample } from "../handlers/index.js";
import { HMC } from "../infer/hmc.js";
import { NUTS } from "../infer/nuts.js";
import type { MCMCOptions } from "../infer/mcmc-options.js";
import { np, random, type Tensor } from "../tensor/index.js";
import type { Fit } from "./fit.js";
import { MCMC } from "./mcmc.js";

// Workers share two cores with everything else.
vi.setConfig({ testTimeout: 60_000 });

const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const schools = (y: Tensor, sigma: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = plate("schools", 8, () => sample("eta", dist.Normal(0, 1)));
  const theta = deterministic("theta", mu.add(tau.mul(eta)));
  plate("data", 8, () => sample("y", dist.Normal(theta, sigma), { obs: y }));
};

const settings = { warmup: 100, samples: 60, chains: 3, seed: 5, progress: false } as const;
const run = (kernel: NUTS | HMC, options: MCMCOptions = {}): Promise<Fit> =>
  new MCMC(kernel, { ...settings, ...options }).run(y, sigma);

/** All that is drawn: two fits with equal contents are the same bits. */
const contents = (fit: Fit): unknown => ({
  draws: Object.entries(fit.samples()).map(([name, t]) => [name, t.shape, Array.from(t.data())]),
  stats: fit.stats,
  gradients: fit.data.gradients,
  divergences: fit.data.warmupDivergences,
});

/** Hears of every worker that is started. */
let hear: ((worker: Worker) => void) | undefined;
const onWorker = (listener: (worker: Worker) => void): void => {
  hear = listener;
  process.on("worker", listener);
};
afterEach(() => {
  if (hear) process.off("worker", hear);
  hear = undefined;
});

describe("workers", () => {
  test.each([
    ["NUTS", () => new NUTS(schools)],
    ["NUTS with a dense metric", () => new NUTS(schools, { denseMass: true })],
    ["NUTS with a metric of low rank", () => new NUTS(schools, { denseMass: { cutoff: 1.1 } })],
    ["NUTS, scales from gradients", () => new NUTS(schools, { adaptation: "gradients" })],
    ["HMC", () => new HMC(schools, { trajectoryLength: 1 })],
  ] as const)(
    "%s: the draws are those of this thread, chain i those of a single run (J47)",
    async (_, kernel) => {
      let started = 0;
      onWorker(() => started++);
      const here = await run(kernel());
      expect(started).toBe(0);
      const there = await run(kernel(), { workers: 2 });
      expect(started).toBe(2);
      expect(contents(there)).toEqual(contents(here));
      const key = random.split(random.key(5), 3).at(1);
      const one = await run(kernel(), { chains: 1, seed: key, chainMethod: "parallel" });
      expect(one.samples("theta").toArray()).toEqual([here.samples("theta").at(1).toArray()]);
      expect(there.data.notes).toEqual([]);
    },
  );

  test('"vectorized" chains go side by side, with the draws of chains one after another', async () => {
    const plan = { warmup: 500, samples: 60_000, thinning: 1, chains: 2 };
    let furthest = 0;
    const progress = (chains: readonly { readonly iteration: number; readonly phase: string }[]): void => {
      const [a, b] = chains.map(({ iteration }) => iteration);
      if (chains.every(({ phase }) => phase === "sampling")) furthest = Math.max(furthest, Math.abs(a! - b!));
    };
    const side = await run(new NUTS(schools), { ...plan, chainMethod: "vectorized", progress });
    expect(furthest).toBeGreaterThan(0);
    expect(furthest).toBeLessThan(40_000);
    const plain = await run(new NUTS(schools), { ...plan, chainMethod: "sequential" });
    expect(side.samples("mu").data()).toEqual(plain.samples("mu").data());
    const { notes } = side.data;
    expect(notes).toEqual([]);
  });

  test("a worker that dies is replaced, its chain goes on from the checkpoint, and the fit says so", async () => {
    const long = { warmup: 500, samples: 3000, thinning: 60, chains: 2, workers: 2 };
    const wanted = await run(new NUTS(schools), { ...long, workers: 0 });
    let killed = false;
    onWorker((worker) => {
      if (killed) return;
      killed = true;
      let parts = 0;
      worker.on("message", () => {
        if (++parts === 2) void worker.terminate();
      });
    });
    const fit = await run(new NUTS(schools), long);
    expect(fit.data.notes.length).toBe(1);
    expect(fit.data.notes[0]).toMatch(
      /^the worker of chain [12] died \(it ended with exit code 1\); the chain went on from its checkpoint at iteration \d+, with the same draws\.$/,
    );
    expect(String(fit)).toMatch(/note: the worker of chain/);
    expect(contents(fit)).toEqual(contents(wanted));
  });

  test("a worker that cannot live is given up with the reason and the next step", async () => {
    onWorker((worker) => setTimeout(() => void worker.terminate(), 0));
    await expect(run(new NUTS(schools), { chains: 1, workers: 1 })).rejects.toThrow(
      /worker of chain 1 died 3 times at iteration 0 \(.*\)\. If workers cannot run here, use \{ chainMethod: "sequential" \}/,
    );
  });

  test.each([0, 2])(
    "a signal ends the run with its reason and leaves no worker (workers: %i)",
    async (workers) => {
      const alive = new Set<Worker>();
      onWorker((worker) => {
        alive.add(worker);
        worker.once("exit", () => alive.delete(worker));
      });
      const abort = new AbortController();
      const endless = run(new NUTS(schools), { samples: 10_000_000, workers, signal: abort.signal });
      setTimeout(() => abort.abort(), 300);
      await expect(endless).rejects.toThrow(/abort/i);
      await expect.poll(() => alive.size).toBe(0);
    },
  );
});

describe("until", () => {
  test("chains stop at the same draw, whatever runs them", async () => {
    const until = { rHat: 1.05, essBulk: 300 };
    const options = { samples: 5000, until };
    const here = await run(new NUTS(schools), options);
    expect(here.draws).toBeLessThan(2000);
    expect(here.draws % 100).toBe(0);
    for (const row of here.summary().filter((r) => !r.name.startsWith("theta"))) {
      expect(row.essBulk).toBeGreaterThanOrEqual(300);
      expect(row.rHat).toBeLessThanOrEqual(1.05);
    }
    const there = await run(new NUTS(schools), { ...options, workers: 3 });
    expect(there.samples("mu").toArray()).toEqual(here.samples("mu").toArray());
    // The draws before the stop are those of a run without a target.
    const full = await run(new NUTS(schools), { samples: here.draws });
    expect(here.samples("mu").toArray()).toEqual(full.samples("mu").toArray());
  });

  test("a target that is not reached keeps all draws", async () => {
    const fit = await run(new NUTS(schools), { until: { essBulk: 1e6 } });
    expect(fit.draws).toBe(60);
  });
});

describe("bad options", () => {
  const kernel = new NUTS(schools);
  test.each([
    [
      { chainMethod: "threads" as never },
      /chainMethod must be "sequential", "parallel" or "vectorized", got "threads"/,
    ],
    [{ chainMethod: "sequential", workers: 2 }, /"sequential" has no workers, got workers: 2/],
    [{ chainMethod: "vectorized", workers: 2 }, /"vectorized" has no workers, got workers: 2/],
    [{ chainMethod: "parallel", workers: 0 }, /"parallel" needs workers, got workers: 0/],
    [{ workers: 1.5 }, /workers must be a whole number, 0 or more; got 1.5/],
    [{ until: {} }, /until needs a target, for example/],
    [{ until: { rHat: 0.9 } }, /until\.rHat must be above 1; got 0.9/],
    [{ until: { essBulk: -1 } }, /until\.essBulk must be above 0; got -1/],
    [{ until: { ess: 1 } as never }, /unknown option "ess"/],
  ] as const)("%j", (options, message) => {
    expect(() => new MCMC(kernel, options)).toThrow(message);
  });

  test("eager kernels have no workers", () => {
    expect(() => new MCMC(new NUTS(schools, { jit: false }), { workers: 2 })).toThrow(
      /workers run the compiled program; with jit: false there is none, so leave workers and chainMethod out/,
    );
  });
});
