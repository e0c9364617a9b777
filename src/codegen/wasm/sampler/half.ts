// One end of a trajectory in; up to `size` further points, one of them chosen by weight, out.
// The iterative form of NUTS's recursion: leaf number i closes one subtree for every trailing one of i in binary. What a
// closing subtree needs is the momentum at its ends and the running sum of momenta there; both are kept in tables whose
// rows 0 to maxTreeDepth - 1 hold first leaves, by the number of ones in their number, and behind them last leaves, by the
// level of their subtree.
import { exp } from "../../../ops/routines/exp.js";
import type { PortableFunction } from "../portable-function.js";
import type { Local, Operand } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { leapfrog, markDivergence } from "./leapfrog.js";
import { turnsBack } from "./turning.js";

/** Energy errors above this many nats are divergences (Betancourt 2017, section 6.2; Stan's value). */
export const MAX_ENERGY_ERROR = 1000;
/** Weights are exp(gain - top); top moves when a gain passes it by this much. */
const HEADROOM = 300;

/**
 * (step, size, uniform, momentum, chosen) -> whether all of it was built, neither diverging nor turning back inside. The last point is where the
 * density has it; the cells lastP and lastRho hold addresses.
 */
export const extend = (cx: SamplerContext): PortableFunction =>
  cx.write(
    "sampler.extend",
    ["f64", "i32", "f64", "i32", "i32"],
    ["i32"],
    (k, step, size, u, start, chosen) => {
      const { f } = k;
      const { stride, momenta, sums, maxTreeDepth } = cx.places;
      const row = (table: number, i: Operand): Local =>
        k.variable("i32", f.op("i32.add", f.op("i32.mul", i, stride), table));
      const leaf = k.variable("i32", 0);
      const p = k.variable("i32", start);
      const rho = k.variable("i32", k.at("zero"));
      const energy0 = k.get("energy0");
      const top = k.variable("f64", k.get("top"));
      const acceptances = k.variable("f64", k.get("acceptances"));
      const weight = k.variable("f64", 0);
      const choice = firstChoice(k);
      const stop = (whole: number): void => {
        k.set("top", top);
        k.set("acceptances", acceptances);
        k.set("halfWeight", weight);
        k.set("chosenLogp", choice.logp);
        k.set("chosenEnergy", choice.energy);
        k.increase("leaves", f.op("f64.convert_i32_s", leaf));
        k.set("lastP", f.op("f64.convert_i32_s", p));
        k.set("lastRho", f.op("f64.convert_i32_s", rho));
        f.return(whole);
      };
      f.loop((again) => {
        const after = f.op("i32.add", leaf, 1);
        const odd = f.op("i32.and", leaf, 1);
        const level = f.op("i32.ctz", after);
        const ones = f.op("i32.popcnt", leaf);
        const place = k.variable("i32", f.select(odd, f.op("i32.add", level, maxTreeDepth - 1), ones));
        const [newP, newRho] = [row(momenta, place), row(sums, place)];
        const energy = k.result(k.fn(leapfrog), step, p, newP, rho, newRho, choice.left);
        const gain = k.variable("f64", k.sub(energy0, energy));
        f.set(leaf, after);
        const fine = k.and(k.ge(gain, k.num(-MAX_ENERGY_ERROR)), k.lt(gain, k.num(Infinity)));
        f.if(k.not(fine), () => {
          k.set("divergent", 1);
          k.f.call(k.fn(markDivergence), [step, newP]);
          stop(0);
        });
        f.if(k.gt(k.sub(gain, top), k.num(HEADROOM)), () => {
          const factor = k.variable("f64", k.call(exp, k.sub(top, gain)));
          for (const x of [weight, choice.next]) f.set(x, k.mul(x, factor));
          k.set("wholeWeight", k.mul(k.get("wholeWeight"), factor));
          f.set(top, gain);
        });
        const own = k.variable("f64", k.inline(exp, k.sub(gain, top)));
        f.if(
          k.eq(top, k.num(0)),
          () => f.set(acceptances, k.add(acceptances, k.least(own, 1))),
          () => f.set(acceptances, k.add(acceptances, k.call(exp, k.min(gain, k.num(0))))),
        );
        choose(k, choice, { weight, own, u, energy, chosen });
        const open = k.variable("i32", 1);
        f.if(odd, () => {
          const first = row(momenta, f.op("i32.sub", ones, 1));
          f.set(open, pairGoesOn(k, first, newP));
          f.if(f.op("i32.and", open, f.op("i32.gt_s", level, 1)), () =>
            f.set(open, k.result(k.fn(subtreesGoOn), ones, level, newP, newRho)),
          );
        });
        f.set(p, newP);
        f.set(rho, newRho);
        f.if(k.not(open), () => stop(0));
        f.brIf(again, f.op("i32.lt_s", leaf, size));
      });
      f.if(f.op("i32.eq", choice.left, chosen), () => k.v.copyPoint(chosen, cx.places.density));
      stop(1);
    },
  );

