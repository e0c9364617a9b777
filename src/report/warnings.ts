// Summary rows and a sampler's statistics in; one warning for each thing that is wrong, saying what to do next, out.
// Thresholds: Vehtari et al. (2021) for R-hat and ESS, Betancourt (2016) for E-BFMI.
import { readChains, type Draws } from "../diagnostics/draws.js";
import { eBfmi } from "../diagnostics/e-bfmi.js";
import type { Divergence } from "../infer/divergences.js";
import type { SummaryRow } from "../diagnostics/summary.js";

/** What a sampler recorded, each of shape (chains, draws); leave out what it does not have. */
export interface SamplerReport {
  /** 1 or true where the trajectory diverged. */
  readonly divergent?: Draws;
  /** Some of them, with the sites that they are put down to. */
  readonly divergences?: readonly Divergence[];
  readonly energy?: Draws;
  readonly treeDepth?: Draws;
  /** The limit that treeDepth is compared with. */
  readonly maxTreeDepth?: number;
  /** Named in the advice about divergences. */
  readonly targetAccept?: number;
}

const LARGEST_R_HAT = 1.01;
const LEAST_ESS_PER_CHAIN = 100;
const LEAST_E_BFMI = 0.3;
const NAMES_SHOWN = 5;

/** Warnings in the order in which to act on them; empty when nothing is wrong. `chains` is the number of chains behind the rows. */
export function samplingWarnings(
  rows: readonly SummaryRow[],
  chains: number,
  stats: SamplerReport = {},
): string[] {
  return [
    notFinite(rows),
    divergences(stats),
    treeDepth(stats),
    lowEnergyInformation(stats),
    oneChain(chains),
    highRHat(rows),
    lowEss(rows, chains),
  ].filter((warning) => warning !== undefined);
}

function notFinite(rows: readonly SummaryRow[]): string | undefined {
  const bad = rows.filter((row) => !Number.isFinite(row.mean));
  if (bad.length === 0) return undefined;
  return `draws of ${naming(bad)} hold NaN or infinite values: look for overflow or a log of 0 in the model where they are computed.`;
}

function divergences({
  divergent,
  divergences: known = [],
  targetAccept,
}: SamplerReport): string | undefined {
  if (divergent === undefined) return undefined;
  const { count, total } = countWhere(divergent, "divergent", (value) => value !== 0);
  if (count === 0) return undefined;
  const target =
    targetAccept === undefined
      ? "targetAccept to 0.95"
      : `targetAccept from ${targetAccept} to ${stricter(targetAccept)}`;
  return (
    `${count} of ${total} draws (${percent(count, total)}) ended in a divergence${placed(known)}, so the estimates may be biased: ` +
    (broken(known)
      ? "give the parameters of that site a support on which its density and gradient are finite, or compute it in a form that does not overflow."
      : `raise ${target}; if they stay, use a non-centred parameterisation or tighter priors where the posterior narrows.`)
  );
}

/** Whether most are no failures of the integrator, but places where there is no density. */
const broken = (known: readonly Divergence[]): boolean =>
  2 * known.filter(({ why }) => why === "density" || why === "gradient").length > known.length;

/** Where they happened, site by site. */
function placed(all: readonly Divergence[]): string {
  const known = all.filter((divergence) => divergence.site !== null);
  const kinds = new Map<string, number>();
  for (const { site, why } of known) {
    const kind = `site "${site}" ${WHY[why!]}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const most = [...kinds].sort((a, b) => b[1] - a[1]).slice(0, KINDS_SHOWN);
  if (most.length === 0) return "";
  const counted = most.map(([kind, count]) => `${kind} at ${count}`).join(", ");
  return ` (of ${known.length} looked at, ${counted}; see fit.divergences)`;
}

const KINDS_SHOWN = 3;
const WHY = {
  energy: "fell far below its usual density",
  slope: "bends too sharply for the step size",
  density: "had a log density that is not finite",
  gradient: "had a gradient that is not finite",
};

function stricter(target: number): number {
  return [0.9, 0.95, 0.99].find((next) => next > target) ?? 0.999;
}

function treeDepth({ treeDepth: depths, maxTreeDepth }: SamplerReport): string | undefined {
  if (depths === undefined || maxTreeDepth === undefined) return undefined;
  const { count, total } = countWhere(depths, "treeDepth", (value) => value >= maxTreeDepth);
  if (count === 0) return undefined;
  return (
    `${count} of ${total} draws (${percent(count, total)}) reached the tree depth limit of ${maxTreeDepth}, so sampling is slow ` +
    `but not biased: give parameters similar scales, warm up for longer, try denseMass, or raise maxTreeDepth.`
  );
}

function lowEnergyInformation({ energy }: SamplerReport): string | undefined {
  if (energy === undefined) return undefined;
  const perChain = eBfmi(energy);
  const low = Array.from(perChain.keys()).filter((chain) => perChain[chain] < LEAST_E_BFMI);
  if (low.length === 0) return undefined;
  const values = low.map((chain) => `${chain}: ${perChain[chain].toFixed(2)}`).join(", ");
  return (
    `E-BFMI is below ${LEAST_E_BFMI} (chain ${values}), so the tails are explored slowly: ` +
    `reparameterise scale parameters and what depends on them (non-centred), or draw for longer.`
  );
}

function oneChain(chains: number): string | undefined {
  if (chains !== 1) return undefined;
  return "one chain cannot show whether chains agree, so there is no R-hat: run 4 chains.";
}

function highRHat(rows: readonly SummaryRow[]): string | undefined {
  const bad = rows.filter((row) => row.rHat > LARGEST_R_HAT).sort((a, b) => b.rHat - a.rHat);
  if (bad.length === 0) return undefined;
  return (
    `R-hat is above ${LARGEST_R_HAT} for ${naming(bad)}: the chains do not agree yet, do not use these estimates; ` +
    `run a longer warm-up and more draws, and if that does not help look for separate modes or parameters that the data cannot tell apart.`
  );
}

function lowEss(rows: readonly SummaryRow[], chains: number): string | undefined {
  const least = LEAST_ESS_PER_CHAIN * chains;
  const ess = (row: SummaryRow): number => Math.min(row.essBulk, row.essTail);
  const bad = rows.filter((row) => ess(row) < least).sort((a, b) => ess(a) - ess(b));
  if (bad.length === 0) return undefined;
  const factor = Math.ceil(least / Math.max(ess(bad[0]), 1));
  return (
    `the effective sample size is below ${least} (${LEAST_ESS_PER_CHAIN} per chain) for ${naming(bad)}: intervals and R-hat are not ` +
    `reliable; draw about ${factor} times as many samples, or reparameterise to make chains mix faster.`
  );
}

function countWhere(
  draws: Draws,
  name: string,
  holds: (value: number) => boolean,
): { readonly count: number; readonly total: number } {
  let count = 0;
  let total = 0;
  for (const chain of readChains(draws, `samplingWarnings: ${name}`)) {
    total += chain.length;
    // By index: an iterator makes an object for each number, where engines have not optimised the loop.
    for (let i = 0; i < chain.length; i++) if (holds(chain[i])) count++;
  }
  return { count, total };
}

function naming(rows: readonly SummaryRow[]): string {
  const names = rows.slice(0, NAMES_SHOWN).map((row) => row.name);
  return names.join(", ") + (rows.length > NAMES_SHOWN ? ` and ${rows.length - NAMES_SHOWN} more` : "");
}

function percent(count: number, total: number): string {
  const share = (100 * count) / total;
  return `${share < 1 ? share.toPrecision(1) : share.toFixed(0)}%`;
}
