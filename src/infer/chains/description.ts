// What a run is, as plain data: plan, kernel, keys; all that does not change while its chains run.
import type { KeyWords } from "../hmc/philox.js";
import type { ChainPlan } from "./chain.js";
import type { KernelSpec } from "./kernel-spec.js";

/** What a sampler run is reported with. */
export interface SamplerSettings {
  readonly kernel: string;
  readonly warmup: number;
  readonly thinning: number;
  readonly maxTreeDepth: number | undefined;
  readonly targetAccept: number;
}

/** Where chains start. Only the first can be done without the model; otherwise the points themselves are kept, one per chain. */
export type Starts = { readonly radius: number } | { readonly points: readonly (readonly number[])[] };

/** All that does not change while chains run. */
export interface RunDescription {
  readonly plan: ChainPlan;
  readonly spec: KernelSpec;
  readonly settings: SamplerSettings;
  readonly starts: Starts;
  readonly compileSeconds: number;
  /** One per chain. */
  readonly keys: readonly KeyWords[];
}
