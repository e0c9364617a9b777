// Five models in; milliseconds from a model to its first gradient in a new process, and from a new process to printed draws, out.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { infer, MCMC, NUTS } from "sinter";
import { models } from "../posteriordb/models.js";
import { headline, load } from "./peers/posteriors.js";

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

function median(xs: readonly number[]): number {
  const sorted = [...xs].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

const [what, name] = process.argv.slice(2);
if (what === "compile") {
  const { data } = load(name, folder, home);
  const first = compile(name, data);
  // Eight schools are eight by name; their second program is the same one, compiled anew.
  const second = compile(name, name === schools ? data : shorter(data));
  console.log(JSON.stringify([first, second]));
} else if (what === "draws") {
  const { model, args } = models[schools].build(load(schools, folder, home).data);
  const fit = await new MCMC(new NUTS(model), { seed: 1, progress: false }).run(...args);
  fit.print();
  console.log(JSON.stringify([performance.now()]));
} else {
  const runs = Number(what ?? 7);
  if (!Number.isInteger(runs) || runs < 1) {
    console.error(`usage: npm run bench:compile -- [processes per figure] (7); got "${what}".`);
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
  for (const model of headline) {
    const times = repeat("compile", model);
    console.log(model.padEnd(50) + show(times.map((t) => t[0])) + show(times.map((t) => t[1])));
  }
  console.log("new process to 4,000 draws printed".padEnd(50) + show(repeat("draws").map((t) => t[0])));
}
