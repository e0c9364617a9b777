// The points at which trajectories diverged, and what each site adds to the log density, in; which site broke down at each, out.
import type { ChainRecord } from "./chains/record.js";
import type { SiteTerms } from "./density/site-terms.js";

/** A trajectory that ended in a divergence, after warm-up. */
export interface Divergence {
  readonly chain: number;
  /** Which draw the chain kept then; null where thinning left it out. */
  readonly draw: number | null;
  /**
   * The site that broke down; null where the model was not at hand when it happened (MCMC.resume). The first of the model
   * whose log density is not finite; or that of the coordinates that are not, as their gradient was not; or that whose log density
   * the last step misjudged most, by more than `MISJUDGED`; or else that whose log density fell the most below its median over draws.
   */
  readonly site: string | null;
  /**
   * "density": it was NaN or infinite. "gradient": the gradient was. "slope": its slopes at both ends
   * of the last step say nothing of how it changed between them. "energy": finite, but too far from the start's.
   */
  readonly why: "density" | "gradient" | "slope" | "energy" | null;
  /** Of the site, at that point, log Jacobian included. */
  readonly logDensity: number;
  /** Its median over draws. */
  readonly usual: number;
  /** Where the trajectory ended: unconstrained coordinates. */
  readonly point: Float64Array;
}

/** Nats: an error of a step that alone explains a divergence's weight, and that smooth densities do not come near. */
const MISJUDGED = 10;

/** Draws that a median is taken of. */
const DRAWS = 16;

/** What is known of a divergence, without its point: what a folder keeps. */
export interface Explained extends Pick<Divergence, "chain" | "site" | "why" | "logDensity" | "usual"> {
  readonly iteration: number;
}

interface Run {
  readonly records: readonly ChainRecord[];
  /** Draws of each chain that count. */
  readonly draws: number;
  readonly warmup: number;
  readonly thinning: number;
  /** Null where the run came from a folder, which has what was found when the model was at hand. */
  readonly terms: SiteTerms | null;
  readonly explained?: readonly Explained[];
}

export function divergencesOf(run: Run): Divergence[] {
  const { warmup, thinning } = run;
  const points = metIn(run);
  return explain(run).map(({ iteration, ...rest }, i) => ({
    ...rest,
    draw: drawOf(iteration - warmup, thinning),
    point: points[i].point,
  }));
}

const metIn = ({ records, draws, warmup, thinning }: Run) =>
  records.flatMap(({ diverged }, chain) =>
    diverged
      .filter(({ iteration }) => iteration <= warmup + draws * thinning)
      .map(({ iteration, point, before }) => ({ chain, iteration, point, before })),
  );

/** In the order of the chains, then of time. */
export function explain(run: Run): Explained[] {
  const { records, draws, terms, explained = [] } = run;
  const met = metIn(run);
  if (met.length === 0) return [];
  if (terms !== null) {
    const usual = medians(records, draws, terms);
    return met.map(({ point, before, ...where }) => ({ ...where, ...blame(terms, usual, point, before) }));
  }
  const known = new Map(explained.map((e) => [`${e.chain} ${e.iteration}`, e]));
  return met.map(
    ({ chain, iteration }) =>
      known.get(`${chain} ${iteration}`) ?? {
        chain,
        iteration,
        site: null,
        why: null,
        logDensity: NaN,
        usual: NaN,
      },
  );
}

function drawOf(after: number, thinning: number): number | null {
  return after % thinning === 0 ? after / thinning - 1 : null;
}

/** Site by site, over draws spread evenly over all chains. */
function medians(records: readonly ChainRecord[], draws: number, terms: SiteTerms): Map<string, number> {
  const total = records.length * draws;
  const values = new Map<string, number[]>();
  for (let i = 0; i < Math.min(DRAWS, total); i++) {
    const row = Math.floor(((i + 0.5) * total) / Math.min(DRAWS, total));
    const { dim, draws: all } = records[Math.floor(row / draws)];
    const at = (row % draws) * dim;
    for (const { name, logDensity } of terms.at(all.subarray(at, at + dim))) {
      const seen = values.get(name);
      if (seen) seen.push(logDensity);
      else values.set(name, [logDensity]);
    }
  }
  const median = (xs: number[]): number => xs.sort((a, b) => a - b)[Math.floor(xs.length / 2)];
  return new Map([...values].map(([name, xs]) => [name, median(xs)]));
}

function blame(
  terms: SiteTerms,
  usual: ReadonlyMap<string, number>,
  point: Float64Array,
  before: Float64Array | undefined,
): Pick<Divergence, "site" | "why" | "logDensity" | "usual"> {
  const parts = terms.at(point);
  const of = (name: string, why: Divergence["why"]) => {
    const { logDensity } = parts.find((part) => part.name === name)!;
    return { site: name, why, logDensity, usual: usual.get(name)! };
  };
  const broken = terms.sites.latent.find(({ offset, size }) =>
    point.subarray(offset, offset + size).some((x) => !Number.isFinite(x)),
  );
  if (broken) return of(broken.name, "gradient");
  const undefinedAt = parts.find((part) => !Number.isFinite(part.logDensity));
  if (undefinedAt) return of(undefinedAt.name, "density");
  const fallen = parts
    .map(({ name, logDensity }) => ({ name, fall: usual.get(name)! - logDensity }))
    .reduce((a, b) => (b.fall > a.fall ? b : a));
  const misjudged = worstOf(terms, before, point);
  if (misjudged !== null && misjudged !== fallen.name) return of(misjudged, "slope");
  return of(fallen.name, "energy");
}

/**
 * A leapfrog pays for a change of a log density with the mean of its slopes at both ends. For a quadratic one that is right, however
 * far it moves; where it is not, the energy is wrong by the difference. So who was moved is told apart from who did it.
 */
function worstOf(terms: SiteTerms, before: Float64Array | undefined, point: Float64Array): string | null {
  if (!before?.every(Number.isFinite)) return null;
  const way = point.map((x, i) => x - before[i]);
  const [from, to] = [terms.along(before, way), terms.along(point, way)];
  let worst: string | null = null;
  let most = MISJUDGED;
  from.forEach((a, i) => {
    const b = to[i];
    const error = Math.abs(b.logDensity - a.logDensity - (a.slope + b.slope) / 2);
    // What is not finite at the first end of a step was a divergence before.
    if (!(error <= most)) [worst, most] = [a.name, error];
  });
  return worst;
}
