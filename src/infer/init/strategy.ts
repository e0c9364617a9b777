// A model and a random stream in, an unconstrained starting point for one chain out.
import type { RandomStream } from "../hmc/philox.js";
import type { Tensor } from "../../tensor/index.js";
import type { TensorLike } from "../../tensor/index.js";

/** What a strategy may use. */
export interface InitContext {
  readonly dim: number;
  readonly rng: RandomStream;
  /** 0 at first; grows when the density was not finite at the points proposed so far. */
  readonly attempt: number;
  /** Draws of the latent sites from the prior, one per call, constrained; sites without a proper prior are absent. */
  prior(): Readonly<Record<string, Tensor>>;
  /** The means of the latent sites' priors, each given the means before it; sites without a finite one in their support are absent. */
  priorMeans(): Readonly<Record<string, Tensor>>;
  /** Writes the unconstrained coordinates of the given sites into q and leaves the others. */
  place(values: Readonly<Record<string, TensorLike>>, q: Float64Array): void;
  /** The log density at q, its gradient in g; guides have none. */
  logDensityGradient?(q: Float64Array, g: Float64Array): number;
}

/** Fills q. */
export interface InitStrategy {
  (context: InitContext, q: Float64Array): void;
  /** Where all that it does is to draw uniformly on (-radius, radius): exported files can do that without a model. */
  readonly radius?: number;
}

/** Uniform on (-radius, radius), unconstrained: Stan's choice. */
export function initToUniform({ radius = 2 }: { readonly radius?: number } = {}): InitStrategy {
  if (!(radius >= 0 && Number.isFinite(radius)))
    throw new RangeError(`initToUniform: radius must be 0 or more, got ${radius}.`);
  const strategy = ({ rng }: InitContext, q: Float64Array): void => {
    for (let i = 0; i < q.length; i++) q[i] = radius * (2 * rng.uniform() - 1);
  };
  return Object.assign(strategy, { radius });
}

const uniform = initToUniform();

/** Element by element, the median of draws from the prior. Later attempts are uniform. */
export function initToMedian({ numSamples = 15 }: { readonly numSamples?: number } = {}): InitStrategy {
  if (!Number.isInteger(numSamples) || numSamples < 1)
    throw new RangeError(`initToMedian: numSamples must be a whole number, 1 or more; got ${numSamples}.`);
  return (context, q) => {
    uniform(context, q);
    if (context.attempt > 0) return;
    // The median is taken in unconstrained coordinates, where it is a point of the support again.
    const rows = Array.from({ length: numSamples }, () => {
      const row = q.slice();
      context.place(context.prior(), row);
      return row;
    });
    for (let i = 0; i < q.length; i++) {
      const column = rows.map((row) => row[i]).sort((a, b) => a - b);
      const middle = (column.length - 1) / 2;
      q[i] = (column[Math.floor(middle)] + column[Math.ceil(middle)]) / 2;
    }
  };
}

/**
 * The mean of each site's prior, given the means of the sites before it; where there is none in the support, the median. Later attempts
 * are uniform.
 *
 * @example new NUTS(model, { initStrategy: infer.initToMean() })
 */
export function initToMean(): InitStrategy {
  const median = initToMedian();
  return (context, q) => {
    median(context, q);
    if (context.attempt > 0) return;
    const others = q.slice();
    context.place(context.priorMeans(), q);
    // A mean on the border of the support has no coordinates.
    for (let i = 0; i < q.length; i++) if (!Number.isFinite(q[i])) q[i] = others[i];
  };
}

/**
 * A point of each site's support that asks nothing of its prior: all unconstrained coordinates are 0. Later attempts are uniform.
 *
 * @example new NUTS(model, { initStrategy: infer.initToFeasible() })
 */
export function initToFeasible(): InitStrategy {
  return (context, q) => {
    if (context.attempt > 0) uniform(context, q);
    else q.fill(0);
  };
}

/** One draw from the prior; sites without a proper prior start uniform. */
export function initToSample(): InitStrategy {
  return (context, q) => {
    uniform(context, q);
    context.place(context.prior(), q);
  };
}

/** The given constrained values; sites that are not named start as `others` says (uniform by default). */
export function initToValue(
  { values }: { readonly values: Readonly<Record<string, TensorLike>> },
  others: InitStrategy = uniform,
): InitStrategy {
  if (typeof values !== "object" || values === null)
    throw new TypeError(
      "initToValue: the values stand under the name values, as in infer.initToValue({ values: { mu: 0 } }).",
    );
  return (context, q) => {
    others(context, q);
    context.place(values, q);
  };
}

const NAMED: ReadonlyMap<string, () => InitStrategy> = new Map([
  ["uniform", () => uniform],
  ["median", () => initToMedian()],
  ["sample", () => initToSample()],
]);

/** The strategy of a name, or the strategy itself. */
export function resolveInit(where: string, init: InitStrategy | string): InitStrategy {
  if (typeof init === "function") return init;
  const make = NAMED.get(init);
  if (make) return make();
  throw new TypeError(
    `${where}: unknown initStrategy "${init}"; use ${[...NAMED.keys()].map((n) => `"${n}"`).join(", ")}, ` +
      "or infer.initToUniform({ radius }), infer.initToMedian(), infer.initToSample(), infer.initToValue({ values }).",
  );
}
