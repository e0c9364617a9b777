// A chain's state in memory in; the state some iterations later, with the draws that were kept, out: the exported function
// `sampler`, of which everything else here is a part.
import type { PortableFunction } from "../portable-function.js";
import type { Local } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { closeCovariances, learnCovariances } from "./covariance.js";
import { closeDirections, keepDraw } from "./directions.js";
import { fixedTrajectory } from "./fixed.js";
import { MOST_DIVERGED, STATISTICS } from "./plan.js";
import { uniform } from "./random.js";
import { closeWindow, endsWindow, learnFromGradients, learnVariance } from "./scales.js";
import { learnStepSize, searchStepSize, settleStepSize } from "./step-size.js";
import { trajectory } from "./trajectory.js";

/** (iterations) -> rows kept. Runs to the end of the chain at most; the caller sees to it that the rows fit. */
export const chunk = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler", ["i32"], ["i32"], (k, count) => {
    const { f } = k;
    const rows = k.variable("i32", 0);
    // Between chunks the host may have put another chain's state in place.
    k.set("ahead", 0);
    const left = k.variable("i32", count);
    f.block((exit) =>
      f.loop((again) => {
        const done = k.ge(k.get("iteration"), k.get("total"));
        f.brIf(exit, f.op("i32.or", f.op("i32.le_s", left, 0), done));
        f.set(left, f.op("i32.sub", left, 1));
        f.set(rows, f.op("i32.add", rows, k.result(k.fn(iteration), rows)));
        f.br(again);
      }),
    );
    f.return(rows);
  });

/** (row) -> 1 if the iteration's draw was kept there, else 0. */
const iteration = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.iteration", ["i32"], ["i32"], (k, row) => {
    const { f, v } = k;
    f.if(k.on("searches"), () => f.call(k.fn(searchStepSize), []));
    const stepSize = k.variable("f64", k.get("stepSize"));
    f.if(k.on("jitter"), () => {
      const u = k.result(k.fn(uniform));
      const factor = k.add(k.num(1), k.mul(k.get("jitter"), k.sub(k.mul(k.num(2), u), k.num(1))));
      f.set(stepSize, k.mul(stepSize, factor));
    });
    const next =
      cx.form.kind === "nuts"
        ? k.result(k.fn(trajectory), stepSize, k.whole("maxDepth"))
        : k.result(k.fn(fixedTrajectory), stepSize);
    const point = k.variable("i32", next);
    f.if(f.op("i32.ne", point, k.at("q")), () => v.copyPoint(k.at("q"), point));
    k.set("logp", k.get("proposalLogp"));
    const leaves = k.variable("f64", k.get("leaves"));
    const acceptance = k.variable("f64", k.div(k.get("acceptances"), k.max(leaves, k.num(1))));
    k.increase("iteration", 1);
    const warm = k.variable("i32", k.le(k.get("iteration"), k.get("warmup")) as Local);
    f.if(
      warm,
      () => {
        k.increase("warmupGradients", leaves);
        k.increase("warmupDivergences", k.get("divergent"));
        learn(k, acceptance);
      },
      () => {
        k.increase("gradients", leaves);
        f.if(k.on("divergent"), () => keepDiverged(k));
      },
    );
    f.if(f.op("i32.eqz", isKept(k, warm)), () => f.return(0));
    const address = (width: number, base: number): Local =>
      k.variable("i32", f.op("i32.add", f.op("i32.mul", row, width), base));
    // The next row takes the place of what a vector is filled up with.
    v.copy(address(cx.places.bytes, cx.places.draws), k.at("q"));
    const values = [stepSize, acceptance, k.get("depth"), leaves, k.get("divergent"), k.get("proposalEnergy"), k.get("logp")]; // prettier-ignore
    const statistics = address(8 * STATISTICS.length, cx.places.statistics);
    values.forEach((x, i) => f.store("f64.store", statistics, x, 8 * i));
    f.return(1);
  });

/** Counts a divergence after warm-up; the points of the first ones are kept for the host. */
function keepDiverged(k: Code): void {
  const { f, v, cx } = k;
  const { stride, diverged, divergedAfter } = cx.places;
  const before = k.variable("i32", k.whole("divergences"));
  k.increase("divergences", 1);
  f.if(f.op("i32.lt_s", before, MOST_DIVERGED), () => {
    const row = k.variable(
      "i32",
      f.op("i32.add", f.op("i32.mul", f.op("i32.shl", before, 1), stride), diverged),
    );
    v.copy(row, k.at("divergedAt"));
    v.copy(k.variable("i32", f.op("i32.add", row, stride)), k.at("divergedFrom"));
    f.store("f64.store", f.op("i32.shl", before, 3), k.get("iteration"), divergedAfter);
  });
}

/** After warm-up, every draw whose number the thinning divides; before, those that the host estimates a metric from. */
function isKept(k: Code, warm: Local): Local {
  const { f } = k;
  const after = f.op("i32.sub", k.whole("iteration"), k.whole("warmup"));
  const even = f.op("i32.eqz", f.op("i32.rem_s", after, k.whole("thinning")));
  return learnsInside(k.cx) ? f.op("i32.and", f.op("i32.eqz", warm), even) : f.op("i32.or", warm, even);
}

/** Whether no estimate is the host's. */
const learnsInside = ({ form: { metric } }: SamplerContext): boolean =>
  metric.kind !== "dense" || metric.gradients !== undefined;

/** Warm-up (Stan Reference Manual, "Automatic parameter tuning"): the step size at each iteration, the metric on the way. */
function learn(k: Code, acceptance: Local): void {
  const { f, cx } = k;
  f.if(k.on("adaptStepSize"), () => learnStepSize(k, acceptance));
  const last = k.ge(k.get("iteration"), k.get("warmup"));
  f.if(k.and(k.on("adaptStepSize"), last), () => settleStepSize(k));
  if (!learnsInside(cx)) return;
  const correlated = cx.form.metric.kind !== "diagonal";
  const past = k.gt(k.get("iteration"), k.get("windowStart"));
  const counts = k.and(past, k.le(k.get("iteration"), k.get("windowStop")));
  f.if(k.and(k.on("adaptMass"), counts), () => {
    f.if(
      k.on("fromGradients"),
      () => {
        f.call(k.fn(learnFromGradients), []);
        if (correlated) learnWhole(k);
      },
      () => {
        f.call(k.fn(learnVariance), []);
        f.if(k.result(k.fn(endsWindow)), () => {
          f.call(k.fn(closeWindow), []);
          k.set("searches", k.get("adaptStepSize"));
        });
      },
    );
  });
}

/** The first iterations are on the way to the posterior: what they show of it is not correlation. */
const LEADING = 15;

function learnWhole(k: Code): void {
  const { f, cx } = k;
  const [take, close] =
    cx.form.metric.kind === "lowRank" ? [keepDraw, closeDirections] : [learnCovariances, closeCovariances];
  f.if(k.gt(k.get("iteration"), k.num(LEADING)), () => f.call(k.fn(take), []));
  // Windows double; the last one is longer, where another would not fit.
  const length = k.variable("f64", k.get("windowLength"));
  const fits = k.le(k.add(k.get("iteration"), k.add(length, length)), k.get("windowStop"));
  const full = k.and(k.ge(k.get("windowDraws"), length), fits);
  f.if(f.op("i32.or", full, k.ge(k.get("iteration"), k.get("windowStop"))), () => {
    f.if(k.result(k.fn(close)), () => k.set("searches", k.get("adaptStepSize")));
    k.set("windowLength", k.add(length, length));
  });
}
