// Acceptance statistics in, step sizes out: a search for the right order (Hoffman and Gelman 2014, algorithm 4, with Stan's
// threshold), then dual averaging (section 3.2.1, with their constants).
import { exp } from "../../../ops/routines/exp.js";
import { log } from "../../../ops/routines/log.js";
import type { PortableFunction } from "../portable-function.js";
import type { Local } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { leapfrog, resume } from "./leapfrog.js";
import { drawMomentum } from "./trajectory.js";

const GAMMA = 0.05;
const T0 = 10;
const KAPPA = 0.75;

/** log 0.8 */
const LOG_THRESHOLD = -0.2231435513142097;
const SMALLEST = 1e-12;
const LARGEST = 1e7;

/** Learns from one iteration of warm-up; a NaN counts as an acceptance of 0. */
export function learnStepSize(k: Code, acceptance: Local): void {
  const count = k.variable("f64", k.add(k.get("count"), k.num(1)));
  k.set("count", count);
  const statistic = k.select(k.gt(acceptance, k.num(0)), k.min(acceptance, k.num(1)), k.num(0));
  const eta = k.variable("f64", k.div(k.num(1), k.add(count, k.num(T0))));
  const surprise = k.mul(eta, k.sub(k.get("targetAccept"), statistic));
  const error = k.variable("f64", k.add(k.mul(k.sub(k.num(1), eta), k.get("error")), surprise));
  k.set("error", error);
  const logStep = k.variable("f64", k.sub(k.get("mu"), k.div(k.mul(error, k.sqrt(count)), k.num(GAMMA))));
  k.set("logStep", logStep);
  const weight = k.variable("f64", k.call(exp, k.mul(k.call(log, count), k.num(-KAPPA))));
  const kept = k.mul(k.sub(k.num(1), weight), k.get("logAverage"));
  k.set("logAverage", k.add(kept, k.mul(weight, logStep)));
  k.set("stepSize", k.call(exp, logStep));
}

/** The step size to sample with. */
export const settleStepSize = (k: Code): void => k.set("stepSize", k.call(exp, k.get("logAverage")));

/** (step) -> whether one step from the chain's point, with a new momentum, is accepted with more than the threshold. */
const accepts = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.accepts", ["f64"], ["i32"], (k, step) => {
    drawMomentum(k);
    resume(k, k.at("q"));
    const [p, rho] = [k.at("startP"), k.at("rho")];
    const energy = k.result(k.fn(leapfrog), step, p, p, rho, rho, k.at("spareQ"));
    k.increase("warmupGradients", 1);
    k.f.return(k.gt(k.sub(k.get("energy0"), energy), k.num(LOG_THRESHOLD)));
  });

/** Doubles or halves the step size until the acceptance of one step crosses the threshold, and begins averaging there. */
export const searchStepSize = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.search", [], [], (k) => {
    const { f } = k;
    const clamp = (x: Local): Local => f.op("f64.min", f.op("f64.max", x, SMALLEST), LARGEST);
    const step = k.variable("f64", clamp(k.get("stepSize")));
    const grows = k.variable("i32", k.result(k.fn(accepts), step));
    const factor = k.variable("f64", k.select(grows, k.num(2), k.num(0.5)));
    f.block((exit) =>
      f.loop((again) => {
        f.brIf(exit, f.op("i32.or", f.op("f64.le", step, SMALLEST), f.op("f64.ge", step, LARGEST)));
        f.set(step, k.mul(step, factor));
        f.brIf(again, f.op("i32.eq", k.result(k.fn(accepts), step), grows));
      }),
    );
    f.set(step, clamp(step));
    const logStep = k.variable("f64", k.call(log, step));
    k.set("stepSize", step);
    k.set("mu", k.add(logStep, k.num(Math.LN10)));
    k.set("logStep", logStep);
    for (const cell of ["count", "error", "logAverage", "searches"] as const) k.set(cell, 0);
  });
