// Three models in; gradient, leapfrog and SVI step, eager and compiled, checked against each other and then timed, out.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { clearParamStore, guides, infer, optim, SVI } from "sinter";
import { models } from "../posteriordb/models.js";
import type { Posterior as Built } from "../posteriordb/models.js";
import { distance } from "./peers/agreement.js";
import type { Answers } from "./peers/agreement.js";
import { load } from "./peers/posteriors.js";
import { growth } from "./steady-memory.js";

const usage = `usage: npm run bench -- [flags]
  --seconds S     per figure (0.5)
  --calls N       gradient calls that must not grow the heap (1000000; 0 leaves it out)
  --folder PATH   posteriordb's folder (../shared/posteriordb)
  --json FILE     everything measured`;

/** Short name, posterior, and the speed-ups promised for gradient and SVI step (1: none is). */
const contests = [
  { name: "eight schools", posterior: "eight_schools-eight_schools_noncentered", gradient: 50, svi: 30 },
  { name: "radon", posterior: "radon_mn-radon_hierarchical_intercept_noncentered", gradient: 1, svi: 1 },
  { name: "nes_logit", posterior: "nes_logit_data-nes_logit_model", gradient: 1, svi: 1 },
] as const;

/** Compiled programs may add in another order than eager mode does. */
const TOLERANCE = { gradient: 1e-9, lp: 1e-9 };
/** What counters and caches of the engine itself may take; a leak of 8 bytes a call would be 8 MB. */
const HEAP_SLACK = 200_000;
const WASM_PAGE = 65_536;

type LogDensity = ReturnType<typeof infer.logDensity>;

function options() {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "0.5" },
      calls: { type: "string", default: "1000000" },
      folder: { type: "string", default: "../shared/posteriordb" },
      json: { type: "string" },
    },
  });
  const seconds = Number(values.seconds);
  const calls = Number(values.calls);
  if (!(seconds > 0)) throw new Error(`--seconds: "${values.seconds}" is not a positive number.`);
  if (!Number.isInteger(calls) || calls < 0)
    throw new Error(`--calls: "${values.calls}" is not 0, 1, 2, ...`);
  return { ...values, seconds, calls };
}

