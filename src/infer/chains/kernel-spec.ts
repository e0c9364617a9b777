// What a kernel is once its options are resolved, as plain data; with a density, a start and a stream: a chain.
import { Adaptation } from "../hmc/adaptation.js";
import type { Density, PhasePoint } from "../hmc/density.js";
import { Leapfrog } from "../hmc/leapfrog.js";
import { DenseMetric, DiagonalMetric, type Metric } from "../hmc/metric.js";
import { NoUTurn } from "../hmc/no-u-turn.js";
import type { RandomStream } from "../hmc/philox.js";
import { StaticHMC } from "../hmc/static-hmc.js";
import type { Transition } from "../hmc/transition.js";
import type { ChainPlan } from "./chain.js";
import { StepsChain } from "./steps-chain.js";

/** Holds no model and no function, so that it can be sent to a worker and kept in a file. */
export interface KernelSpec {
  readonly stepSize: number;
  readonly adaptStepSize: boolean;
  readonly adaptMass: boolean;
  readonly targetAccept: number;
  readonly denseMass: boolean;
  readonly trajectory:
    | { readonly kind: "NUTS"; readonly maxTreeDepth: number }
    | { readonly kind: "HMC"; readonly trajectoryLength: number; readonly numSteps: number | null };
}

export function stepsChain(
  spec: KernelSpec,
  density: Density,
  plan: ChainPlan,
  start: Pick<PhasePoint, "q" | "g" | "logp">,
  rng: RandomStream,
): StepsChain {
  const metric = spec.denseMass ? new DenseMetric(density.dim) : new DiagonalMetric(density.dim);
  const adaptation = new Adaptation(new Leapfrog(density, metric), density.dim, plan.warmup, spec);
  return new StepsChain(transitionOf(spec, density, metric), adaptation, start, plan, rng);
}

/** The transition reads the metric anew at every iteration. */
function transitionOf({ trajectory }: KernelSpec, density: Density, metric: Metric): Transition {
  return trajectory.kind === "NUTS"
    ? new NoUTurn(density, metric, trajectory.maxTreeDepth)
    : new StaticHMC(density, metric, trajectory);
}
