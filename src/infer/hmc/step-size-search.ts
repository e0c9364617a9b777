// A point in, a step size of the right order out: doubled or halved until one step's acceptance crosses 0.8
// (Hoffman and Gelman 2014, algorithm 4, with Stan's threshold).
import { copyPoint, phasePoint, type PhasePoint } from "./density.js";
import type { Leapfrog } from "./leapfrog.js";
import type { RandomStream } from "./philox.js";
import { numbers } from "../../tensor/index.js";

const LOG_THRESHOLD = numbers.log(0.8);
const SMALLEST = 1e-12;
const LARGEST = 1e7;

/** Leaves the point as it was. Where no step in [1e-12, 1e7] crosses the threshold the bound is returned. */
export function searchStepSize(
  leapfrog: Leapfrog,
  from: PhasePoint,
  first: number,
  rng: RandomStream,
): number {
  const z = phasePoint(from.q.length);
  const gain = (epsilon: number): number => {
    copyPoint(from, z);
    leapfrog.metric.momentum(rng, z.p);
    const before = leapfrog.energy(z);
    leapfrog.step(z, epsilon);
    const delta = before - leapfrog.energy(z);
    return Number.isNaN(delta) ? -Infinity : delta;
  };
  let epsilon = Math.min(LARGEST, Math.max(SMALLEST, first));
  const grows = gain(epsilon) > LOG_THRESHOLD;
  while (epsilon > SMALLEST && epsilon < LARGEST) {
    epsilon *= grows ? 2 : 0.5;
    if (gain(epsilon) > LOG_THRESHOLD !== grows) break;
  }
  return Math.min(LARGEST, Math.max(SMALLEST, epsilon));
}
