// What a kernel is once its options are resolved, as plain data; the sampler that it asks for out.
import type { MetricPlan, SamplerPlan } from "../../trace/sampler.js";
import type { ModelSites } from "../density/sites.js";

/** A metric of standard deviations, corrected along at most `rank` directions. */
export interface LowRank {
  /** Most directions. Default 32. */
  readonly rank: number;
  /** A direction counts where its variance, in units of the scales, is above this or below one over it. Default 2. */
  readonly cutoff: number;
}

/** Holds no model and no function, so that it can be sent to a worker and kept in a file. */
export interface KernelSpec {
  readonly stepSize: number;
  readonly adaptStepSize: boolean;
  readonly adaptMass: boolean;
  readonly targetAccept: number;
  readonly adaptation: "draws" | "gradients";
  readonly stepSizeJitter: number;
  /** Groups of sites whose covariances are estimated whole; true: one group of all; "auto": that, where it helps; or a low rank. */
  readonly denseMass: boolean | "auto" | LowRank | readonly (readonly string[])[];
  readonly trajectory:
    | { readonly kind: "NUTS"; readonly maxTreeDepth: number }
    /** The number of steps is 0 where the time counts. */
    | {
        readonly kind: "HMC";
        readonly trajectoryLength: number;
        readonly numSteps: number;
        readonly trajectoryJitter: number;
      };
}

type Sites = Pick<ModelSites, "dim" | "latent">;

/** Coordinates up to which "auto" looks at correlations: products with a factor cost their square at every leapfrog. */
const MOST_COORDINATES = 32;
/** "auto" takes correlations into account where they hide three quarters of a variance: standard deviations differ by two. */
const HIDDEN = 1.5;

export function samplerPlan({ trajectory, denseMass, adaptation }: KernelSpec, sites: Sites): SamplerPlan {
  const isNUTS = trajectory.kind === "NUTS";
  return {
    dim: sites.dim,
    kind: isNUTS ? "nuts" : "hmc",
    maxTreeDepth: isNUTS ? trajectory.maxTreeDepth : 0,
    metric: metricPlan(denseMass, adaptation, sites),
  };
}

const coordinates = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

function metricPlan(
  denseMass: KernelSpec["denseMass"],
  adaptation: KernelSpec["adaptation"],
  { dim, latent }: Sites,
): MetricPlan {
  if (denseMass === false) return { kind: "diagonal" };
  const fromGradients = adaptation === "gradients";
  if (typeof denseMass === "object" && "rank" in denseMass) {
    // One coordinate has no directions but its own.
    if (dim < 2) return { kind: "diagonal" };
    return { kind: "lowRank", rank: Math.min(denseMass.rank, dim), cutoff: denseMass.cutoff };
  }
  if (denseMass === "auto") {
    if (!fromGradients || dim < 2 || dim > MOST_COORDINATES) return { kind: "diagonal" };
    return { kind: "dense", blocks: [coordinates(0, dim)], gradients: { above: HIDDEN } };
  }
  const inside = fromGradients ? { gradients: { above: 0 } } : {};
  if (denseMass === true) return { kind: "dense", blocks: [coordinates(0, dim)], ...inside };
  const seen = new Set<string>();
  const blocks = denseMass.map((names) =>
    names.flatMap((name) => {
      const site = latent.find((s) => s.name === name);
      if (!site)
        throw new Error(
          `denseMass names the site "${name}", which the model does not sample; its sites are ${latent.map((s) => `"${s.name}"`).join(", ")}.`,
        );
      if (seen.has(name))
        throw new Error(`denseMass names the site "${name}" twice; a site is in one group.`);
      seen.add(name);
      return coordinates(site.offset, site.size);
    }),
  );
  return { kind: "dense", blocks, ...inside };
}
