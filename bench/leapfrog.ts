// Nothing in; per posterior of the headline, microseconds of a gradient called from JavaScript and of a leapfrog in whole NUTS runs, warm, out.
// Run: node scripts/run.mjs bench/leapfrog.ts [POSTERIOR,...]
import { infer, MCMC, NUTS } from "sinter";
import { models } from "../posteriordb/models.js";
import { fullName, load } from "./peers/posteriors.js";

const CHOSEN =
  "eight_schools_noncentered,kidscore_interaction,radon,nes_logit,hmm_example,low_dim_gauss_mix,garch11,irt_2pl";
const ROUNDS = 6;
const BATCHES = 8;
const CALLS = 1000;

for (const name of (process.argv[2] ?? CHOSEN).split(",").map(fullName)) {
  const { data } = load(name, "../shared/posteriordb", "build/posteriordb");
  const { model, args } = models[name].build(data);
  const mcmc = new MCMC(new NUTS(model), { chains: 1, seed: 1, progress: false });
  const density = infer.logDensity(model, [...args]);
  const out = new Float64Array(density.dim);
  let [gradient, leapfrog] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    const { seconds, data: drawn } = await mcmc.run(...args);
    leapfrog = Math.min(leapfrog, (1e6 * (seconds.warmup + seconds.sampling)) / drawn.gradients);
    // At the chain's last draw: the gradient of a point of the posterior.
    const q = Float64Array.from(drawn.unconstrained.data().subarray(-density.dim));
    for (let batch = 0; batch < BATCHES; batch++) {
      const start = performance.now();
      for (let i = 0; i < CALLS; i++) {
        q[0] += 1e-12;
        density.logDensityGradient(q, out);
      }
      gradient = Math.min(gradient, (1000 * (performance.now() - start)) / CALLS);
    }
  }
  console.log(
    `${name.padEnd(52)} gradient ${gradient.toFixed(3)} us, leapfrog ${leapfrog.toFixed(3)} us, ratio ${(leapfrog / gradient).toFixed(2)}`,
  );
  mcmc.dispose();
  density.dispose();
}
