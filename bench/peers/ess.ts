// In: a command line. Out: per posterior and program, one chain's smallest bulk effective sample size per second, and what a leapfrog
// step takes; means of draws are compared first; exit code 1 where they disagree.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { diagnostics } from "sinter";
import { chainPeers, latentSites, ours, type ChainRun } from "./chains.js";
import { fullName, load, names as all } from "./posteriors.js";
import { geometricMean } from "./table.js";

const usage = `usage: npm run bench:ess -- [flags]
  --models a,b|all            posteriors, by full name or part of it (the eight of the headline)
  --peers stanli,nutpie,numpyro  what to compare with (all three)
  --seeds 1,2,3               one chain of 1,000 + 1,000 for each
  --times N                   runs of each chain, of which the quickest counts (3)
  --folder PATH               posteriordb's folder (../shared/posteriordb)`;

const HEADLINE = [
  "eight_schools_noncentered",
  "kidscore_interaction",
  "radon",
  "nes_logit",
  "hmm_example",
  "low_dim_gauss_mix",
  "garch11",
  "irt_2pl",
];
/** Combined Monte Carlo standard errors that means may be apart: hundreds of means of single chains are compared. */
const MOST_ERRORS = 5;

function options() {
  const { values } = parseArgs({
    options: {
      models: { type: "string", default: HEADLINE.join(",") },
      peers: { type: "string", default: Object.keys(chainPeers).join(",") },
      seeds: { type: "string", default: "1,2,3" },
      times: { type: "string", default: "3" },
      folder: { type: "string", default: "../shared/posteriordb" },
    },
  });
  const chosen = values.peers.split(",").filter((peer) => peer !== "");
  for (const peer of chosen)
    if (chainPeers[peer] === undefined)
      throw new Error(`--peers: no "${peer}"; there are ${Object.keys(chainPeers).join(", ")}.`);
  const seeds = values.seeds.split(",").map(Number);
  if (!seeds.every((seed) => Number.isInteger(seed) && seed >= 0))
    throw new Error(`--seeds: whole numbers, got ${values.seeds}.`);
  const times = Number(values.times);
  if (!Number.isInteger(times) || times < 1)
    throw new Error(`--times: "${values.times}" is not 1, 2, 3, ...`);
  const models = values.models === "all" ? [...all] : values.models.split(",").map(fullName);
  return { models, chosen, seeds, times, folder: resolve(values.folder) };
}

