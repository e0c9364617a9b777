// A distribution and who was censored -> the law of what was recorded: densities for those seen, tail probabilities for the rest.
import { membership, type Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { Distribution } from "./distribution.js";
import { OfBase } from "./of-base.js";
import { logCdf, logSurvival } from "./tails.js";

/** Draws and moments are those of the uncensored base. */
export class Censored extends OfBase {
  constructor(
    name: string,
    readonly base: Distribution,
    readonly censored: Tensor,
    /** log of the probability of what is known of a censored one. */
    private readonly tail: (base: Distribution, x: Tensor) => Tensor,
    batchShape: Shape,
  ) {
    super(name, batchShape, []);
  }

  override entropy(): Tensor {
    return this.missing("entropy");
  }

  protected override logDensity(x: Tensor): Tensor {
    return np.where(this.censored, this.tail(this.base, x), this.base.logProbWithin(x));
  }

  protected withBatch(shape: Shape): Distribution {
    return new Censored(this.name, this.base.expand(shape), this.censored, this.tail, shape);
  }
}

function censor(
  name: string,
  base: Distribution,
  censored: TensorLike,
  tail: (base: Distribution, x: Tensor) => Tensor,
): Distribution {
  if (!(base instanceof Distribution))
    throw new TypeError(`${name}: the first argument must be a distribution, got ${typeof base}.`);
  const flags = np.array(censored, { dtype: "bool" });
  const batch = broadcastShapes(name, base.batchShape, flags.shape);
  return new Censored(name, base.expand(batch), flags, tail, batch);
}

/** LeftCensoredDistribution(base, censored): where censored, the value recorded is an upper bound. */
export const LeftCensoredDistribution = (base: Distribution, censored: TensorLike): Distribution =>
  censor("LeftCensoredDistribution", base, censored, logCdf);

/** RightCensoredDistribution(base, censored): where censored, the value recorded is a lower bound, as for those who survived a study. */
export const RightCensoredDistribution = (base: Distribution, censored: TensorLike): Distribution =>
  censor("RightCensoredDistribution", base, censored, logSurvival);

const pair: Constraint = {
  name: "a pair [lower, upper]",
  eventDim: 1,
  isDiscrete: false,
  check: membership((x) => {
    const lead = x.shape.slice(0, -1).map(() => null);
    const end = (i: number): Tensor => x.slice(...lead, [i, i + 1]).reshape(x.shape.slice(0, -1));
    return end(0).le(end(1));
  }),
};

export class IntervalCensored extends Distribution {
  readonly hasRsample = false;
  readonly support = pair;

  constructor(
    readonly base: Distribution,
    readonly left: Tensor,
    readonly right: Tensor,
    batchShape: Shape,
  ) {
    super("IntervalCensoredDistribution", batchShape, [2]);
  }

  protected draw(): Tensor {
    throw new Error(
      "IntervalCensoredDistribution cannot be sampled: how the intervals arise is not part of it. Draw from its base.",
    );
  }

  protected logDensity(x: Tensor): Tensor {
    const batch = x.shape.slice(0, -1);
    const lead = batch.map(() => null);
    const end = (i: number): Tensor => x.slice(...lead, [i, i + 1]).reshape(batch);
    const [lower, upper] = [end(0), end(1)];
    const { base, left, right } = this;
    const point = lower.eq(upper);
    // The end that a side of censoring does not use may be anything, infinite too.
    const low = np.where(left, upper, lower);
    const high = np.where(right, lower, upper);
    const inside = base.cdf(upper).sub(base.cdf(lower));
    const mass = np.where(np.logicalAnd(left, right), np.subtract(1, inside), inside);
    const interval = np.log(np.where(np.logicalOr(point, mass.le(0)), 1e-300, mass));
    const one = np.where(left, logCdf(base, high), logSurvival(base, low));
    const censored = np.where(np.logicalXor(left, right), one, interval);
    return np.where(point, base.logProbWithin(np.where(point, lower, low)), censored);
  }

  protected withBatch(shape: Shape): Distribution {
    return new IntervalCensored(this.base.expand(shape), this.left, this.right, shape);
  }
}

// Neither flag: the event lies between; left: before upper; right: after lower; equal ends: exactly there.
/** IntervalCensoredDistribution(base, leftCensored, rightCensored): values are pairs [lower, upper] of what is known. */
export function IntervalCensoredDistribution(
  base: Distribution,
  leftCensored: TensorLike,
  rightCensored: TensorLike,
): Distribution {
  const [left, right] = [leftCensored, rightCensored].map((x) => np.array(x, { dtype: "bool" })) as [
    Tensor,
    Tensor,
  ];
  const batch = broadcastShapes("IntervalCensoredDistribution", base.batchShape, left.shape, right.shape);
  return new IntervalCensored(base.expand(batch), left, right, batch);
}
