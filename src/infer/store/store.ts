// Chains under way in; their draws on disk in ArviZ's InferenceData layout, with checkpoints, as they come, out.
import { noCounts, STATISTICS, type Statistic } from "../chains/chain.js";
import type { RunDescription } from "../chains/description.js";
import type { DrawMap } from "../chains/draw-map.js";
import { VERSION } from "../../trace/export.js";
import type { Observed } from "../density/file.js";
import type { ChainRecord } from "../chains/record.js";
import { constrainPoints } from "../constrain-draws.js";
import type { Explained } from "../divergences.js";
import { MODEL, readChain, writeChain, writeExplained, writeRun } from "./checkpoint.js";
import { DrawArray } from "./draw-array.js";
import type { Folder } from "./files.js";
import { valuesOf, ZarrWriter, type ZarrType } from "./zarr.js";

/** ArviZ's names. */
const STATISTIC: Readonly<Record<Statistic, readonly [name: string, dtype: ZarrType]>> = {
  stepSize: ["step_size", "<f8"],
  acceptance: ["acceptance_rate", "<f8"],
  treeDepth: ["tree_depth", "<i8"],
  leapfrogs: ["n_steps", "<i8"],
  divergent: ["diverging", "|b1"],
  energy: ["energy", "<f8"],
  logDensity: ["lp", "<f8"],
};

/** Writing takes at most this share of the time of sampling. */
const SHARE = 0.05;

export class Store {
  private readonly zarr: ZarrWriter;
  private readonly coordinates: DrawArray;
  private readonly statistics: readonly DrawArray[];
  private readonly sites: readonly DrawArray[];
  /** Draws of each chain that are on disk, and what is not yet: the place behind the last part. */
  private readonly written: number[];
  private readonly pending: ({ iteration: number; state: Float64Array } | null)[];
  private readonly next: number[];

  constructor(
    private readonly folder: Folder,
    private readonly map: DrawMap,
    private readonly run: RunDescription,
    private readonly records: readonly ChainRecord[],
  ) {
    const chains = run.keys.length;
    this.zarr = new ZarrWriter(folder);
    this.coordinates = new DrawArray(
      { path: "unconstrained_posterior/q", dtype: "<f8", shape: [map.dim], dims: ["coordinate"] },
      chains,
    );
    this.statistics = STATISTICS.map((name) => {
      const [path, dtype] = STATISTIC[name];
      return new DrawArray({ path: `sample_stats/${path}`, dtype, shape: [], dims: [] }, chains);
    });
    const origin = map.constrainFlat(new Float64Array(map.dim));
    this.sites = map.constrainedNames.map((name, k) => {
      const shape = origin.shape(k);
      const dims = shape.map((_, axis) => axisOf(name, axis));
      return new DrawArray({ path: `posterior/${fileName(name)}`, dtype: "<f8", shape, dims }, chains);
    });
    this.written = records.map(() => 0);
    this.pending = records.map(() => null);
    this.next = records.map(() => -Infinity);
  }

  /** Everything but the draws; the description comes last, so that a folder with one can be resumed. */
  begin(model: Uint8Array, observed: readonly Observed[], first: readonly Float64Array[]): void {
    const { zarr, folder } = this;
    zarr.group("observed_data", this.attributes);
    for (const { name, shape, values } of observed) {
      const path = `observed_data/${fileName(name)}`;
      const dims = shape.map((_, axis) => axisOf(name, axis));
      zarr.whole({ path, dtype: "<f8", shape, dims }, values);
      this.axes("observed_data", dims, shape);
    }
    this.describe(this.run.plan.samples);
    folder.write(MODEL, model);
    first.forEach((state, i) => {
      writeChain(folder, i, { iteration: 0, kept: 0, counts: noCounts(), state, diverged: [] });
    });
    writeRun(folder, this.run);
  }

  /** To be called behind every part, when the record holds it. */
  part(index: number, iteration: number, state: Float64Array, total: number): void {
    this.pending[index] = { iteration, state };
    if (performance.now() < this.next[index] && iteration < total) return;
    this.write(index);
  }

  /** Writes what is pending; with the number of draws that are kept, when the run is over. */
  end(draws?: number): void {
    this.pending.forEach((_, index) => this.write(index));
    if (draws !== undefined) this.describe(draws);
  }

