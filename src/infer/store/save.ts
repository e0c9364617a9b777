// A finished run in; a folder from which ArviZ reads it, and from which it can be taken further, out.
import { load } from "../../runtime/entry.js";
import { iterationsOf } from "../chains/chain.js";
import { artefactMap } from "../chains/draw-map.js";
import type { FinishedRun } from "../posterior-draws.js";
import { explain } from "../divergences.js";
import { newFolder } from "./files.js";
import { Store } from "./store.js";

export function saveRun(where: string, path: string, run: FinishedRun): void {
  const { description, records, ends, file, draws } = run;
  const folder = newFolder(where, path);
  const { spec, plan, keys, starts } = description;
  const bytes = file.write({ kernel: { spec, plan, starts, chains: keys.length } });
  const store = new Store(folder, artefactMap(load(bytes)), description, records);
  store.begin(
    bytes,
    file.observed(),
    ends.map(({ state }) => state),
  );
  const total = iterationsOf(plan);
  ends.forEach(({ iteration, state }, i) => store.part(i, iteration, state, total));
  store.end(draws);
  store.explain(explain({ ...run, ...plan }));
}
