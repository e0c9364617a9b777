// The chain's point in, a point of a trajectory that doubles until it turns back out: multinomial NUTS (Hoffman and Gelman
// 2014; Betancourt 2017, appendix A.4).
import type { FunctionBuilder } from "../module.js";
import type { Local } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { extend } from "./half.js";
import { resume } from "./leapfrog.js";
import { normals } from "./normals.js";
import { uniform } from "./random.js";
import { turnsBack } from "./turning.js";

/** Draws a momentum into `startP`; the cell energy0 is the energy there. */
export function drawMomentum(k: Code): void {
  const { f, v } = k;
  f.call(k.cx.fn(normals), [k.at("startP")]);
  const square = v.accumulator();
  v.each((at) => {
    const p = v.load(k.at("startP"), at);
    v.accumulate(square, p, p);
  });
  k.set("energy0", k.sub(k.mul(v.total(square), k.num(0.5)), k.get("logp")));
}

/** What every iteration starts with: no leaves yet, and its own point as the proposal. */
export function begin(k: Code): void {
  drawMomentum(k);
  for (const cell of ["top", "acceptances", "leaves", "divergent", "depth"] as const) k.set(cell, 0);
  k.v.copy(k.at("proposalQ"), k.at("q"));
  k.v.copy(k.at("proposalG"), k.at("g"));
  k.set("proposalLogp", k.get("logp"));
  k.set("proposalEnergy", k.get("energy0"));
}

/** (step, depth): one iteration; the point that the chain goes to is the proposal. */
export const trajectory = (cx: SamplerContext): FunctionBuilder =>
  cx.write("sampler.nuts", ["f64", "i32"], [], (k, step, deepest) => {
    const { f, v } = k;
    const { q, g } = cx.density;
    const { momenta, vectors } = cx.layout;
    begin(k);
    for (const end of ["first", "last"] as const) {
      v.copy(k.at(`${end}Q`), k.at("q"));
      v.copy(k.at(`${end}G`), k.at("g"));
      v.copy(k.at(`${end}P`), k.at("startP"));
    }
    v.copy(k.at("rho"), k.at("startP"));
    k.set("wholeWeight", 1);
    const depth = k.variable("i32", 0);
    const size = k.variable("i32", 1);
    f.block((exit) =>
      f.loop((again) => {
        f.brIf(exit, f.op("i32.ge_s", depth, deepest));
        const within = k.variable("f64", k.result(cx.fn(uniform)));
        const between = k.variable("f64", k.get("spare"));
        const forwards = k.variable("i32", k.whole("coin"));
        // Vectors of the two ends lie at the same distances.
        const apart = vectors.lastQ - vectors.firstQ;
        const away = k.variable("i32", f.select(forwards, f.constant("i32", apart), f.constant("i32", 0)));
        const end = (name: "firstQ" | "firstG" | "firstP"): Local =>
          k.variable("i32", f.op("i32.add", away, vectors[name]));
        const other = k.variable("i32", f.op("i32.sub", vectors.firstP + apart, away));
        const [endQ, endG, endP] = [end("firstQ"), end("firstG"), end("firstP")];
        resume(k, endQ, endG);
        v.copy(k.at("startP"), endP);
        const signed = f.select(forwards, step, k.neg(step));
        f.brIf(exit, k.not(k.result(cx.fn(extend), signed, size, within)));
        f.set(depth, f.op("i32.add", depth, 1));
        f.set(size, f.op("i32.shl", size, 1));
        const weight = k.get("wholeWeight");
        const half = k.get("halfWeight");
        // Biased progressive sampling: the new half is preferred (Betancourt 2017, appendix A.3.2).
        f.if(k.lt(k.mul(between, weight), half), () => {
          v.copy(k.at("proposalQ"), k.at("chosenQ"));
          v.copy(k.at("proposalG"), k.at("chosenG"));
          k.set("proposalLogp", k.get("chosenLogp"));
          k.set("proposalEnergy", k.get("chosenEnergy"));
        });
        k.set("wholeWeight", k.add(weight, half));
        const last = k.variable("i32", k.whole("lastP"));
        const sum = k.variable("i32", k.whole("lastRho"));
        v.copy(endQ, q);
        v.copy(endG, g);
        v.copy(endP, last);
        const turns = turnsBack(k, {
          a: { first: other, last: k.at("startP") },
          b: { first: momenta, last },
          sums: (at) => [v.load(k.at("rho"), at), v.load(sum, at)],
          joined: (at, rho) => v.store(k.at("rho"), at, rho),
        });
        f.brIf(again, k.not(turns));
      }),
    );
    k.set("depth", f.op("f64.convert_i32_s", depth));
  });
