// The chain's point in, a point of a trajectory that doubles until it turns back out: multinomial NUTS (Hoffman and Gelman
// 2014; Betancourt 2017, appendix A.4).
import type { PortableFunction } from "../portable-function.js";
import type { Local } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { extend } from "./half.js";
import { resume } from "./leapfrog.js";
import { normals } from "./normals.js";
import { uniform } from "./random.js";
import { turnsBack } from "./turning.js";

/** Draws a momentum into `startP`, which is the sum of momenta so far, too; the cell energy0 is the energy there. */
export function drawMomentum(k: Code): void {
  const { f, v } = k;
  f.call(k.fn(normals), [k.at("startP")]);
  const square = v.accumulator();
  v.each((at) => {
    const p = v.load(k.at("startP"), at);
    v.store(k.at("rho"), at, p);
    v.accumulate(square, p, p);
  });
  k.set("energy0", k.sub(k.mul(v.total(square), k.num(0.5)), k.get("logp")));
}

/** What every iteration starts with: no leaves yet, and its own point as the proposal. */
export function begin(k: Code): void {
  drawMomentum(k);
  for (const cell of ["top", "acceptances", "leaves", "divergent", "depth"] as const) k.set(cell, 0);
  k.set("proposalLogp", k.get("logp"));
  k.set("proposalEnergy", k.get("energy0"));
}

/** No end of the trajectory is where the density has its point. */
const NEITHER = -1;

/** (step, depth) -> one iteration: the point that the chain goes to. Points are named by where their position is; the gradient stands behind it. */
export const trajectory = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.nuts", ["f64", "i32"], ["i32"], (k, step, deepest) => {
    const { f, v } = k;
    const { momenta, vectors } = cx.places;
    begin(k);
    k.set("wholeWeight", 1);
    const first = end(k);
    const last = end(k);
    /** Which end the density has: 0 the first, 1 the last. The other one is put aside only when it is left. */
    const here = k.variable("i32", NEITHER);
    const proposal = k.variable("i32", k.at("q"));
    const chosen = k.variable("i32", k.at("chosenQ"));
    const depth = k.variable("i32", 0);
    const size = k.variable("i32", 1);
    f.block((exit) =>
      f.loop((again) => {
        f.brIf(exit, f.op("i32.ge_s", depth, deepest));
        const within = k.variable("f64", k.result(k.fn(uniform)));
        const between = k.variable("f64", k.get("spare"));
        const forwards = k.variable("i32", k.whole("coin"));
        f.if(f.op("i32.ne", here, forwards), () => {
          f.if(f.op("i32.ge_s", here, 0), () =>
            f.if(
              here,
              () => leave(k, last, vectors.lastQ),
              () => leave(k, first, vectors.firstQ),
            ),
          );
          resume(k, k.variable("i32", f.select(forwards, last.point, first.point)));
          f.set(here, forwards);
        });
        const from = k.variable("i32", f.select(forwards, last.p, first.p));
        const other = k.variable("i32", f.select(forwards, first.p, last.p));
        const signed = k.choice(forwards, step, k.neg(step));
        f.brIf(exit, k.not(k.result(k.fn(extend), signed, size, within, from, chosen)));
        f.set(depth, f.op("i32.add", depth, 1));
        f.set(size, f.op("i32.shl", size, 1));
        const weight = k.get("wholeWeight");
        const half = k.get("halfWeight");
        // Biased progressive sampling: the new half is preferred (Betancourt 2017, appendix A.3.2).
        const taken = k.variable("i32", k.lt(k.mul(between, weight), half));
        f.set(proposal, f.select(taken, chosen, proposal));
        const [one, two] = [f.constant("i32", vectors.chosenQ), f.constant("i32", vectors.proposalQ)];
        f.set(chosen, f.select(f.op("i32.eq", proposal, one), two, one));
        k.set("proposalLogp", k.choice(taken, k.get("chosenLogp"), k.get("proposalLogp")));
        k.set("proposalEnergy", k.choice(taken, k.get("chosenEnergy"), k.get("proposalEnergy")));
        k.set("wholeWeight", k.add(weight, half));
        const newest = k.variable("i32", k.whole("lastP"));
        const sum = k.variable("i32", k.whole("lastRho"));
        const kept = k.variable("i32", f.select(forwards, f.constant("i32", vectors.lastP), f.constant("i32", vectors.firstP))); // prettier-ignore
        const turns = turnsBack(k, {
          a: { first: other, last: from },
          b: { first: momenta, last: newest },
          sums: (at) => [v.load(k.at("rho"), at), v.load(sum, at)],
          joined(at, rho, p) {
            v.store(k.at("rho"), at, rho);
            v.store(kept, at, p);
          },
        });
        f.brIf(exit, turns);
        f.if(
          forwards,
          () => f.set(last.p, kept),
          () => f.set(first.p, kept),
        );
        f.br(again);
      }),
    );
    k.set("depth", f.op("f64.convert_i32_s", depth));
    f.return(proposal);
  });

interface End {
  readonly point: Local;
  readonly p: Local;
}

/** At first the chain's own point, with the momentum that was drawn. */
const end = (k: Code): End => ({
  point: k.variable("i32", k.at("q")),
  p: k.variable("i32", k.at("startP")),
});

/** Copies the density's point there. */
function leave(k: Code, { point }: End, place: number): void {
  k.v.copyPoint(place, k.cx.places.density);
  k.f.set(point, place);
}
