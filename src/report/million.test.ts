// A million iterations leave nothing behind: neither on the heap nor in WebAssembly's memory (J68).
// `npm run test:million` runs all of them; the suite a tenth.
import { expect, test } from "vitest";
import { collect } from "../../bench/steady-memory.js";
import { dist } from "../dist/index.js";
import { plate, sample } from "../handlers/index.js";
import { NUTS } from "../infer/nuts.js";
import { np } from "../tensor/index.js";
import { MCMC } from "./mcmc.js";

const ITERATIONS = Number(process.env["SINTER_ITERATIONS"] ?? 100_000);
const KEPT = 100;

const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const schools = (): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = plate("schools", 8, () => sample("eta", dist.Normal(0, 1)));
  plate("data", 8, () => sample("y", dist.Normal(mu.add(tau.mul(eta)), sigma), { obs: y }));
};

interface Use {
  readonly heap: number;
  /** Array buffers, WebAssembly's memory among them, and what else the engine holds outside the heap. */
  readonly outside: number;
}
function use(): Use {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, outside: external };
}

/** What was in use while two chains ran for so many iterations, about twenty looks where they last long enough. */
async function looks(iterations: number, workers: number): Promise<Use[]> {
  const seen: Use[] = [];
  let next = 0;
  const progress = (chains: readonly { readonly iteration: number }[]): void => {
    const done = chains.reduce((n, chain) => n + chain.iteration, 0);
    if (done < next) return;
    next = done + iterations / 20;
    seen.push(use());
  };
  const plan = { warmup: 500, samples: KEPT / 2, thinning: iterations / KEPT, chains: 2, seed: 1 };
  const fit = await new MCMC(new NUTS(schools), { ...plan, workers, progress }).run();
  expect(fit.samples("mu").shape).toEqual([2, KEPT / 2]);
  return seen;
}

test.each([0, 2])(
  `${ITERATIONS} iterations, ${KEPT} draws kept, with workers: %i`,
  async (workers) => {
    let seen = await looks(ITERATIONS, workers);
    // A fast machine is through in a few slices of time: there the run is made longer until it can be watched.
    for (let n = 2 * ITERATIONS; seen.length < 8; n *= 2) seen = await looks(n, workers);
    // The first looks see the compiler at work; from then on every look sees the same.
    const settled = seen[Math.floor(seen.length / 4)]!;
    // A leak is in each of the last looks, what the engine keeps for a moment is not.
    const last = (what: keyof Use): number => Math.min(...seen.slice(-3).map((look) => look[what]));
    expect(last("heap") - settled.heap).toBeLessThan(1_000_000);
    expect(last("outside") - settled.outside).toBeLessThan(500_000);
  },
  600_000,
);
