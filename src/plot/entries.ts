// A fit, or draws by name, and the names that are asked for in; chains of scalar entries out.
import { entryChains, readSample, type Sample } from "../diagnostics/draws.js";
import { entryName } from "../diagnostics/entry-name.js";

/** What is plotted: a fit, or draws of shape (chains, draws, ...shape) by name. */
export type Source = FitLike | Readonly<Record<string, Sample>>;

/** The part of a fit that plots read; `Fit` is one. */
export interface FitLike {
  samples(): Readonly<Record<string, Sample>>;
  readonly stats: {
    readonly divergent: readonly (readonly number[])[];
    readonly energy: readonly (readonly number[])[];
  };
}

export interface PlotOptions {
  /** Sites ("theta") or entries of them ("theta[0]"). Default: all, as far as the plot has room. */
  readonly names?: readonly string[];
  /** Pixels. */
  readonly width?: number;
}

export interface Entry {
  readonly name: string;
  readonly chains: readonly Float64Array[];
}

export interface Entries {
  readonly shown: readonly Entry[];
  /** How many there are, where more were there than fit. */
  readonly note: string | undefined;
}

export const isFit = (source: Source): source is FitLike =>
  typeof (source as { samples?: unknown }).samples === "function";

/** The entries asked for, in the order of `names`; without names the first ones, at most `room`. */
export function entriesOf(
  caller: string,
  source: Source,
  names: PlotOptions["names"],
  room: number,
): Entries {
  const samples = isFit(source) ? source.samples() : source;
  const all = Object.entries(samples).map(([site, draws]) => ({
    site,
    entries: siteEntries(caller, site, draws),
  }));
  if (names === undefined) {
    const every = all.flatMap(({ entries }) => entries);
    if (every.length === 0) throw new RangeError(`${caller}: there are no draws to plot.`);
    const note =
      every.length > room
        ? `${room} of ${every.length} entries; ask for others with { names: [...] }`
        : undefined;
    return { shown: every.slice(0, room), note };
  }
  const shown = names.flatMap((name) => {
    const hits = all.flatMap(({ site, entries }) =>
      site === name ? entries : entries.filter((entry) => entry.name === name),
    );
    if (hits.length === 0)
      throw new RangeError(
        `${caller}: there is no "${name}"; the sites are ${all.map(({ site }) => `"${site}"`).join(", ")}, and entries are written as "theta[0]".`,
      );
    return hits;
  });
  if (shown.length === 0) throw new RangeError(`${caller}: names is empty; name a site, or leave it out.`);
  return { shown, note: undefined };
}

function siteEntries(caller: string, site: string, draws: Sample): Entry[] {
  const sample = readSample(draws, `${caller}: "${site}"`);
  if (sample.shape.length < 2)
    throw new TypeError(
      `${caller}: "${site}" must have shape (chains, draws, ...shape), got ${sample.shape.length === 1 ? `(${sample.shape[0]},)` : "a number"}; wrap one chain: [draws].`,
    );
  const shape = sample.shape.slice(2);
  const size = shape.reduce((n, length) => n * length, 1);
  return Array.from({ length: size }, (_, k) => ({
    name: entryName(site, shape, k),
    chains: entryChains(sample, k),
  }));
}
