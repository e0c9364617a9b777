// Draws of all parameters in; the mean ratio of effective to actual sample size out: what PSIS takes as reff.
import { entryChains, readSample, type Sample } from "./draws.js";
import { essMeanOfChains } from "./ess-mean.js";
import { mean } from "./moments.js";

/**
 * Mean over all entries of all samples (chains, draws, ...shape) of essMean / (chains x draws); 1 for a single chain, as
 * ArviZ's `loo` takes it. NaN with NaN draws or fewer than 4.
 *
 * @example loo(logLik, { reff: relativeEfficiency({ mu, tau, theta }) })
 */
export function relativeEfficiency(samples: Readonly<Record<string, Sample>>): number {
  const ratios: number[] = [];
  for (const [name, draws] of Object.entries(samples)) {
    const sample = readSample(draws, `relativeEfficiency: "${name}"`);
    const [chains, length] = sample.shape;
    if (sample.shape.length < 2) {
      throw new TypeError(
        `relativeEfficiency: "${name}" must have shape (chains, draws, ...), got one axis; wrap it: [draws]`,
      );
    }
    if (chains === 1) return 1;
    const entries = sample.shape.slice(2).reduce((size, axis) => size * axis, 1);
    for (let entry = 0; entry < entries; entry++) {
      ratios.push(essMeanOfChains(entryChains(sample, entry)) / (chains * length));
    }
  }
  return mean(Float64Array.from(ratios));
}
