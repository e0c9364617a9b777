// The data of a sampler run in; the object that users hold: draws by name, summary, table, statistics out.
import { summary, type SummaryRow } from "../diagnostics/summary.js";
import type { SamplerSettings } from "../infer/chains/description.js";
import type { Divergence } from "../infer/divergences.js";
import type { PosteriorData, SamplerStats, Seconds } from "../infer/posterior-draws.js";
import { saveRun } from "../infer/store/save.js";
import type { Tensor } from "../tensor/index.js";
import { renderTable } from "./table.js";

/** What `await mcmc.run(...)` gives. */
export class Fit {
  private rows: SummaryRow[] | undefined;

  constructor(readonly data: PosteriorData) {}

  /** Latent sites in the order of the model, then deterministics. */
  get names(): string[] {
    return [...this.data.sites.keys()];
  }

  get chains(): number {
    return this.data.chains;
  }

  /** Draws per chain. */
  get draws(): number {
    return this.data.draws;
  }

  /** Per draw, each of shape (chains, draws): stepSize, acceptance, treeDepth, leapfrogs, divergent, energy, logDensity. */
  get stats(): SamplerStats {
    return this.data.stats;
  }

  /** Where trajectories diverged after warm-up (the first 32 of each chain), and which site broke down there. */
  get divergences(): readonly Divergence[] {
    return this.data.divergences;
  }

  /** Seconds spent compiling, and warming up and sampling summed over the chains. */
  get seconds(): Seconds {
    return this.data.seconds;
  }

  get settings(): SamplerSettings {
    return this.data.settings;
  }

  /** Draws of shape (chains, draws, ...shape of the site); without a name, all of them by name. */
  samples(): Record<string, Tensor>;
  samples(name: string): Tensor;
  samples(name?: string): Tensor | Record<string, Tensor> {
    if (name === undefined) return Object.fromEntries(this.data.sites);
    const draws = this.data.sites.get(name);
    if (draws) return draws;
    throw new Error(
      `fit.samples: there is no site "${name}"; the sites are ${this.names.map((n) => `"${n}"`).join(", ")}.`,
    );
  }

  /** One row per scalar entry. Computed once. */
  summary(): SummaryRow[] {
    return (this.rows ??= summary(this.samples()));
  }

  /** The summary as a table, with warnings that say what to do. */
  toString(): string {
    const { maxTreeDepth, targetAccept } = this.settings;
    const [divergent, energy, treeDepth] = (["divergent", "energy", "treeDepth"] as const).map(
      this.data.column,
    );
    const { divergences } = this;
    const stats = { divergent, divergences, energy, treeDepth, maxTreeDepth, targetAccept };
    const { chains, draws } = this;
    const { notes } = this.data;
    return renderTable(this.summary(), { chains, draws, stats, notes });
  }

  /**
   * Writes the run to a folder that does not exist yet (Node, Deno, Bun): a Zarr store in ArviZ's InferenceData layout, from which
   * MCMC.resume reads it again, without the model's source, or takes it further.
   *
   * @example fit.save("schools.zarr"); // in Python: xarray.open_datatree("schools.zarr", engine="zarr")
   */
  save(path: string): void {
    saveRun("fit.save", path, this.data.run);
  }

  /**
   * One .wasm file for `load` of "sinter/runtime", without the model's source or the compiler: log density and gradient, constraining
   * map, sampler, predictions, and these draws for them. Data and parameters are those of the run.
   *
   * @example writeFileSync("schools.wasm", fit.export());
   */
  export(): Uint8Array {
    const { run, unconstrained } = this.data;
    const { spec, plan, keys, starts } = run.description;
    return run.file.write({ draws: unconstrained, kernel: { spec, plan, starts, chains: keys.length } });
  }

  /** Writes the table to standard output. */
  print(): void {
    console.log(this.toString());
  }
}
