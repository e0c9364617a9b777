// A model and its posterior in; how far its log density and gradient are from the gold answers, and what a call costs, out.
// Without gold answers (simulated data) the gradient is compared with finite differences of the log density.
import { infer } from "sinter";
import { distance } from "../bench/peers/agreement.js";
import type { Answers, Distance } from "../bench/peers/agreement.js";
import type { Posterior } from "../bench/peers/posteriors.js";
import { finiteDifferences } from "./finite-differences.js";
import type { Posterior as Built } from "./models.js";

export interface GradientCheck extends Distance {
  dim: number;
  /** Microseconds for one log density with its gradient; NaN when not asked for. */
  us: number;
}

type LogDensity = ReturnType<typeof infer.logDensity>;

/** What finite differences are good for; a wrong derivative rule is off by far more. */
const DIFFERENCES = { gradient: 1e-5, lp: 0 };

function answersOf(density: LogDensity, points: readonly (readonly number[])[]): Answers {
  const out = new Float64Array(density.dim);
  const lp: number[] = [];
  const gradient = points.map((q) => {
    lp.push(density.logDensityGradient(q, out));
    return Array.from(out);
  });
  return { lp, gradient };
}

/** The best of several batches within about `seconds`. */
function microseconds(density: LogDensity, point: readonly number[], seconds: number): number {
  const q = Float64Array.from(point);
  const out = new Float64Array(density.dim);
  let best = Infinity;
  let calls = 8;
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) density.logDensityGradient(q, out);
    const ms = performance.now() - start;
    best = Math.min(best, (1000 * ms) / calls);
    if (ms < 2) calls *= 2;
  }
  return best;
}

export function checkGradient(
  built: Built,
  posterior: Pick<Posterior, "name" | "points" | "gold" | "tolerance">,
  secondsOfTiming = 0,
): GradientCheck {
  const { points, gold, tolerance } = posterior;
  const density = infer.logDensity(built.model, built.args);
  try {
    const { dim } = density;
    if (dim !== points[0].length)
      throw new Error(
        `${posterior.name}: the model has ${dim} coordinates (${density.names.join(", ")}), not ${points[0].length}.`,
      );
    const answers = answersOf(density, points);
    const reference = gold ?? {
      lp: answers.lp,
      gradient: points.map((q) => finiteDifferences((x) => density.logDensity(x), q)),
    };
    const us = secondsOfTiming > 0 ? microseconds(density, points[0], secondsOfTiming) : NaN;
    // An adaptive solver's steps change with the point, and differences see that: as coarse as against gold.
    const differences = { ...DIFFERENCES, gradient: Math.max(DIFFERENCES.gradient, tolerance.gradient) };
    return { ...distance(answers, reference, gold ? tolerance : differences), dim, us };
  } finally {
    density.dispose();
  }
}
