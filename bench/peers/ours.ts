// In: a posterior. Out: Sinter's answers and the time of `logDensityGradient`, called from JavaScript and from a wasm loop.
import { resolve } from "node:path";
import { gradientLoop } from "../gradient-loop.js";
import type { Answers } from "./agreement.js";
import type { Contender, Ready } from "./contender.js";
import { load } from "./posteriors.js";
import type { Data } from "./simulate.js";
import type { Posterior } from "./posteriors.js";

/** The part of `infer.logDensity`'s result that is measured. */
interface LogDensity {
  dim: number;
  names: readonly string[];
  logDensityGradient(q: Float64Array, out: Float64Array): number;
  export(): Uint8Array;
  dispose(): void;
}
type Gradient = Pick<LogDensity, "logDensityGradient">;
/** That many gradients, each at a point 1e-12 from the last one; the sum of the log densities. */
type Batch = (count: number) => number;
interface SVI {
  run(steps: number, ...args: readonly unknown[]): Promise<{ losses: Float64Array }>;
  readonly compileMs: number;
  dispose(): void;
}
interface Library {
  infer: {
    logDensity(model: unknown, args: readonly unknown[]): LogDensity;
    TraceELBO(): unknown;
  };
  guides: { AutoNormal(model: unknown): unknown };
  optim: { adam(options: { lr: number }): unknown };
  SVI: new (model: unknown, guide: unknown, optimizer: unknown, elbo: unknown) => SVI;
  clearParamStore(): void;
}
interface PosteriordbModels {
  models: Record<string, { build(data: Data): { model: unknown; args: readonly unknown[] } }>;
}

/** A module that start.mjs has bundled beside this one; computed, so that peers can be timed without the library. */
async function bundled<T>(path: string): Promise<T> {
  const url = new URL(`../../${path}`, import.meta.url).href;
  try {
    return (await import(url)) as T;
  } catch (error) {
    throw new Error(
      `ours: ${path} could not be loaded (${error instanceof Error ? error.message : String(error)}). ` +
        "`npm run bench:peers` bundles it from its .ts source, which must exist; --no-ours times the peers alone.",
      { cause: error },
    );
  }
}

function fromJavaScript(density: LogDensity, point: readonly number[]): Batch {
  const { dim } = density;
  const q = Float64Array.from(point);
  const out = new Float64Array(dim);
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      q[i % dim] += 1e-12;
      sum += density.logDensityGradient(q, out);
    }
    return sum;
  };
}

function fromWasm(density: LogDensity, point: readonly number[]): Batch {
  const loop = gradientLoop(density.export());
  loop.point.set(point);
  return loop.run;
}

function timed(batch: Batch, count: number): number {
  const start = performance.now();
  const sum = batch(count);
  const seconds = (performance.now() - start) / 1000;
  if (Number.isNaN(sum)) throw new Error("ours: the log density became NaN while it was timed.");
  return seconds;
}

/** Best of several batches, each about a fiftieth of `seconds` long, after a warm-up that lets the engine optimise. */
function timeGradient(batch: Batch, seconds: number): number {
  let count = 16;
  while (timed(batch, count) < 0.02 * seconds) count *= 2;
  let best = Infinity;
  for (let spent = 0, n = 0; spent < seconds || n < 5; n++) {
    const each = timed(batch, count);
    spent += each;
    best = Math.min(best, each / count);
  }
  return best * 1e6;
}

function answer(density: Gradient, dim: number, points: readonly (readonly number[])[]): Answers {
  const lp: number[] = [];
  const gradient = points.map((point) => {
    const out = new Float64Array(dim);
    lp.push(density.logDensityGradient(Float64Array.from(point), out));
    return Array.from(out);
  });
  return { lp, gradient };
}

/** AutoNormal with Adam, microseconds a step of a long run; the loss after 4,000 steps is what peers are compared with. */
async function timeSVI(
  library: Library,
  model: unknown,
  args: readonly unknown[],
): Promise<Record<string, number>> {
  const { SVI, guides, optim, infer, clearParamStore } = library;
  clearParamStore();
  const svi = new SVI(model, guides.AutoNormal(model), optim.adam({ lr: 0.01 }), infer.TraceELBO());
  const { losses } = await svi.run(4000, ...args);
  const loss = losses.slice(-1000).reduce((a, b) => a + b / 1000, 0);
  let count = 1024;
  let best = Infinity;
  for (let spent = 0, n = 0; spent < 1 || n < 5; n++) {
    const start = performance.now();
    await svi.run(count, ...args);
    const seconds = (performance.now() - start) / 1000;
    spent += seconds;
    if (seconds < 0.1) count *= 2;
    else best = Math.min(best, seconds / count);
  }
  const compileS = svi.compileMs / 1000;
  svi.dispose();
  clearParamStore();
  return { us_per_step: best * 1e6, compile_s: compileS, loss };
}

/** Called from JavaScript or, with `inLoop`, from a wasm loop, as the peers' gradients are from native ones. */
export async function prepareOurs(
  posterior: Posterior,
  inLoop = false,
): Promise<Ready | { missing: string }> {
  const { models } = await bundled<PosteriordbModels>("posteriordb/models.js");
  const library = await bundled<Library>("src/index.js");
  const { infer } = library;
  const entry = models[posterior.name];
  if (entry === undefined) return { missing: "posteriordb/models.ts has no such model" };
  const { model, args } = entry.build(posterior.data);
  const start = performance.now();
  const density = infer.logDensity(model, args);
  const dim = posterior.points[0].length;
  if (density.dim !== dim)
    throw new Error(
      `ours: ${posterior.name} has ${density.dim} coordinates (${density.names.join(", ")}), not ${dim}.`,
    );
  density.logDensityGradient(Float64Array.from(posterior.points[0]), new Float64Array(dim));
  const compileMs = performance.now() - start;
  const batch = (inLoop ? fromWasm : fromJavaScript)(density, posterior.points[0]);
  return {
    compileMs,
    answers: answer(inLoop ? gradientLoop(density.export()) : density, dim, posterior.points),
    time: (seconds) => Promise.resolve({ us: timeGradient(batch, seconds) }),
    extra: (what) => (what === "svi" && !inLoop ? timeSVI(library, model, args) : Promise.resolve(null)),
    release: () => density.dispose(),
  };
}

/** One call for scripts: our time, log density differences and gradient at the first point; null when there is no model. */
export async function timeOurs(
  name: string,
  seconds = 1,
): Promise<{ us: number; lpDifferences: number[]; gradient: number[]; compileMs: number } | null> {
  const ready = await prepareOurs(load(name, "../shared/posteriordb", resolve("build/peers")));
  if ("missing" in ready) return null;
  const { lp, gradient } = ready.answers;
  const { us } = await ready.time(seconds);
  ready.release?.();
  return { us, lpDifferences: lp.map((v) => v - lp[0]), gradient: gradient[0], compileMs: ready.compileMs };
}

export const ours: readonly Contender[] = [
  { name: "ours", prepare: (posterior) => prepareOurs(posterior), stop: () => undefined },
  { name: "in a loop", prepare: (posterior) => prepareOurs(posterior, true), stop: () => undefined },
];
