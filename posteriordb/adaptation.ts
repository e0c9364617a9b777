// In: a command line. Out: per open posterior, the smallest bulk effective sample size of 1,000 gradients, warm-up included, with each
// way to adapt scales: what the default is chosen by.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { MCMC, NUTS } from "sinter";
import { fullName, load } from "../bench/peers/posteriors.js";
import { models } from "./models.js";
import { settings } from "./settings.js";

const { values } = parseArgs({
  options: {
    shared: { type: "string", default: "../shared/posteriordb" },
    models: { type: "string" },
    seeds: { type: "string", default: "1,2" },
  },
});
const chosen = values.models?.split(",").map(fullName) ?? Object.keys(models);
const seeds = values.seeds.split(",").map(Number);
const ways = ["draws", "gradients"] as const;

/** The mean over the seeds. */
async function efficiency(name: string, adaptation: (typeof ways)[number]): Promise<number> {
  const built = models[name].build(load(name, resolve(values.shared), resolve("build/posteriordb")).data);
  const { denseMass: _, samples: __, warmup: ___, ...kernel } = settings[name] ?? {};
  let sum = 0;
  const mcmc = (seed: number): MCMC =>
    new MCMC(new NUTS(built.model, { ...kernel, adaptation }), {
      chains: 2,
      seed,
      progress: false,
    });
  for (const seed of seeds) {
    const fit = await mcmc(seed).run(...built.args);
    const least = Math.min(...fit.summary().map((row) => (row.sd === 0 ? Infinity : row.essBulk)));
    sum += (1000 * least) / fit.data.gradients;
  }
  return sum / seeds.length;
}

console.log(`${"posterior".padEnd(52)} ${ways.map((way) => way.padStart(10)).join(" ")}   ratio`);
const ratios: number[] = [];
for (const name of chosen) {
  const [a, b] = [await efficiency(name, ways[0]), await efficiency(name, ways[1])];
  ratios.push(b / a);
  console.log(
    `${name.padEnd(52)} ${[a, b].map((x) => x.toFixed(2).padStart(10)).join(" ")} ${(b / a).toFixed(2).padStart(7)}`,
  );
}
const mean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
console.log(`geometric mean of gradients over draws: ${mean.toFixed(2)}`);
