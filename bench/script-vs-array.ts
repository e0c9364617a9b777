// Every open posterior as a script of loops and as traced array code -> whether they are the same kernels, and if not how fast
// each is: the ratio of times of a gradient, least of several rounds taken in turn. Answers are compared before anything is timed.
import { resolve } from "node:path";
import { infer } from "sinter";
import { load } from "./peers/posteriors.js";
import { models, type Posterior } from "../posteriordb/models.js";
import { scriptModels } from "../posteriordb/script-models.js";

const ROUNDS = 9;
const ROUND_MS = 15;
const wanted = process.argv.slice(2);

type Density = ReturnType<typeof infer.logDensity>;

const densityOf = ({ model, args }: Posterior): Density => infer.logDensity(model, args);

/** Milliseconds per call over about ROUND_MS. */
function round(density: Density, q: Float64Array, out: Float64Array, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) density.logDensityGradient(q, out);
  return (performance.now() - start) / calls;
}

function compare(name: string): { same: boolean; ratio: number; us: number; off: number } {
  const posterior = load(name, resolve("../shared/posteriordb"), resolve("build/posteriordb"));
  const [array, script] = [models[name]!, scriptModels[name]!].map((m) =>
    densityOf(m.build(posterior.data)),
  ) as [Density, Density];
  const q = Float64Array.from(posterior.points[0]!);
  const [a, b] = [new Float64Array(q.length), new Float64Array(q.length)];
  array.logDensityGradient(q, a);
  script.logDensityGradient(q, b);
  const off = a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i]!) / (1 + Math.abs(v))), 0);
  if (!(off < 1e-7)) throw new Error(`${name}: the gradients differ by ${off}.`);
  const kernels = [array, script].map((d) => String(d.lowered.kernels));
  const same = kernels[0] === kernels[1];
  let calls = 4;
  while (round(array, q, a, calls) * calls < ROUND_MS) calls *= 2;
  round(script, q, b, calls);
  let [least, leastScript] = [Infinity, Infinity];
  for (let k = 0; k < ROUNDS; k++) {
    least = Math.min(least, round(array, q, a, calls));
    leastScript = Math.min(leastScript, round(script, q, b, calls));
  }
  array.dispose();
  script.dispose();
  return { same, ratio: least / leastScript, us: 1000 * leastScript, off };
}

const names = Object.keys(models).filter((n) => wanted.length === 0 || wanted.some((w) => n.includes(w)));
console.log("posterior".padEnd(52), "kernels", "array/script", " us/gradient");
const slow: string[] = [];
for (const name of names) {
  const { same, ratio, us } = compare(name);
  if (ratio < 0.9) slow.push(name);
  console.log(
    name.padEnd(52),
    (same ? "same" : "other").padEnd(7),
    ratio.toFixed(2).padStart(12),
    us.toFixed(2).padStart(12),
  );
}
console.log(
  slow.length === 0 ? "every script at 0.9x of its array form or better" : `below 0.9x: ${slow.join(", ")}`,
);
process.exitCode = slow.length === 0 ? 0 : 1;
