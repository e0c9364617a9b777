// Chains of unconstrained draws in; draws of every site and deterministic, by name, with the sampler's statistics out.
import { np, type Tensor } from "../tensor/index.js";
import { STATISTICS, type ChainCounts, type Statistic } from "./chains/chain.js";
import type { DrawMap } from "./chains/draw-map.js";
import type { Executed } from "./chains/execute.js";
import type { ChainRecord } from "./chains/record.js";
import { constrainDraws } from "./constrain-draws.js";
import type { DensityFile } from "./density/file.js";
import type { SiteTerms } from "./density/site-terms.js";
import { divergencesOf, type Divergence, type Explained } from "./divergences.js";
import type { RunDescription, SamplerSettings } from "./chains/description.js";

/** Per draw, each of shape (chains, draws). `divergent` holds 1 where the trajectory diverged. */
export type SamplerStats = Readonly<Record<Statistic, readonly (readonly number[])[]>>;

export interface Seconds {
  readonly compile: number;
  /** Summed over the chains. */
  readonly warmup: number;
  readonly sampling: number;
}

/** A run with what it takes to keep it, or to take it further. */
export interface FinishedRun extends Executed {
  readonly description: RunDescription;
  readonly records: readonly ChainRecord[];
  /** Writes the program, without the compiler if the run came from a folder. */
  readonly file: DensityFile;
  /** What each site adds to the log density; null if the run came from a folder. */
  readonly terms: SiteTerms | null;
  /** What the folder says of divergences. */
  readonly explained?: readonly Explained[];
}

/** Everything a run gave, as data. */
export interface PosteriorData {
  /** Latent sites in the order of the model, then deterministics. */
  readonly sites: ReadonlyMap<string, Tensor>;
  readonly stats: SamplerStats;
  /** One of them as arrays of numbers. */
  column(name: Statistic): Float64Array[];
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
  /** The first 32 of each chain after warm-up, with the sites that they are put down to. Found when asked for. */
  readonly divergences: readonly Divergence[];
  /** What happened on the way that changed no draw, such as a worker that died. */
  readonly notes: readonly string[];
  readonly run: FinishedRun;
}

export function collectDraws(run: FinishedRun & { readonly map: DrawMap }): PosteriorData {
  const { map, records, draws, notes, description } = run;
  const { dim } = map;
  const sum = (name: keyof ChainCounts): number => records.reduce((s, r) => s + r.counts[name], 0);
  const column = (name: Statistic): Float64Array[] =>
    records.map((record) => record.column(name).subarray(0, draws));
  const blocks = records.map((record) => record.draws.subarray(0, draws * dim));
  let unconstrained: Tensor | undefined;
  let divergences: readonly Divergence[] | undefined;
  return {
    sites: constrainDraws(map, blocks, [records.length, draws]),
    stats: statsOf(column),
    column,
    seconds: {
      compile: description.compileSeconds,
      warmup: sum("warmupSeconds"),
      sampling: sum("seconds"),
    },
    settings: description.settings,
    // Made when asked for: the records hold the same numbers.
    get unconstrained() {
      return (unconstrained ??= joinDraws(records, draws, dim));
    },
    coordinateNames: map.names,
    chains: records.length,
    draws,
    gradients: sum("warmupGradients") + sum("gradients"),
    warmupDivergences: sum("warmupDivergences"),
    get divergences() {
      return (divergences ??= divergencesOf({ ...run, ...description.plan }));
    },
    notes,
    run,
  };
}

function joinDraws(records: readonly ChainRecord[], draws: number, dim: number): Tensor {
  const flat = new Float64Array(records.length * draws * dim);
  records.forEach((record, c) => flat.set(record.draws.subarray(0, draws * dim), c * draws * dim));
  return np.array(flat).reshape([records.length, draws, dim]);
}

/** Each is made when it is first read. */
function statsOf(column: PosteriorData["column"]): SamplerStats {
  const stats = {};
  for (const name of STATISTICS) {
    let made: number[][] | undefined;
    const get = (): number[][] => (made ??= column(name).map((values) => Array.from(values)));
    Object.defineProperty(stats, name, { enumerable: true, get });
  }
  return stats as SamplerStats;
}
