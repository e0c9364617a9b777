// In: a command line. Out: per open posterior, the smallest bulk effective sample size of 1,000 gradients, warm-up included, with each
// way to adapt scales: what the default is chosen by.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { MCMC, NUTS, type NUTSOptions } from "sinter";
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
const ways: Readonly<Record<string, NUTSOptions>> = {
  draws: { adaptation: "draws" },
  scales: { denseMass: false },
  default: {},
};

/** The mean over the seeds. */
async function efficiency(name: string, way: NUTSOptions): Promise<number> {
  const built = models[name].build(load(name, resolve(values.shared), resolve("build/posteriordb")).data);
  const { samples: _, warmup: __, ...kernel } = settings[name] ?? {};
  const mcmc = new MCMC(new NUTS(built.model, { ...kernel, ...way }), { chains: 2, progress: false });
  let sum = 0;
  for (const seed of seeds) {
    mcmc.seed = seed;
    const fit = await mcmc.run(...built.args);
    const least = Math.min(...fit.summary().map((row) => (row.sd === 0 ? Infinity : row.essBulk)));
    sum += (1000 * least) / fit.data.gradients;
  }
  mcmc.dispose();
  return sum / seeds.length;
}

const names = Object.keys(ways);
console.log(`${"posterior".padEnd(52)} ${names.map((way) => way.padStart(10)).join(" ")}`);
const logs = names.map(() => 0);
for (const name of chosen) {
  const found: number[] = [];
  for (const way of names) found.push(await efficiency(name, ways[way]));
  found.forEach((x, i) => (logs[i] += Math.log(x / found[0]) / chosen.length));
  console.log(`${name.padEnd(52)} ${found.map((x) => x.toFixed(2).padStart(10)).join(" ")}`);
}
console.log(
  `${"geometric mean, in units of the first".padEnd(52)} ${logs.map((x) => Math.exp(x).toFixed(2).padStart(10)).join(" ")}`,
);