interface Choice {
  /** The total weight that the next chosen point must pass. */
  readonly next: Local;
  /** Where the next step puts the point that it leaves: where the chosen point stands, if that is the one. */
  readonly left: Local;
  readonly logp: Local;
  readonly energy: Local;
}

const firstChoice = (k: Code): Choice => ({
  next: k.variable("f64", 0),
  left: k.variable("i32", k.at("spareQ")),
  logp: k.variable("f64", 0),
  energy: k.variable("f64", 0),
});

/**
 * Weighted reservoir sampling with jumps (Efraimidis and Spirakis 2006): the total weight at which the next point replaces the
 * chosen one is drawn ahead, so that one uniform number serves a whole half. Without branches, which would be foreseen badly.
 */
function choose(
  k: Code,
  { next, left, logp, energy }: Choice,
  c: { weight: Local; own: Local; u: Local; energy: Local; chosen: Local },
): void {
  const { f, cx } = k;
  const { weight, own, u, chosen } = c;
  const before = k.variable("f64", weight);
  const total = k.variable("f64", k.add(before, own));
  f.set(weight, total);
  const taken = k.variable("i32", k.gt(total, next));
  f.set(left, f.select(taken, chosen, f.constant("i32", k.at("spareQ"))));
  f.set(logp, k.choice(taken, f.load("f64.load", 0, cx.places.density.value), logp));
  f.set(energy, k.choice(taken, c.energy, energy));
  // Given that this point, not the first, was chosen, (1/next - 1/total) / (1/before - 1/total) is uniform again.
  const later = k.variable("i32", k.gt(before, k.num(0)));
  const above = k.choice(later, k.mul(k.mul(total, next), k.sub(total, before)), total);
  const below = k.choice(later, k.mul(before, k.sub(total, next)), u);
  f.set(next, k.choice(taken, k.div(above, below), next));
}

/** Two neighbours: the three tests are the same. */
function pairGoesOn(k: Code, first: Local, last: Local): Local {
  const { f, v } = k;
  const [a, b] = [v.accumulator(), v.accumulator()];
  v.each((at) => {
    const [p0, p1] = [v.load(first, at), v.load(last, at)];
    const both = v.add(p0, p1);
    v.accumulate(a, p0, both);
    v.accumulate(b, p1, both);
  });
  return f.op("i64x2.all_true", v.positive(a, b));
}

/** (ones, levels, p, rho) -> whether the subtrees of more than two leaves that close at this leaf go on, smallest first. */
const subtreesGoOn = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.subtrees", ["i32", "i32", "i32", "i32"], ["i32"], (k, ones, levels, p, rho) => {
    const { f } = k;
    const { stride, momenta, sums, maxTreeDepth } = cx.places;
    const row = (table: number, i: Operand): Local =>
      k.variable("i32", f.op("i32.add", f.op("i32.mul", i, stride), table));
    const level = k.variable("i32", 1);
    f.loop((again) => {
      const first = k.variable("i32", f.op("i32.sub", f.op("i32.sub", ones, 1), level));
      const last = k.variable("i32", f.op("i32.add", level, maxTreeDepth - 1));
      const sumFirst = row(sums, first);
      const sumLast = row(sums, last);
      const [aFirst, aLast] = [row(momenta, first), row(momenta, last)];
      const bFirst = row(momenta, f.op("i32.add", first, 1));
      const turns = turnsBack(k, {
        a: { first: aFirst, last: aLast },
        b: { first: bFirst, last: p },
        sums(at) {
          const { v } = k;
          const middle = v.load(sumLast, at);
          const a = v.add(v.sub(middle, v.load(sumFirst, at)), v.load(aFirst, at));
          return [a, v.sub(v.load(rho, at), middle)];
        },
      });
      f.if(turns, () => f.return(0));
      f.set(level, f.op("i32.add", level, 1));
      f.brIf(again, f.op("i32.lt_s", level, levels));
    });
    f.return(1);
  });
