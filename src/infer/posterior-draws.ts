// Chains of unconstrained draws in; draws of every site and deterministic, by name, with the sampler's statistics out.
import { np, type Tensor } from "../tensor/index.js";
import type { ChainDraws, ChainStats } from "./hmc/chain.js";
import type { LogDensity } from "./log-density.js";

/** Per draw, each of shape (chains, draws). `divergent` holds 1 where the trajectory diverged. */
export type SamplerStats = { readonly [K in keyof ChainStats]: readonly (readonly number[])[] };

export interface Seconds {
  readonly compile: number;
  /** Summed over the chains. */
  readonly warmup: number;
  readonly sampling: number;
}

/** What a sampler run is reported with. */
export interface SamplerSettings {
  readonly kernel: string;
  readonly warmup: number;
  readonly thinning: number;
  readonly maxTreeDepth: number | undefined;
  readonly targetAccept: number;
}

/** Everything a run gave, as data. */
export interface PosteriorData {
  /** Latent sites in the order of the model, then deterministics. */
  readonly sites: ReadonlyMap<string, Tensor>;
  readonly stats: SamplerStats;
  readonly seconds: Seconds;
  readonly settings: SamplerSettings;
  /** (chains, draws, dim): the coordinates that the sampler moved in. */
  readonly unconstrained: Tensor;
  readonly coordinateNames: readonly string[];
  readonly chains: number;
  readonly draws: number;
  /** Gradients evaluated, in all. */
  readonly gradients: number;
  readonly warmupDivergences: number;
}

export function collectDraws(
  density: LogDensity,
  chains: readonly ChainDraws[],
  draws: number,
  compileSeconds: () => number,
  settings: SamplerSettings,
): PosteriorData {
  const { dim } = density;
  const sites = constrainAll(density, chains, draws);
  const flat = new Float64Array(chains.length * draws * dim);
  chains.forEach((chain, c) => flat.set(chain.draws, c * draws * dim));
  const sum = (f: (chain: ChainDraws) => number): number => chains.reduce((s, chain) => s + f(chain), 0);
  return {
    sites,
    stats: statsOf(chains),
    seconds: {
      compile: compileSeconds(),
      warmup: sum((c) => c.seconds.warmup),
      sampling: sum((c) => c.seconds.sampling),
    },
    settings,
    unconstrained: np.array(flat).reshape([chains.length, draws, dim]),
    coordinateNames: density.names,
    chains: chains.length,
    draws,
    gradients: sum((c) => c.gradients.warmup + c.gradients.sampling),
    warmupDivergences: sum((c) => c.warmupDivergences),
  };
}

/** Runs the constraining program over all draws, straight into one array per site. */
function constrainAll(
  density: LogDensity,
  chains: readonly ChainDraws[],
  draws: number,
): Map<string, Tensor> {
  const { dim, constrainedNames } = density;
  const arrays: { out: Float64Array; shape: readonly number[]; size: number }[] = [];
  const q = new Float64Array(dim);
  let row = 0;
  for (const chain of chains)
    for (let i = 0; i < draws; i++, row++) {
      q.set(chain.draws.subarray(i * dim, (i + 1) * dim));
      const point = density.constrainFlat(q);
      constrainedNames.forEach((_, k) => {
        const data = point.data(k);
        const array = (arrays[k] ??= {
          out: new Float64Array(chains.length * draws * data.length),
          shape: point.shape(k),
          size: data.length,
        });
        array.out.set(data, row * array.size);
      });
    }
  const named = constrainedNames.map((name, k): [string, Tensor] => {
    const { out, shape } = arrays[k] ?? { out: new Float64Array(0), shape: [] };
    return [name, np.array(out).reshape([chains.length, draws, ...shape])];
  });
  return new Map(named);
}

function statsOf(chains: readonly ChainDraws[]): SamplerStats {
  const pick = (name: keyof ChainStats): number[][] => chains.map((chain) => Array.from(chain.stats[name]));
  return {
    stepSize: pick("stepSize"),
    acceptance: pick("acceptance"),
    treeDepth: pick("treeDepth"),
    leapfrogs: pick("leapfrogs"),
    divergent: pick("divergent"),
    energy: pick("energy"),
    logDensity: pick("logDensity"),
  };
}