  /** Which sites divergences were put down to: a folder has no model to ask. */
  explain(explained: readonly Explained[]): void {
    if (explained.length > 0) writeExplained(this.folder, explained);
  }

  private write(index: number): void {
    const pending = this.pending[index];
    if (!pending) return;
    this.pending[index] = null;
    const began = performance.now();
    const record = this.records[index];
    const first = this.written[index];
    const count = record.kept - first;
    if (count > 0) {
      const { dim } = record;
      const draws = record.draws.subarray(first * dim, record.kept * dim);
      this.coordinates.append(this.zarr, index, first, draws);
      this.statistics.forEach((array, k) =>
        array.append(this.zarr, index, first, record.column(STATISTICS[k], first)),
      );
      constrainPoints(this.map, draws).forEach((values, k) =>
        this.sites[k].append(this.zarr, index, first, values),
      );
      this.written[index] = record.kept;
    }
    // Last: what it speaks of is on disk.
    writeChain(this.folder, index, {
      ...pending,
      kept: record.kept,
      counts: record.counts,
      diverged: record.diverged,
    });
    const end = performance.now();
    this.next[index] = end + ((end - began) * this.records.length) / SHARE;
  }

  /** Puts back what the folder holds of each chain, and gives its last state. */
  restore(where: string): { iteration: number; state: Float64Array }[] {
    this.zarr.reload();
    return this.records.map((record, index) => {
      const { iteration, kept, counts, state, diverged } = readChain(where, this.folder, index);
      const draws = this.coordinates.restore(this.folder, index, kept);
      const columns = this.statistics.map((array) => array.restore(this.folder, index, kept));
      for (const array of this.sites) array.restore(this.folder, index, kept);
      const statistics = new Float64Array(kept * STATISTICS.length);
      columns.forEach((column, k) => column.forEach((x, i) => (statistics[i * STATISTICS.length + k] = x)));
      record.add({ draws, statistics, counts, diverged });
      this.written[index] = kept;
      return { iteration, state };
    });
  }

  /** What `begin` was given. */
  observed(): Observed[] {
    return this.zarr.arraysOf("observed_data").flatMap(({ path, shape, dims }) => {
      const name = path.slice("observed_data/".length);
      if (dims.includes(name)) return [];
      const bytes = this.folder.read(`${path}/${shape.map(() => 0).join(".") || "0"}`);
      return [{ name, shape, values: bytes ? Array.from(valuesOf("<f8", bytes)) : [] }];
    });
  }

  /** For a run that goes on to more draws than it was begun with. */
  extend(): void {
    this.describe(this.run.plan.samples);
    writeRun(this.folder, this.run);
  }

  /** Groups and arrays for so many draws of each chain. */
  private describe(draws: number): void {
    const { zarr, run } = this;
    const attributes = this.attributes;
    const chains = run.keys.length;
    zarr.group("", attributes);
    for (const [group, arrays] of [
      ["posterior", this.sites],
      ["sample_stats", this.statistics],
      ["unconstrained_posterior", [this.coordinates]],
    ] as const) {
      zarr.group(group, attributes);
      this.axes(group, ["chain", "draw"], [chains, draws]);
      for (const array of arrays) {
        const description = array.describe(draws);
        zarr.array(description);
        this.axes(group, description.dims.slice(2), description.shape.slice(2));
      }
    }
    zarr.flush();
  }

  /** An array 0, 1, ... per axis. */
  private axes(group: string, names: readonly string[], sizes: readonly number[]): void {
    names.forEach((name, i) => {
      const values = Array.from({ length: sizes[i] }, (_, k) => k);
      this.zarr.whole({ path: `${group}/${name}`, dtype: "<i8", shape: [sizes[i]], dims: [name] }, values);
    });
  }

  private get attributes(): Readonly<Record<string, unknown>> {
    const { plan, settings } = this.run;
    return {
      inference_library: "sinter",
      inference_library_version: VERSION,
      sampler: settings.kernel,
      tuning_steps: plan.warmup,
      thinning: plan.thinning,
    };
  }
}

const axisOf = (name: string, axis: number): string => `${fileName(name)}_dim_${axis}`;

/** Sites may have any name, files and variables not: slashes would make groups. */
const fileName = (name: string): string => name.replaceAll("/", "_");
