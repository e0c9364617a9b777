// An exported file with a sampler in; its chains, run without the compiler and the model's source, with the draws of MCMC, out.
import { RuntimeArray, type Artefact } from "../../runtime/entry.js";
import { childKey, RandomStream, seedWords, type KeyWords } from "../hmc/philox.js";
import type { Starts } from "./description.js";
import type { ChainPlan, Statistic } from "./chain.js";
import { CompiledChain } from "./compiled-chain.js";
import type { KernelSpec } from "./kernel-spec.js";
import { runToEnd } from "./record.js";

/** What is not given is as it was in the run that `fit.export()` wrote. */
export interface FileRunOptions {
  readonly warmup?: number;
  readonly samples?: number;
  readonly thinning?: number;
  readonly chains?: number;
  /** A whole number. Default 0, as that of MCMC. */
  readonly seed?: number;
}

export interface FileRun {
  /** Sites, then deterministics, each of shape (chains, draws, ...shape of the site). */
  readonly samples: Readonly<Record<string, RuntimeArray>>;
  /** (chains, draws, dim): the coordinates that the sampler moved in. */
  readonly unconstrained: RuntimeArray;
  /** One number per draw, chain by chain. */
  stats(name: Statistic): Float64Array[];
}

/** What `fit.export()` writes beside the program. */
export interface FileKernel {
  readonly spec: KernelSpec;
  readonly plan: ChainPlan;
  readonly chains: number;
  readonly starts: Starts;
}

const ATTEMPTS = 100;

/**
 * Runs the sampler of a file that `fit.export()` wrote, chain after chain: with equal options these are the draws of
 * `new MCMC(kernel, options).run(...)`. Chains start as that run's did: uniformly, or, where its `initStrategy` was another, from the
 * points where its chains started, in turn. New data: `artefact.setArgs(...)` first.
 *
 * @example const { samples } = runChains(await load("schools.wasm"), { seed: 1 });
 */
export function runChains(artefact: Artefact, options: FileRunOptions = {}): FileRun {
  const { sampler, manifest, dim } = artefact;
  const kernel = manifest.kind === "density" ? (manifest.kernel as FileKernel | undefined) : undefined;
  if (!sampler || !kernel)
    throw new Error(
      `runChains: the file of ${manifest.name} holds no sampler; write it with fit.export() instead of logDensity(...).export().`,
    );
  const plan = { ...kernel.plan, ...given(options, ["warmup", "samples", "thinning"]) };
  const chains = options.chains ?? kernel.chains;
  const key = seedWords(options.seed ?? 0);
  const records = Array.from({ length: chains }, (_, i) => {
    const words = chains === 1 ? key : childKey(key, i);
    const chain = new CompiledChain(sampler, plan).start(
      kernel.spec,
      words,
      startOf(artefact, kernel.starts, i, words),
    );
    return runToEnd(chain, dim, plan);
  });
  const unconstrained = new Float64Array(chains * plan.samples * dim);
  records.forEach((record, i) => unconstrained.set(record.draws, i * record.draws.length));
  return {
    samples: constrained(artefact, unconstrained, [chains, plan.samples]),
    unconstrained: new RuntimeArray({ dtype: "f64", shape: [chains, plan.samples, dim] }, unconstrained),
    stats: (name) => records.map((record) => record.column(name)),
  };
}

function given(options: FileRunOptions, names: readonly (keyof ChainPlan)[]): Partial<ChainPlan> {
  return Object.fromEntries(
    names.flatMap((name): [string, number][] => {
      const value = options[name];
      if (value === undefined) return [];
      if (Number.isInteger(value) && value >= (name === "warmup" ? 0 : 1)) return [[name, value]];
      throw new RangeError(`runChains: ${name} must be a whole number; got ${value}.`);
    }),
  );
}

interface Start {
  readonly q: Float64Array;
  readonly g: Float64Array;
  readonly logp: number;
}

function startOf(artefact: Artefact, starts: Starts, chain: number, key: KeyWords): Start {
  const [q, g] = [new Float64Array(artefact.dim), new Float64Array(artefact.dim)];
  const rng = RandomStream.of(key);
  const attempts = "points" in starts ? 1 : ATTEMPTS;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if ("points" in starts) q.set(starts.points[chain % starts.points.length]);
    else for (let i = 0; i < q.length; i++) q[i] = starts.radius * (2 * rng.uniform() - 1);
    const logp = artefact.logDensityGradient(q, g);
    if (Number.isFinite(logp) && g.every(Number.isFinite)) return { q, g, logp };
  }
  throw new Error(
    `runChains: ${artefact.manifest.name}: chain ${chain + 1} found no finite log density at ${"points" in starts ? "its kept start" : `${attempts} starts`}; check the data.`,
  );
}

function constrained(
  artefact: Artefact,
  points: Float64Array,
  axes: readonly number[],
): Record<string, RuntimeArray> {
  const { dim } = artefact;
  const rows = points.length / dim;
  const all: Record<string, { shape: readonly number[]; out: Float64Array }> = {};
  for (let row = 0; row < rows; row++)
    for (const [name, value] of Object.entries(
      artefact.constrain(points.subarray(row * dim, (row + 1) * dim)),
    )) {
      const site = (all[name] ??= { shape: value.shape, out: new Float64Array(rows * value.size) });
      site.out.set(value.data(), row * value.size);
    }
  return Object.fromEntries(
    Object.entries(all).map(([name, { shape, out }]) => [
      name,
      new RuntimeArray({ dtype: "f64", shape: [...axes, ...shape] }, out),
    ]),
  );
}
