// One end of a trajectory in; up to 2^depth further points, one of them chosen by weight, out, as tensors.
// The iterative form of NUTS's recursion: leaf number i closes one subtree for every trailing one of i in binary. What a
// closing subtree needs is the momentum at its ends and the running sum of momenta there; both are kept in tables.
import { np, type Tensor } from "../../tensor/index.js";
import { energy, leapfrog, type Potential } from "./leapfrog.js";
import { velocity, type DiagonalMetric } from "./metric.js";
import { initReservoir, stepReservoir, type Reservoir } from "./reservoir.js";

/** Energy errors above this many nats are divergences (Betancourt 2017, section 6.2; Stan's value). */
const MAX_ENERGY_ERROR = 1000;

/**
 * Momenta and running sums of them at leaves whose subtrees are open. Rows 0 to maxDepth - 1 hold first leaves, by the
 * number of ones in their number; behind them stand last leaves, by the level of their subtree.
 */
export interface Tables {
  readonly momentum: Tensor;
  readonly sum: Tensor;
}

/** What a trajectory is grown with. */
export interface Course {
  readonly potential: Potential;
  readonly metric: DiagonalMetric;
  /** Energy of the first point. */
  readonly energy0: Tensor;
  /** Rows of one kind in the tables: the largest depth that is possible. */
  readonly maxDepth: number;
}

export interface Half {
  /** The last point. */
  readonly q: Tensor;
  readonly p: Tensor;
  readonly g: Tensor;
  /** Momentum at the first point, and the sum of all. */
  readonly firstP: Tensor;
  readonly rho: Tensor;
  readonly chosen: { readonly q: Tensor; readonly g: Tensor; readonly logp: Tensor; readonly energy: Tensor };
  readonly weight: Reservoir;
  readonly leaves: Tensor;
  readonly acceptances: Tensor;
  readonly divergent: Tensor;
  /** Neither divergent nor turned back inside. */
  readonly whole: Tensor;
  readonly tables: Tables;
}

export function extend(
  course: Course,
  start: { readonly q: Tensor; readonly p: Tensor; readonly g: Tensor },
  step: Tensor,
  size: Tensor,
  uniform: Tensor,
  tables: Tables,
): Half {
  const { potential, metric, energy0, maxDepth } = course;
  const zero = np.zerosLike(start.q);
  const end = np.whileLoop(
    ({ leaf, whole }) => leaf.lt(size).and(whole),
    (c) => {
      const z = leapfrog(potential, metric, c.z, step);
      const h = energy(metric, z.p, z.logp);
      const gain = energy0.sub(h);
      const finite = gain.ge(-MAX_ENERGY_ERROR);
      const { reservoir, chosen } = stepReservoir(c.weight, gain, uniform);
      const take = (a: Tensor, b: Tensor): Tensor => np.where(chosen, a, b);
      const rho = np.keep(c.rho.add(z.p));
      const closed = close(metric, c, z.p, rho, maxDepth);
      const row = np.where(closed.odd, closed.level.add(maxDepth - 1), c.ones);
      return {
        leaf: c.leaf.add(1),
        ones: c.ones.add(2).sub(np.where(closed.odd, closed.level.add(1), 1)),
        z: { q: z.q, p: z.p, g: z.g },
        rho,
        chosen: {
          q: take(z.q, c.chosen.q),
          g: take(z.g, c.chosen.g),
          logp: take(z.logp, c.chosen.logp),
          energy: take(h, c.chosen.energy),
        },
        weight: reservoir,
        acceptances: c.acceptances.add(np.exp(np.minimum(gain, 0))),
        divergent: finite.not(),
        whole: finite.and(closed.open),
        tables: {
          momentum: np.setAt(c.tables.momentum, row, z.p),
          sum: np.setAt(c.tables.sum, row, rho),
        },
      };
    },
    {
      leaf: np.array(0, { dtype: "i32" }),
      ones: np.array(0, { dtype: "i32" }),
      z: start,
      rho: zero,
      chosen: { q: zero, g: zero, logp: 0, energy: 0 },
      weight: initReservoir(),
      acceptances: 0,
      divergent: false,
      whole: true,
      tables,
    },
  );
  const { z, rho, chosen, weight, acceptances, divergent, whole, leaf } = end;
  return {
    ...z,
    firstP: end.tables.momentum.at(0),
    rho,
    chosen,
    weight,
    leaves: leaf,
    acceptances,
    divergent,
    whole,
    tables: end.tables,
  };
}

/** Closes the subtrees that end at an odd leaf, smallest first; `open` is false when one of them turns back. */
function close(
  metric: DiagonalMetric,
  { leaf, ones, tables }: { readonly leaf: Tensor; readonly ones: Tensor; readonly tables: Tables },
  p: Tensor,
  rho: Tensor,
  maxDepth: number,
): { readonly odd: Tensor; readonly level: Tensor; readonly open: Tensor } {
  const odd = np.bitwiseAnd(leaf, 1).ne(0);
  const v = velocity(metric, p);
  const row = (table: Tensor, i: Tensor): Tensor => table.at(i);
  // Two neighbours: the three criteria are the same.
  const pair = np.cond(
    odd,
    () => {
      const before = row(tables.momentum, ones.sub(1));
      const both = before.add(p);
      return along(velocity(metric, before), both).and(along(v, both));
    },
    () => true,
  );
  const { level, open } = np.whileLoop(
    (c) => np.bitwiseAnd(c.bit, leaf).ne(0).and(c.open),
    (c) => {
      const first = ones.sub(1).sub(c.level);
      const last = c.level.add(maxDepth - 1);
      const a = { first: row(tables.momentum, first), last: row(tables.momentum, last) };
      const b = { first: row(tables.momentum, first.add(1)), last: p };
      const sumA = row(tables.sum, last).sub(row(tables.sum, first)).add(a.first);
      const sumB = rho.sub(row(tables.sum, last));
      return { bit: c.bit.add(c.bit), level: c.level.add(1), open: goesOn(metric, a, sumA, b, sumB) };
    },
    {
      bit: np.where(odd, np.array(2, { dtype: "i32" }), 0),
      level: np.array(1, { dtype: "i32" }),
      open: pair,
    },
  );
  return { odd, level, open };
}

const along = (v: Tensor, rho: Tensor): Tensor => v.mul(rho).sum().gt(0);

/** Momenta at both ends of a stretch. */
export interface Ends {
  readonly first: Tensor;
  readonly last: Tensor;
}

/**
 * Whether two stretches, b after a, go on without turning back: as a whole, from a's start to b's first point, and from a's
 * last point to b's end (Betancourt 2017, appendix A.4.2, with Stan's two extra checks).
 */
export function goesOn(metric: DiagonalMetric, a: Ends, rhoA: Tensor, b: Ends, rhoB: Tensor): Tensor {
  const [a0, a1, b0, b1] = [a.first, a.last, b.first, b.last].map((p) => velocity(metric, p));
  const rho = rhoA.add(rhoB);
  const left = rhoA.add(b.first);
  const right = rhoB.add(a.last);
  return along(a0, rho)
    .and(along(b1, rho))
    .and(along(a0, left))
    .and(along(b0, left))
    .and(along(a1, right))
    .and(along(b1, right));
}
