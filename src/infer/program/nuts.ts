// A point, a step size and a key in; a point of a trajectory that stops before it turns back out, as tensors.
// Multinomial NUTS (Hoffman and Gelman 2014; Betancourt 2017, appendix A.4) with the generalised criterion and Stan's two
// extra checks: the algorithm of hmc/no-u-turn.ts in loops that a compiler can take in one piece.
import { np, random, type Tensor } from "../../tensor/index.js";
import { extend, goesOn, type Course, type Tables } from "./half.js";
import { energy, type Potential } from "./leapfrog.js";
import { momentum, type DiagonalMetric } from "./metric.js";
import { mergeReservoirs } from "./reservoir.js";

/** A position with its gradient and log density. */
export interface Point {
  readonly q: Tensor;
  readonly g: Tensor;
  readonly logp: Tensor;
}

/** How an iteration went: as hmc/transition.ts. */
export interface Outcome {
  readonly acceptance: Tensor;
  readonly treeDepth: Tensor;
  readonly leapfrogs: Tensor;
  readonly divergent: Tensor;
  readonly energy: Tensor;
}

export interface TreeOptions {
  readonly potential: Potential;
  readonly metric: DiagonalMetric;
  readonly stepSize: Tensor;
  /** The largest depth of this trajectory. */
  readonly depth: Tensor;
  /** Of all trajectories: the size of the tables. */
  readonly maxDepth: number;
}

/** Tables of the size that `stepNUTS` needs; their contents are of no account. */
export const initTables = (dim: number, maxDepth: number): Tables => ({
  momentum: np.zeros([2 * maxDepth, dim]),
  sum: np.zeros([2 * maxDepth, dim]),
});

export function stepNUTS(
  options: TreeOptions,
  from: Point,
  key: Tensor,
  tables: Tables,
): { readonly point: Point; readonly outcome: Outcome; readonly tables: Tables } {
  const { metric, potential, maxDepth } = options;
  // Blocks of bits and of folded keys end in different counter words, so the key can serve for both.
  const p = momentum(metric, key);
  const energy0 = energy(metric, p, from.logp);
  const course: Course = { potential, metric, energy0, maxDepth };
  const both = (x: Tensor): Tensor => np.stack([x, x]);
  const end = np.whileLoop(
    ({ depth, going }) => depth.lt(options.depth).and(going),
    (c) => {
      const draws = choices(random.foldIn(key, c.depth.add(1)));
      const ahead = draws.forward;
      const ends = {
        q: c.ends.q.at(ahead),
        p: c.ends.p.at(ahead),
        g: c.ends.g.at(ahead),
      };
      const step = np.where(ahead.ne(0), options.stepSize, options.stepSize.neg());
      const half = extend(course, ends, step, c.size, draws.within, c.tables);
      const weight = mergeReservoirs(c.weight, half.weight);
      // Biased progressive sampling: the new half is preferred (Betancourt 2017, appendix A.3.2).
      const odds = half.weight.sum.div(c.weight.sum).mul(np.exp(half.weight.top.sub(c.weight.top)));
      const chosen = half.whole.and(draws.between.lt(odds));
      const take = (a: Tensor, b: Tensor): Tensor => np.where(chosen, a, b);
      const whole = { first: c.ends.p.at(np.subtract(1, ahead)), last: ends.p };
      const going = goesOn(metric, whole, c.rho, { first: half.firstP, last: half.p }, half.rho);
      return {
        depth: c.depth.add(half.whole.astype("i32")),
        size: c.size.add(c.size),
        going: half.whole.and(going),
        ends: {
          q: np.setAt(c.ends.q, ahead, half.q),
          p: np.setAt(c.ends.p, ahead, half.p),
          g: np.setAt(c.ends.g, ahead, half.g),
        },
        rho: c.rho.add(half.rho),
        chosen: {
          q: take(half.chosen.q, c.chosen.q),
          g: take(half.chosen.g, c.chosen.g),
          logp: take(half.chosen.logp, c.chosen.logp),
          energy: take(half.chosen.energy, c.chosen.energy),
        },
        weight,
        leapfrogs: c.leapfrogs.add(half.leaves),
        acceptances: c.acceptances.add(half.acceptances),
        divergent: half.divergent,
        tables: half.tables,
      };
    },
    {
      depth: np.array(0, { dtype: "i32" }),
      size: np.array(1, { dtype: "i32" }),
      going: true,
      ends: { q: both(from.q), p: both(p), g: both(from.g) },
      rho: p,
      chosen: { ...from, energy: energy0 },
      weight: { top: 0, sum: 1 },
      leapfrogs: np.array(0, { dtype: "i32" }),
      acceptances: 0,
      divergent: false,
      tables,
    },
  );
  const { q, g, logp } = end.chosen;
  return {
    point: { q, g, logp },
    outcome: {
      acceptance: end.acceptances.div(np.maximum(end.leapfrogs, 1)),
      treeDepth: end.depth,
      leapfrogs: end.leapfrogs,
      divergent: end.divergent,
      energy: end.chosen.energy,
    },
    tables: end.tables,
  };
}

/** The random choices of one doubling: its direction (0 or 1), and uniforms for the choice within and between halves. */
function choices(key: Tensor): {
  readonly forward: Tensor;
  readonly within: Tensor;
  readonly between: Tensor;
} {
  const words = random.bits(key, [4]);
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => words.at(i));
  return {
    // The uniforms leave out the low bits of each word.
    forward: np.bitwiseAnd(a, np.array(1, { dtype: "u32" })).astype("i32"),
    within: unit(a, b),
    between: unit(c, d),
  };
}

/** Uniform in (0, 1): 52 random bits and a half, so that neither end is reached. */
const unit = (high: Tensor, low: Tensor): Tensor =>
  np
    .floor(high.astype("f64").mul(2 ** -6))
    .mul(2 ** 26)
    .add(np.floor(low.astype("f64").mul(2 ** -6)))
    .add(0.5)
    .mul(2 ** -52);
