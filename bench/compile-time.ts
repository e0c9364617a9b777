// Models in; milliseconds from a model to its first gradient in a new process, from a new process to printed draws, and per group of a
// model with many, out. `all` as the argument: every open posterior.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { dist, infer, MCMC, np, NUTS, sample } from "sinter";
import { models } from "../posteriordb/models.js";
import { headline, load, names } from "./peers/posteriors.js";

const folder = resolve("../shared/posteriordb");
const home = resolve("build/bench");
const schools = "eight_schools-eight_schools_noncentered";

/** Milliseconds until the first gradient. */
function compile(name: string, data: Readonly<Record<string, unknown>>): number {
  const start = performance.now();
  const { model, args } = models[name].build(data);
  const density = infer.logDensity(model, args);
  density.logDensityGradient(new Float64Array(density.dim).fill(0.1), new Float64Array(density.dim));
  return performance.now() - start;
}

/** The same model for data of other shapes: each series cut by its last element. */
function shorter(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const length = Math.max(...Object.values(data).map((x) => (Array.isArray(x) ? x.length : 0)));
  const cut = (x: unknown): unknown =>
    Array.isArray(x) && x.length === length ? x.slice(0, -1) : x === length ? length - 1 : x;
  return Object.fromEntries(Object.entries(data).map(([key, x]) => [key, cut(x)]));
}

/** Milliseconds of processor time a group of sites, for a model of so many. */
function perGroup(groups: number): number {
  const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
  const model = (): void => {
    for (let i = 0; i < groups; i++) {
      const mu = sample(`mu${i}`, dist.Normal(0, 5));
      const tau = sample(`tau${i}`, dist.HalfCauchy(5));
      const eta = sample(`eta${i}`, dist.Normal(0, 1).expand([8]).toEvent(1));
      sample(`y${i}`, dist.Normal(mu.add(tau.mul(eta)), 10).toEvent(1), { obs: y });
    }
  };
  const before = process.cpuUsage();
  infer.logDensity(model);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / groups;
}

function median(xs: readonly number[]): number {
  const sorted = [...xs].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

const [what, name] = process.argv.slice(2);
if (what === "compile") {
  const { data } = load(name, folder, home);
  const first = compile(name, data);
  const second = compile(name, shorter(data));
  console.log(JSON.stringify([first, second]));
} else if (what === "draws") {
  const { model, args } = models[schools].build(load(schools, folder, home).data);
  const fit = await new MCMC(new NUTS(model), { seed: 1, progress: false }).run(...args);
  fit.print();
  console.log(JSON.stringify([performance.now()]));
} else if (what === "groups") {
  // Cold, then warm, then ten and a hundred times as large.
  console.log(JSON.stringify([1, 1, 10, 100].map(perGroup)));
} else {
  const chosen = process.argv.includes("all") ? names : headline;
  const runs = Number(what === "all" ? 7 : (what ?? 7));
  if (!Number.isInteger(runs) || runs < 1) {
    console.error(`usage: npm run bench:compile -- [processes per figure] (7) [all]; got "${what}".`);
    process.exit(2);
  }
  const child = (...args: string[]): number[] => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [process.argv[1], ...args], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`bench:compile: ${args.join(" ")} failed:\n${stderr}`);
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as number[];
  };
  const repeat = (...args: string[]): number[][] => Array.from({ length: runs }, () => child(...args));
  const show = (xs: readonly number[]): string =>
    `${Math.min(...xs).toFixed(0)} / ${median(xs).toFixed(0)}`.padStart(16);
  console.log(
    `milliseconds, least / median of ${runs} processes`.padEnd(60) +
      "first".padStart(6) +
      "second".padStart(16),
  );
  const medians: number[][] = [];
  for (const model of chosen) {
    const times = repeat("compile", model);
    const [first, second] = [0, 1].map((i) => times.map((t) => t[i]));
    medians.push([median(first), median(second)]);
    console.log(model.padEnd(50) + show(first) + show(second));
  }
  for (const [of, pick] of [
    ["median", median] as const,
    ["worst", (xs: number[]) => Math.max(...xs)] as const,
  ])
    console.log(
      `${of} of the ${chosen.length} medians`.padEnd(50) +
        [0, 1]
          .map((i) =>
            pick(medians.map((m) => m[i]))
              .toFixed(0)
              .padStart(16),
          )
          .join(""),
    );
  console.log("new process to 4,000 draws printed".padEnd(50) + show(repeat("draws").map((t) => t[0])));
  const groups = repeat("groups");
  const least = [1, 2, 3].map((i) => Math.min(...groups.map((g) => g[i])).toFixed(1));
  console.log("processor time a group, of 1, 10 and 100".padEnd(50) + least.join(" / ").padStart(32));
}
