// A distribution of numbers with a cdf -> the same, restricted to an interval and renormalised; either end may be open.
import { constraints, type Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, random, Tensor, type Shape, type TensorLike } from "../tensor/index.js";
import { Cauchy } from "./cauchy.js";
import { Distribution, type Key } from "./distribution.js";
import { Gamma } from "./gamma.js";
import { requireIncreasing } from "./parameter-order.js";
import { stretch } from "./shapes.js";
import { minus } from "./standardise.js";
import { centreOf, logCdf, logSurvival } from "./tails.js";
import { TruncatedNormal } from "./truncated-normal.js";

type Bound = Tensor | null;

export class Truncated extends Distribution {
  constructor(
    readonly base: Distribution,
    readonly low: Bound,
    readonly high: Bound,
    batchShape: Shape,
  ) {
    super(`Truncated${base.name}`, batchShape, []);
  }

  get support(): Constraint {
    const { low, high } = this;
    // A base of positive numbers closes the side that was left open.
    const floor = low ?? (/positive|nonnegative/i.test(this.base.support.name) ? np.array(0) : null);
    if (floor && high) return constraints.interval(floor, high);
    return high ? constraints.lessThanEqual(high) : constraints.greaterThanEqual(floor!);
  }

  get hasRsample(): boolean {
    return this.base.hasRsample;
  }

  /** Where the lower end lies above the centre of a symmetric family: there the mirrored tail keeps its digits. */
  private mirrored(): { readonly test: Tensor; readonly centre: Tensor } | null {
    const centre = centreOf(this.base);
    return centre && this.low ? { test: this.low.gt(centre), centre } : null;
  }

  /** Probabilities below the lower end and below the upper one, of the mirrored law where that is the better one. */
  private ends(): { readonly below: Tensor; readonly above: Tensor } {
    const { base, low, high } = this;
    const flip = this.mirrored();
    if (!flip)
      return { below: low ? base.cdf(low) : np.array(0), above: high ? base.cdf(high) : np.array(1) };
    const mirror = (x: Tensor): Tensor => flip.centre.mul(2).sub(x);
    const from = high ? np.where(flip.test, mirror(high), low!) : low!;
    const below = high ? base.cdf(from) : np.where(flip.test, 0, base.cdf(from));
    const to = np.where(flip.test, mirror(low!), high ?? low!);
    return { below, above: high ? base.cdf(to) : np.where(flip.test, base.cdf(to), 1) };
  }

  private logMass(): Tensor {
    const { base, low, high } = this;
    if (low && !high) return logSurvival(base, low);
    if (high && !low) return logCdf(base, high);
    const { below, above } = this.ends();
    return np.log(above.sub(below));
  }

  protected logDensity(x: Tensor): Tensor {
    return this.base.logProbWithin(x).sub(this.logMass());
  }

  protected draw(key: Key, shape: Shape): Tensor {
    return this.quantile(random.uniform(key, shape));
  }

  private quantile(q: Tensor): Tensor {
    const { below, above } = this.ends();
    const flip = this.mirrored();
    const share = flip ? np.where(flip.test, minus(1, q), q) : q;
    const raw = this.base.icdf(below.add(share.mul(above.sub(below))));
    const x = flip ? np.where(flip.test, flip.centre.mul(2).sub(raw), raw) : raw;
    return np.clip(x, this.low, this.high);
  }

  override icdf(q: TensorLike): Tensor {
    return this.quantile(this.valueOf(q));
  }

  override cdf(x: TensorLike): Tensor {
    const value = np.clip(this.valueOf(x), this.low, this.high);
    const { below, above } = this.ends();
    const flip = this.mirrored();
    const straight = this.base.cdf(value).sub(below).div(above.sub(below));
    if (!flip) return straight;
    const other = above.sub(this.base.cdf(flip.centre.mul(2).sub(value))).div(above.sub(below));
    return np.where(flip.test, other, straight);
  }

