// In: a command line. Out: one line per open posterior, gradient and posterior means and spreads checked; exit code 1 on a failure.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fullName, load } from "../bench/peers/posteriors.js";
import { checkGradient } from "./gradient-check.js";
import { models } from "./models.js";
import { checkSampling, referenceOf } from "./sampling-check.js";

const usage = `usage: npm run posteriordb -- [flags]
  --shared DIR     posteriordb's folder (../shared/posteriordb)
  --models a,b     posteriors, by full name or part of it (all)
  --seeds 1,2,3    seeds of the sampler, a line for each (1)
  --no-sampling    gradients alone`;

/** Combined Monte Carlo standard errors that a mean may be away from its reference. */
const MOST_ERRORS = 4;
const MOST_R_HAT = 1.01;

function options() {
  const { values } = parseArgs({
    options: {
      shared: { type: "string", default: "../shared/posteriordb" },
      models: { type: "string" },
      seeds: { type: "string", default: "1" },
      "no-sampling": { type: "boolean", default: false },
    },
  });
  const chosen = values.models?.split(",").map(fullName) ?? Object.keys(models);
  for (const name of chosen) if (!models[name]) throw new Error(`posteriordb/models.ts has no "${name}".`);
  const seeds = values.seeds.split(",").map(Number);
  if (!seeds.every(Number.isInteger)) throw new Error(`--seeds: whole numbers, got ${values.seeds}.`);
  return { folder: resolve(values.shared), chosen, seeds: values["no-sampling"] ? [null] : seeds };
}

function commandLine(): ReturnType<typeof options> {
  try {
    return options();
  } catch (error) {
    console.error(`posteriordb: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

const cells = (...texts: readonly string[]): string =>
  texts
    .map((text, i) => (i === 0 ? text.padEnd(50) : text.padStart([0, 4, 9, 9, 10, 10, 6, 7, 7, 6][i] ?? 0)))
    .join(" ");

const exponent = (x: number): string => x.toExponential(1);

const { folder, chosen, seeds } = commandLine();
const began = performance.now();
if (!existsSync(folder))
  console.log(
    `*** ${folder} IS ABSENT: every model below runs on SIMULATED data, its gradient is compared with finite differences,\n` +
      "*** and its means with nothing. Name the folder of the open posteriors with --shared DIR. ***\n",
  );
console.log(
  cells("posterior", "dim", "gradient", "lp", "us/grad", "leapfrogs", "div", "s", "R-hat", "z") + "  verdict",
);

let failures = 0;
for (const [name, seed] of chosen.flatMap((name) => seeds.map((seed) => [name, seed] as const))) {
  const complaints: string[] = [];
  const row = [name];
  try {
    const posterior = load(name, folder, resolve("build/posteriordb"));
    if (posterior.simulated) row[0] = `${name} *SIMULATED*`;
    const built = models[name].build(posterior.data);
    const g = checkGradient(built, posterior, 0.1);
    row.push(String(g.dim), exponent(g.gradient), exponent(g.lp), g.us.toFixed(3));
    if (!g.agrees) complaints.push("gradient or log density disagrees");
    if (seed !== null) {
      const reference = posterior.simulated ? null : referenceOf(name, folder);
      const s = await checkSampling(name, built, reference, seed);
      row.push(String(s.leapfrogs), String(s.divergences), s.seconds.toFixed(2), s.rHat.toFixed(4));
      row.push(s.worst ? s.worst.z.toFixed(2) : "-");
      if (!(s.rHat < MOST_R_HAT)) complaints.push(`R-hat is not below ${MOST_R_HAT}`);
      if (s.worst && s.worst.z > MOST_ERRORS)
        complaints.push(`${s.worst.name} is ${s.worst.z.toFixed(1)} standard errors off`);
    }
  } catch (error) {
    complaints.push(error instanceof Error ? error.message : String(error));
  }
  if (complaints.length > 0) failures++;
  console.log(`${cells(...row)}  ${complaints.length > 0 ? `FAIL: ${complaints.join("; ")}` : "ok"}`);
}

const seconds = ((performance.now() - began) / 1000).toFixed(1);
const source = existsSync(join(folder, chosen[0], "gold.json")) ? folder : "SIMULATED data";
console.log(
  `\n${chosen.length * seeds.length - failures} of ${chosen.length * seeds.length} runs agree, on ${source}, in ${seconds} s`,
);
if (failures > 0) process.exitCode = 1;
