// A sampler's name in; the run that the test of killed processes starts, in this process or in another, out.
import { dist } from "../dist/index.js";
import { deterministic, plate, sample } from "../handlers/index.js";
import { NUTS } from "../infer/nuts.js";
import { np } from "../tensor/index.js";
import type { Fit } from "./fit.js";
import { MCMC } from "./mcmc.js";

export const kinds = ["diagonal", "dense", "gradients", "workers"] as const;

const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const model = (): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = plate("schools", 8, () => sample("eta", dist.Normal(0, 1)));
  const theta = deterministic("theta", mu.add(tau.mul(eta)));
  plate("data", 8, () => sample("y", dist.Normal(theta, sigma), { obs: y }));
};

/** Warm-up and sampling take about the same time, so that kills meet both. */
export const plan = { warmup: 50_000, samples: 1000, thinning: 50, chains: 2, seed: 11 } as const;

export function killedRun(kind: (typeof kinds)[number], saveTo?: string): Promise<Fit> {
  const kernel = new NUTS(model, {
    denseMass: kind === "dense",
    adaptation: kind === "gradients" ? "gradients" : "draws",
  });
  const workers = kind === "workers" ? 2 : 0;
  const kept = saveTo === undefined ? {} : { saveTo };
  return new MCMC(kernel, { ...plan, workers, progress: false, ...kept }).run();
}
