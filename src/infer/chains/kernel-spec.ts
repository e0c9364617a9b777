// What a kernel is once its options are resolved, as plain data; the sampler that it asks for out.
import type { SamplerPlan } from "../../trace/sampler.js";

/** Holds no model and no function, so that it can be sent to a worker and kept in a file. */
export interface KernelSpec {
  readonly stepSize: number;
  readonly adaptStepSize: boolean;
  readonly adaptMass: boolean;
  readonly targetAccept: number;
  readonly adaptation: "draws" | "gradients";
  readonly stepSizeJitter: number;
  readonly denseMass: boolean;
  readonly trajectory:
    | { readonly kind: "NUTS"; readonly maxTreeDepth: number }
    /** The number of steps is 0 where the time counts. */
    | { readonly kind: "HMC"; readonly trajectoryLength: number; readonly numSteps: number };
}

export function samplerPlan({ trajectory, denseMass }: KernelSpec, dim: number): SamplerPlan {
  const isNUTS = trajectory.kind === "NUTS";
  return {
    dim,
    kind: isNUTS ? "nuts" : "hmc",
    maxTreeDepth: isNUTS ? trajectory.maxTreeDepth : 0,
    metric: denseMass
      ? { kind: "dense", blocks: [Array.from({ length: dim }, (_, i) => i)] }
      : { kind: "diagonal" },
  };
}