function commandLine(): ReturnType<typeof options> {
  try {
    return options();
  } catch (error) {
    console.error(`bench:ess: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

const { models, chosen, seeds, times, folder } = commandLine();
const home =
  process.env.SINTER_PEERS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sinter-peers");
if (chosen.length > 0 && !existsSync(join(home, "venv/bin/python"))) {
  console.error(`bench:ess: no Python environment in ${home}. Run bench/peers/setup.sh --nutpie first.`);
  process.exit(1);
}

interface Figures {
  /** Effective draws a second: the sum over the seeds of each chain's smallest, over the sum of the seconds. */
  rate: number;
  ess: number;
  gradients: number;
  seconds: number;
}

/** The draws of an entry over all seeds, as chains. */
function entries(
  runs: readonly ChainRun[],
  sites: readonly string[],
): { name: string; chains: number[][] }[] {
  return sites.flatMap((site) =>
    runs[0].draws[site].map((_, k) => ({
      name: `${site}[${k}]`,
      chains: runs.map((run) => [...run.draws[site][k]]),
    })),
  );
}

function figures(runs: readonly ChainRun[], sites: readonly string[]): Figures {
  const smallest = (run: ChainRun): number =>
    Math.min(...entries([run], sites).map(({ chains }) => diagnostics.essBulk(chains)));
  const sum = (of: (run: ChainRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const [ess, seconds] = [sum(smallest), sum((run) => run.seconds)];
  return { ess, seconds, rate: ess / seconds, gradients: sum((run) => run.gradients ?? NaN) };
}

/** The largest difference of means, in combined Monte Carlo errors. */
function apart(
  a: readonly ChainRun[],
  b: readonly ChainRun[],
  sites: readonly string[],
): { z: number; name: string } {
  const theirs = entries(b, sites);
  const mean = (chains: number[][]): number =>
    chains.flat().reduce((s, x) => s + x, 0) / chains.flat().length;
  return entries(a, sites)
    .map(({ name, chains }, i) => {
      const error = Math.hypot(diagnostics.mcse(chains), diagnostics.mcse(theirs[i].chains));
      const z = Math.abs(mean(chains) - mean(theirs[i].chains)) / error;
      return { name, z: Number.isNaN(z) ? Infinity : z };
    })
    .reduce((worst, one) => (one.z > worst.z ? one : worst), { z: 0, name: "" });
}

const programs = [ours, ...chosen.map((peer) => chainPeers[peer](home))];
let failures = 0;
const best: number[] = [];
const leapfrog: number[] = [];
console.log(
  ["posterior / program".padEnd(36), "ESS", "ESS/s", "gradients", "ESS/1000 grad", "us/gradient", "ours over"]
    .map((text, i) => (i === 0 ? text : text.padStart(13)))
    .join(""),
);
for (const model of models) {
  const posterior = load(model, folder, home);
  const sites = latentSites(posterior);
  const runs = new Map<string, ChainRun[]>();
  const ready = new Map<string, NonNullable<Awaited<ReturnType<(typeof ours)["prepare"]>>>>();
  try {
    for (const program of programs) {
      const run = await program.prepare(posterior);
      if (run) ready.set(program.name, run);
    }
    // Programs take turns, so that a busy minute of the machine falls on all of them alike.
    for (const seed of seeds)
      for (const [name, run] of ready)
        runs.set(name, [...(runs.get(name) ?? []), await run({ seed, times, names: sites })]);
  } catch (error) {
    failures++;
    console.error(`FAILED ${model}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const mine = runs.get("ours");
  if (!mine) continue;
  console.log(model + (posterior.simulated ? " *** SIMULATED DATA ***" : ""));
  const own = figures(mine, sites);
  const ratios: number[] = [];
  for (const [name, list] of runs) {
    const f = figures(list, sites);
    const { z, name: entry } = apart(mine, list, sites);
    if (name !== "ours" && !(z < MOST_ERRORS)) {
      failures++;
      console.error(
        `FAILED ${model}: ${name}'s mean of ${entry} is ${z.toFixed(1)} standard errors from ours. Not compared.`,
      );
      continue;
    }
    const us = (1e6 * f.seconds) / f.gradients;
    if (name !== "ours") ratios.push(own.rate / f.rate);
    if (name === "stanli") leapfrog.push(us / ((1e6 * own.seconds) / own.gradients));
    const cells = [
      (f.ess / seeds.length).toFixed(0),
      f.rate.toFixed(0),
      (f.gradients / seeds.length).toFixed(0),
      ((1000 * f.ess) / f.gradients).toFixed(2),
      us.toPrecision(3),
      name === "ours" ? "" : (own.rate / f.rate).toFixed(2),
    ];
    console.log(`  ${name.padEnd(34)}` + cells.map((c) => c.replace("NaN", "-").padStart(13)).join(""));
  }
  if (ratios.length > 0) best.push(Math.min(...ratios));
}
for (const program of programs) program.stop();
if (best.length > 0)
  console.log(
    `effective draws a second over the best peer's: geometric mean ${geometricMean(best).toFixed(2)}, least ${Math.min(...best).toFixed(2)}, of ${best.length} posteriors`,
  );
if (leapfrog.length > 0)
  console.log(
    `stanli's time a gradient in whole runs over ours: geometric mean ${geometricMean(leapfrog).toFixed(2)}, least ${Math.min(...leapfrog).toFixed(2)}, of ${leapfrog.length} posteriors`,
  );
if (failures > 0) {
  console.error(`bench:ess: ${failures} ${failures === 1 ? "failure" : "failures"}, named above.`);
  process.exitCode = 1;
}
