// The chain's point in, the end of a trajectory of fixed length out, taken by Metropolis' rule (Neal 2011, section 5.3.2.1).
import { exp } from "../../../ops/routines/exp.js";
import type { PortableFunction } from "../portable-function.js";
import type { SamplerContext } from "./context.js";
import { MAX_ENERGY_ERROR } from "./half.js";
import { leapfrog, markDivergence, resume } from "./leapfrog.js";
import { uniform } from "./random.js";
import { begin } from "./trajectory.js";

/** A step size that has collapsed must not stall the chain. */
const MAX_STEPS = 1 << 14;

/** (step) -> one iteration: the point that the chain goes to, as of `trajectory`. */
export const fixedTrajectory = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.hmc", ["f64"], ["i32"], (k, step) => {
    const { f, v } = k;
    const { value } = cx.places.density;
    const proposal = k.variable("i32", k.at("q"));
    begin(k);
    resume(k, k.at("q"));
    const given = k.get("numSteps");
    const timed = k.div(k.get("trajectoryLength"), step);
    const long = k.variable("f64", k.select(k.gt(given, k.num(0)), given, timed));
    f.if(k.on("trajectoryJitter"), () => {
      const u = k.result(k.fn(uniform));
      const spread = k.mul(k.get("trajectoryJitter"), k.sub(k.mul(k.num(2), u), k.num(1)));
      f.set(long, k.mul(long, k.add(k.num(1), spread)));
    });
    const wanted = k.floor(long);
    const steps = k.max(k.num(1), k.min(k.num(MAX_STEPS), wanted));
    const left = k.variable("f64", steps);
    const gain = k.variable("f64", 0);
    const [p, rho] = [k.at("startP"), k.at("rho")];
    const fine = k.variable("i32", 1);
    f.loop((again) => {
      const energy = k.result(k.fn(leapfrog), step, p, p, rho, rho, k.at("spareQ"));
      f.set(gain, k.sub(k.get("energy0"), energy));
      f.set(fine, k.and(k.ge(gain, k.num(-MAX_ENERGY_ERROR)), k.lt(gain, k.num(Infinity))));
      f.set(left, k.sub(left, k.num(1)));
      k.increase("leaves", 1);
      f.brIf(again, k.and(fine, k.gt(left, k.num(0))));
    });
    const leaves = k.get("leaves");
    f.if(
      fine,
      () => {
        const acceptance = k.variable("f64", k.call(exp, k.min(gain, k.num(0))));
        k.set("acceptances", k.mul(acceptance, leaves));
        f.if(k.lt(k.result(k.fn(uniform)), acceptance), () => {
          v.copyPoint(k.at("proposalQ"), cx.places.density);
          f.set(proposal, k.at("proposalQ"));
          k.set("proposalLogp", f.load("f64.load", 0, value));
          k.set("proposalEnergy", k.sub(k.get("energy0"), gain));
        });
      },
      () => {
        k.set("divergent", 1);
        f.call(k.fn(markDivergence), [step, p]);
      },
    );
    f.return(proposal);
  });
