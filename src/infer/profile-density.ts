// A model and its arguments in; where an eager gradient of its log density spends its time, what a compiled one takes, out.
import { profileCandidates, type Profile } from "../tensor/index.js";
import { checkOptions } from "./known-options.js";
import { LogDensity } from "./log-density.js";
import type { Model } from "./model.js";

/** Options of `infer.profileDensity`. */
export interface ProfileDensityOptions {
  readonly dtype?: "f64" | "f32";
  /** The unconstrained point at which everything is measured; a fixed one near the origin unless told. */
  readonly at?: ArrayLike<number>;
}

/**
 * `profile` for the call that samplers make: the log density with its gradient, operation by operation and compiled.
 *
 * @example console.log(String(infer.profileDensity(model, [data])))
 */
export function profileDensity(
  model: Model,
  args: readonly unknown[] = [],
  options: ProfileDensityOptions = {},
): Profile {
  const name = `infer.profileDensity(${model.name || "model"})`;
  checkOptions(name, options, ["dtype", "at"]);
  const { dtype = "f64", at } = options;
  const eager = new LogDensity(model, args, { jit: false });
  const q = at ?? Float64Array.from({ length: eager.dim }, (_, i) => 0.1 * ((i % 7) - 3));
  const out = new Float64Array(eager.dim);
  return profileCandidates({
    name,
    eager: () => eager.logDensityGradient(q, out),
    compile() {
      const density = new LogDensity(model, args, { dtype, profile: true });
      return { run: () => density.logDensityGradient(q, out), lowered: density.lowered };
    },
  });
}