function commandLine(): ReturnType<typeof options> {
  try {
    return options();
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

const args = commandLine();

/** Microseconds a call: the best of many batches of about 5 ms, because other work on the machine only ever adds time. */
function microseconds(call: () => void): number {
  let count = 1;
  let best = Infinity;
  call();
  const end = performance.now() + 1000 * args.seconds;
  for (let n = 0; n < 5 || performance.now() < end; n++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) call();
    const ms = performance.now() - start;
    best = Math.min(best, (1000 * ms) / count);
    if (ms < 5) count *= 2;
  }
  return best;
}

function answers(density: LogDensity, points: readonly (readonly number[])[]): Answers {
  const out = new Float64Array(density.dim);
  const lp: number[] = [];
  const gradient = points.map((q) => {
    lp.push(density.logDensityGradient(q, out));
    return Array.from(out);
  });
  return { lp, gradient };
}

/** One step forth or back of the integrator inside HMC, so that the point stays where it is. */
function leapfrog(density: LogDensity, point: readonly number[]): () => void {
  const q = Float64Array.from(point);
  const p = new Float64Array(density.dim).fill(0.5);
  const g = new Float64Array(density.dim);
  let epsilon = 1e-3;
  density.logDensityGradient(q, g);
  return () => {
    for (let i = 0; i < p.length; i++) p[i] += 0.5 * epsilon * g[i];
    for (let i = 0; i < q.length; i++) q[i] += epsilon * p[i];
    density.logDensityGradient(q, g);
    for (let i = 0; i < p.length; i++) p[i] += 0.5 * epsilon * g[i];
    epsilon = -epsilon;
  };
}

const variational = ({ model }: Built, jit: boolean): SVI => {
  clearParamStore();
  return new SVI(model, guides.AutoNormal(model), optim.adam({ lr: 1e-3 }), infer.TraceELBO(), {
    jit,
    seed: 1,
  });
};

function firstLosses(built: Built, jit: boolean): number[] {
  const svi = variational(built, jit);
  const losses = Array.from({ length: 5 }, () => svi.step(...built.args));
  svi.dispose();
  return losses;
}

/** Compiled steps are timed inside `run`, as they are used. */
async function sviMicroseconds(built: Built, jit: boolean): Promise<number> {
  const svi = variational(built, jit);
  let best = Infinity;
  let steps = 2;
  try {
    // Tracing, compiling and the search for parameters belong to the first step.
    await svi.run(2, ...built.args);
    const end = performance.now() + 1000 * args.seconds;
    for (let n = 0; n < 5 || performance.now() < end; n++) {
      const start = performance.now();
      await svi.run(steps, ...built.args);
      const ms = performance.now() - start;
      best = Math.min(best, (1000 * ms) / steps);
      if (ms < 20) steps *= 2;
    }
  } finally {
    svi.dispose();
  }
  return best;
}

interface Figure {
  model: string;
  what: string;
  eager: number;
  compiled: number;
  ratio: number;
  promised: number;
}

const failures: string[] = [];
const figures: Figure[] = [];
const memory: Record<string, unknown>[] = [];

function record(model: string, what: string, eager: number, compiled: number, promised: number): void {
  const ratio = eager / compiled;
  figures.push({ model, what, eager, compiled, ratio, promised });
  if (ratio < promised) failures.push(`${model}, ${what}: ${ratio.toFixed(1)}x, promised ${promised}x`);
}

for (const contest of contests) {
  const { name, posterior } = contest;
  const { data, points, simulated } = load(posterior, args.folder, resolve("build/bench"));
  if (simulated) console.log(`*** ${name}: SIMULATED DATA, ${args.folder}/${posterior} is absent ***`);
  const built = models[posterior].build(data);
  const compiled = infer.logDensity(built.model, built.args);
  const eager = infer.logDensity(built.model, built.args, { jit: false });

  const d = distance(answers(compiled, points), answers(eager, points), TOLERANCE);
  const [a, b] = [firstLosses(built, true), firstLosses(built, false)];
  const loss = Math.max(...a.map((x, i) => Math.abs(x - b[i]) / (1 + Math.abs(b[i]))));
  if (!d.agrees || !(loss <= TOLERANCE.lp)) {
    failures.push(
      `${name}: compiled and eager disagree: gradient ${d.gradient}, log density ${d.lp}, SVI loss ${loss}; not timed`,
    );
    continue;
  }
  const out = new Float64Array(compiled.dim);
  const q = Float64Array.from(points[0]);
  const gradient = (x: LogDensity) => (): void => void x.logDensityGradient(q, out);
  record(name, "gradient", microseconds(gradient(eager)), microseconds(gradient(compiled)), contest.gradient);
  const [slow, fast] = [leapfrog(eager, points[0]), leapfrog(compiled, points[0])];
  record(name, "leapfrog", microseconds(slow), microseconds(fast), contest.gradient);
  record(
    name,
    "SVI step",
    await sviMicroseconds(built, false),
    await sviMicroseconds(built, true),
    contest.svi,
  );
  if (args.calls > 0) {
    const grown = growth(gradient(compiled), args.calls);
    memory.push({ model: name, calls: args.calls, ...grown });
    if (grown.heap > HEAP_SLACK || grown.buffers >= WASM_PAGE)
      failures.push(
        `${name}: ${args.calls} gradients grew the heap by ${grown.heap} and buffers by ${grown.buffers} bytes`,
      );
  }
  compiled.dispose();
  eager.dispose();
}

console.log("\nmicroseconds                     eager      compiled    speed-up");
for (const { model, what, eager, compiled, ratio, promised } of figures)
  console.log(
    `${model.padEnd(16)}${what.padEnd(10)}${eager.toFixed(1).padStart(12)}${compiled.toFixed(3).padStart(14)}` +
      `${`${ratio.toFixed(0)}x`.padStart(12)}${promised > 1 ? `   (promised ${promised}x)` : ""}`,
  );
for (const m of memory)
  console.log(
    `${m.model}: ${m.calls} gradient calls, heap ${m.heap} bytes, wasm and array buffers ${m.buffers} bytes`,
  );
if (args.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model, node: process.version, date: new Date().toISOString() };
  writeFileSync(args.json, JSON.stringify({ machine, figures, memory, failures }, null, 1) + "\n");
}
for (const failure of failures) console.error(`bench: FAILED ${failure}`);
if (failures.length > 0) process.exitCode = 1;
