// Draws of named sites in; one row of estimates and convergence diagnostics per scalar entry out.
import { describe, entryChains, isSample, readSample, type Sample } from "./draws.js";
import { geyerEss } from "./effective-sample-size.js";
import { entryName } from "./entry-name.js";
import { flatten, mean, variance } from "./moments.js";
import { quantilesOfSorted, sorted } from "./quantile.js";
import { rHatOfRanks } from "./r-hat.js";
import { SplitRanks } from "./rank-normalise.js";
import { hasNaN, usable } from "./usable.js";

/** Estimates in the site's units; `mcse` is the standard error of the mean; q5, q50, q95 are quantiles. */
export interface SummaryRow {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q5: number;
  readonly q50: number;
  readonly q95: number;
  readonly mcse: number;
  readonly essBulk: number;
  readonly essTail: number;
  readonly rHat: number;
}

/**
 * Rows in the order of the sites, row-major within one. Each sample has shape (chains, draws, ...shape), nested or as
 * { shape, data }; entries are named theta[0], theta[1,2] from 0. NaN draws make their row NaN; with fewer than 4 draws the
 * diagnostics are NaN, with one chain rHat is. Draws without a name are called Param:0, as in NumPyro.
 *
 * @example summary({ mu: [[1.1, 0.9, 1.3, 0.8], [1.0, 1.2, 0.7, 1.4]] })
 */
export function summary(samples: Readonly<Record<string, Sample>> | Sample): SummaryRow[] {
  const named = isSample(samples) ? { "Param:0": samples } : samples;
  return Object.entries(named).flatMap(([name, draws]) => {
    const sample = readSample(draws, `summary: "${name}"`);
    if (sample.shape.length < 2) {
      throw new TypeError(
        `summary: "${name}" must have shape (chains, draws, ...shape), got ${describe(sample.shape)}; wrap one chain: [draws]`,
      );
    }
    const shape = sample.shape.slice(2);
    const entries = shape.reduce((size, length) => size * length, 1);
    return Array.from({ length: entries }, (_, entry) =>
      row(entryName(name, shape, entry), entryChains(sample, entry)),
    );
  });
}

function row(name: string, chains: readonly Float64Array[]): SummaryRow {
  if (chains.some(hasNaN)) {
    const [q5, q50, q95] = [NaN, NaN, NaN];
    return { name, mean: NaN, sd: NaN, q5, q50, q95, mcse: NaN, essBulk: NaN, essTail: NaN, rHat: NaN };
  }
  const described = (values: Float64Array, ascending: Float64Array) => {
    const [q5, q50, q95] = quantilesOfSorted(ascending, PROBABILITIES);
    return { name, mean: mean(values), sd: Math.sqrt(variance(values)), q5, q50, q95 };
  };
  if (!usable(chains)) {
    const values = flatten(chains);
    const missing = { mcse: NaN, essBulk: NaN, essTail: NaN, rHat: NaN };
    return { ...described(values, sorted(values)), ...missing };
  }
  // One sort serves the ranks and the quantiles, except that halves of an odd number of draws leave the middle ones out.
  const even = chains[0].length % 2 === 0;
  const all = even ? null : flatten(chains);
  const own = all && described(all, sorted(all));
  const ranks = new SplitRanks(chains);
  const estimates = own ?? described(ranks.values, ranks.ascending);
  const halves = ranks.chains;
  const mcse = estimates.sd / Math.sqrt(geyerEss(halves));
  const essTail = Math.min(geyerEss(halves, estimates.q5), geyerEss(halves, estimates.q95));
  return {
    ...estimates,
    mcse,
    essBulk: geyerEss(ranks.scores()),
    essTail,
    rHat: chains.length < 2 ? NaN : rHatOfRanks(ranks),
  };
}

const PROBABILITIES = [0.05, 0.5, 0.95];
