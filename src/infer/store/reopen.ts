// A folder in; the run that is kept there, ready to go on without its model's source, out.
import { load } from "../../runtime/entry.js";
import { withDraws } from "../../trace/export.js";
import type { ReadyRun } from "../chains/execute.js";
import { artefactMap, type DrawMap } from "../chains/draw-map.js";
import type { DensityFile } from "../density/file.js";
import { chainOf } from "../chains/job.js";
import { ChainRecord } from "../chains/record.js";
import type { Explained } from "../divergences.js";
import { MODEL, readExplained, readRun } from "./checkpoint.js";
import { openFolder } from "./files.js";
import { Store } from "./store.js";

export interface Reopened extends ReadyRun {
  readonly map: DrawMap;
  readonly store: Store;
  readonly file: DensityFile;
  /** The file holds the log density alone, not its parts. */
  readonly terms: null;
  readonly explained: readonly Explained[];
}

/** `samples`: draws per chain in all, if it is to be more than what the run was started with. */
export function reopen(where: string, path: string, samples?: number): Reopened {
  const folder = openFolder(where, path);
  const found = readRun(where, folder);
  const longer = samples !== undefined && samples !== found.plan.samples;
  if (longer && samples < found.plan.samples)
    throw new RangeError(
      `${where}: the run in "${path}" was to have ${found.plan.samples} draws per chain, so samples must be that or more; got ${samples}.`,
    );
  const description = longer ? { ...found, plan: { ...found.plan, samples } } : found;
  const { plan } = description;
  const bytes = folder.read(MODEL);
  if (!bytes) throw new Error(`${where}: "${path}" has lost its file ${MODEL}.`);
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const artefact = load(module);
  const map = artefactMap(artefact);
  const records = description.keys.map(() => new ChainRecord(map.dim, plan.samples));
  const store = new Store(folder, map, description, records);
  const chains = store.restore(where).map(({ state }) => chainOf({ plan, state }, artefact));
  if (longer) store.extend();
  return {
    description,
    records,
    chains,
    module: () => module,
    map,
    store,
    file: keptFile(bytes, store),
    terms: null,
    explained: readExplained(folder),
  };
}

/** The file as it was written when the model was at hand. */
const keptFile = (bytes: Uint8Array, store: Store): DensityFile => ({
  write: ({ draws } = {}) => withDraws(bytes, draws?.data()),
  observed: () => store.observed(),
});
