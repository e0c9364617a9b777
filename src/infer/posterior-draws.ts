// Chains of unconstrained draws in; draws of every site and deterministic, by name, with the sampler's statistics out.
import { np, type Tensor } from "../tensor/index.js";
import { STATISTICS, type ChainCounts, type Statistic } from "./chains/chain.js";
import type { ChainRecord } from "./chains/record.js";
import type { LogDensity } from "./log-density.js";

/** Per draw, each of shape (chains, draws). `divergent` holds 1 where the trajectory diverged. */
export type SamplerStats = Readonly<Record<Statistic, readonly (readonly number[])[]>>;

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
  /** What happened on the way that changed no draw, such as a worker that died. */
  readonly notes: readonly string[];
}

export function collectDraws(
  density: LogDensity,
  chains: readonly ChainRecord[],
  draws: number,
  compileSeconds: () => number,
  settings: SamplerSettings,
  notes: readonly string[],
): PosteriorData {
  const { dim } = density;
  const sites = constrainAll(density, chains, draws);
  const flat = new Float64Array(chains.length * draws * dim);
  chains.forEach((chain, c) => flat.set(chain.draws.subarray(0, draws * dim), c * draws * dim));
  const sum = (name: keyof ChainCounts): number => chains.reduce((s, chain) => s + chain.counts[name], 0);
  return {
    sites,
    stats: statsOf(chains, draws),
    seconds: {
      compile: compileSeconds(),
      warmup: sum("warmupSeconds"),
      sampling: sum("seconds"),
    },
    settings,
    unconstrained: np.array(flat).reshape([chains.length, draws, dim]),
    coordinateNames: density.names,
    chains: chains.length,
    draws,
    gradients: sum("warmupGradients") + sum("gradients"),
    warmupDivergences: sum("warmupDivergences"),
    notes,
  };
}

/** Runs the constraining program over all draws, straight into one array per site. */
function constrainAll(
  density: LogDensity,
  chains: readonly ChainRecord[],
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

function statsOf(chains: readonly ChainRecord[], draws: number): SamplerStats {
  const pick = (name: Statistic): number[][] =>
    chains.map((chain) => Array.from(chain.column(name).subarray(0, draws)));
  const columns = STATISTICS.map((name): [Statistic, number[][]] => [name, pick(name)]);
  return Object.fromEntries(columns) as Record<Statistic, number[][]>;
}
