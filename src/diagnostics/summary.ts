// Draws of named sites in; one row of estimates and convergence diagnostics per scalar entry out.
import { describe, entryChains, isSample, readSample, type Sample } from "./draws.js";
import { geyerEss } from "./effective-sample-size.js";
import { entryName } from "./entry-name.js";
import { essTailOfChains } from "./ess-tail.js";
import { mcseMeanOfChains } from "./mcse.js";
import { flatten, mean, variance } from "./moments.js";
import { quantilesOfSorted, sorted } from "./quantile.js";
import { rHatOfScores } from "./r-hat.js";
import { pool, rankNormalise } from "./rank-normalise.js";
import { halves } from "./split-chains.js";
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
  const values = flatten(chains);
  if (hasNaN(values)) {
    const [q5, q50, q95] = [NaN, NaN, NaN];
    return { name, mean: NaN, sd: NaN, q5, q50, q95, mcse: NaN, essBulk: NaN, essTail: NaN, rHat: NaN };
  }
  const split = usable(chains) ? pool(halves(chains)) : undefined;
  // One sort serves the ranks and the quantiles, except that halves of an odd number of draws leave the middle ones out.
  const ascending = split?.values.length === values.length ? split.ascending : sorted(values);
  const [q5, q50, q95] = quantilesOfSorted(ascending, [0.05, 0.5, 0.95]);
  const scores = split === undefined ? undefined : rankNormalise(split);
  return {
    name,
    mean: mean(values),
    sd: Math.sqrt(variance(values)),
    q5,
    q50,
    q95,
    mcse: mcseMeanOfChains(chains),
    essBulk: scores === undefined ? NaN : geyerEss(scores),
    essTail: essTailOfChains(chains, [0.05, 0.95], ascending),
    rHat:
      split === undefined || scores === undefined || chains.length < 2 ? NaN : rHatOfScores(scores, split),
  };
}
