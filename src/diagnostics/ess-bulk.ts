// Draws in; bulk effective sample size out: how well the centre of the distribution is known.
import { readChains, type Draws } from "./draws.js";
import { geyerEss } from "./effective-sample-size.js";
import { SplitRanks } from "./rank-normalise.js";
import { usable } from "./usable.js";

/**
 * Effective sample size of split, rank-normalised chains (Vehtari et al. 2021, section 4.1). Shape (chains, draws).
 * Aim at 100 per chain or more. NaN with NaN draws or fewer than 4 draws; the number of draws for constant chains.
 */
export function essBulk(draws: Draws): number {
  const chains = readChains(draws, "essBulk");
  return usable(chains) ? geyerEss(new SplitRanks(chains).scores()) : NaN;
}