  protected withBatch(shape: Shape): Distribution {
    return new Truncated(this.base, this.low, this.high, shape);
  }
}

function truncate(
  name: string,
  base: Distribution,
  low: TensorLike | null,
  high: TensorLike | null,
): Distribution {
  if (!(base instanceof Distribution))
    throw new TypeError(`${name}: the first argument must be a distribution, got ${typeof base}.`);
  if (base.eventDim > 0 || base.isDiscrete)
    throw new Error(
      `${name}: ${base.name} is not a distribution of single real numbers, which is what can be truncated.`,
    );
  if (low === null && high === null) return base;
  const [a, b] = [low, high].map((x) => (x === null ? null : x instanceof Tensor ? x : np.array(x))) as [
    Bound,
    Bound,
  ];
  if (a && b) requireIncreasing(name, a, b);
  const batch = broadcastShapes(name, base.batchShape, ...[a, b].flatMap((x) => (x ? [x.shape] : [])));
  if (base.name === "Normal") {
    const { loc, scale } = (base as unknown as { params: { loc: Tensor; scale: Tensor } }).params;
    return TruncatedNormal({ loc, scale, low: a ?? -Infinity, high: b ?? Infinity }).expand(batch);
  }
  const wide = base.expand(batch);
  return new Truncated(wide, a && stretch(a, batch), b && stretch(b, batch), batch);
}

/** Bounds given by name or in order. */
export interface TruncationBounds {
  readonly low?: TensorLike | null;
  readonly high?: TensorLike | null;
}
const isBounds = (x: unknown): x is TruncationBounds =>
  typeof x === "object" &&
  x !== null &&
  !(x instanceof Tensor) &&
  !Array.isArray(x) &&
  !ArrayBuffer.isView(x);

/** TruncatedDistribution(base, low, high), or with { low, high }: the base restricted to [low, high]; null leaves an end open. */
export function TruncatedDistribution(
  base: Distribution,
  low: TensorLike | TruncationBounds | null = null,
  high: TensorLike | null = null,
): Distribution {
  if (isBounds(low)) return truncate("TruncatedDistribution", base, low.low ?? null, low.high ?? null);
  return truncate("TruncatedDistribution", base, low, high);
}

/** LeftTruncatedDistribution(base, low): the base above low. */
export const LeftTruncatedDistribution = (base: Distribution, low: TensorLike = 0): Distribution =>
  truncate("LeftTruncatedDistribution", base, low, null);

/** RightTruncatedDistribution(base, high): the base below high. */
export const RightTruncatedDistribution = (base: Distribution, high: TensorLike = 0): Distribution =>
  truncate("RightTruncatedDistribution", base, null, high);

/** TwoSidedTruncatedDistribution(base, low, high): the base between low and high. */
export const TwoSidedTruncatedDistribution = (
  base: Distribution,
  low: TensorLike = 0,
  high: TensorLike = 1,
): Distribution => truncate("TwoSidedTruncatedDistribution", base, low, high);

/** TruncatedCauchy({ loc, scale, low, high }): a Cauchy restricted to [low, high]; either end may be left out. */
export const TruncatedCauchy = ({
  loc = 0,
  scale = 1,
  low = null,
  high = null,
}: TruncationBounds & { readonly loc?: TensorLike; readonly scale?: TensorLike } = {}): Distribution =>
  truncate("TruncatedCauchy", Cauchy(loc, scale), low, high);

/** TruncatedGamma({ concentration, rate, low, high }): a Gamma restricted to [low, high]; either end may be left out. */
export const TruncatedGamma = ({
  concentration = 1,
  rate = 1,
  low = null,
  high = null,
}: TruncationBounds & {
  readonly concentration?: TensorLike;
  readonly rate?: TensorLike;
} = {}): Distribution => truncate("TruncatedGamma", Gamma(concentration, rate), low, high);
