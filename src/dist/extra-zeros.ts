// A distribution and a gate -> the same with more zeros: mixed in (zero-inflated), or decided by the gate alone (hurdle).
import type { Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, random, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";
import { firstViolation, isCheckable } from "./validation.js";
import { constraints } from "../bijectors/index.js";
import { Gamma } from "./gamma.js";
import { LogNormal } from "./log-normal.js";
import { NegativeBinomial2 } from "./negative-binomial2.js";
import { failureOf, logFailure, logProbs, probsOf, type Odds } from "./odds.js";
import { Poisson } from "./poisson.js";
import { withNames } from "./with-names.js";

const { log1mexp, logaddexp } = np.special;

/** The gate: its probability or its log odds. */
export interface Gate {
  readonly gate?: TensorLike;
  readonly gateLogits?: TensorLike;
}

/** -p log p of a log probability. */
const weighed = (log: Tensor): Tensor => np.where(log.gt(-Infinity), np.exp(log).mul(log).neg(), 0);

/** The entropy terms of the counts above 0, of a law with the given log mass at 0 and entropy, times a share. */
const without = (first: Tensor, entropy: Tensor, share: Tensor, logShare: Tensor): Tensor =>
  np.where(share.gt(0), share.mul(entropy.sub(weighed(first)).add(np.expm1(first).mul(logShare))), 0);

export class ZeroInflated extends Distribution {
  readonly hasRsample = false;
  override readonly hasEnumerateSupport: boolean;

  constructor(
    readonly base: Distribution,
    readonly gate: Odds,
    batchShape: Shape,
  ) {
    super(`ZeroInflated(${base.name})`, batchShape, []);
    this.hasEnumerateSupport = base.hasEnumerateSupport;
  }

  get support(): Constraint {
    return this.base.support;
  }

  override get mean(): Tensor {
    return failureOf(this.gate).mul(this.base.mean);
  }

  override get variance(): Tensor {
    const mean = this.base.mean;
    const open = failureOf(this.gate);
    return open.mul(this.base.variance.add(probsOf(this.gate).mul(mean.mul(mean))));
  }

  override cdf(x: TensorLike): Tensor {
    const value = this.valueOf(x);
    const counted = failureOf(this.gate).mul(this.base.cdf(value));
    return np.where(value.lt(0), counted, counted.add(probsOf(this.gate)));
  }

  override entropy(): Tensor {
    const first = this.base.logProbWithin(0);
    const open = failureOf(this.gate);
    return without(first, this.base.entropy(), open, logFailure(this.gate)).add(
      weighed(this.logDensity(np.array(0))),
    );
  }

  override enumerateSupport(options: { expand?: boolean } = {}): Tensor {
    return this.base.enumerateSupport(options);
  }

  protected draw(key: Key, shape: Shape): Tensor {
    const keys = random.split(key, 2);
    const closed = random.uniform(keys.at(0), shape).lt(probsOf(this.gate));
    return np.where(closed, 0, this.base.expand(shape).sample(keys.at(1)));
  }

  protected logDensity(x: Tensor): Tensor {
    const counted = logFailure(this.gate).add(this.base.logProbWithin(x));
    return np.where(x.eq(0), logaddexp(logProbs(this.gate), counted), counted);
  }

  protected withBatch(shape: Shape): Distribution {
    return new ZeroInflated(this.base.expand(shape), this.gate, shape);
  }
}

export class Hurdle extends Distribution {
  readonly hasRsample = false;

  constructor(
    readonly base: Distribution,
    readonly gate: Odds,
    batchShape: Shape,
  ) {
    super(`Hurdle(${base.name})`, batchShape, []);
  }

  get support(): Constraint {
    return this.base.isDiscrete ? this.base.support : constraints.nonnegative;
  }

  /** log P(base > 0): of a continuous base, none of it is lost. */
  private logPositive(): Tensor | null {
    return this.base.isDiscrete ? log1mexp(this.base.logProbWithin(0)) : null;
  }

  private share(): Tensor {
    const log = this.logPositive();
    return log ? failureOf(this.gate).div(np.exp(log)) : failureOf(this.gate);
  }

  override get mean(): Tensor {
    return this.share().mul(this.base.mean);
  }

  override get variance(): Tensor {
    const mean = this.base.mean;
    const second = this.share().mul(this.base.variance.add(mean.mul(mean)));
    return second.sub(np.square(this.mean));
  }

  override cdf(x: TensorLike): Tensor {
    const value = this.valueOf(x);
    const base = this.base.cdf(value);
    const { base: law } = this;
    const above = law.isDiscrete ? base.sub(np.exp(law.logProbWithin(0))) : base;
    const p = probsOf(this.gate).add(this.share().mul(np.maximum(above, 0)));
    return np.where(value.lt(0), 0, np.where(value.eq(value), p, NaN));
  }

  override entropy(): Tensor {
    // A mass at 0 and a density beside it have none.
    if (!this.base.isDiscrete) return this.missing("entropy");
    const log = logFailure(this.gate).sub(this.logPositive()!);
    return without(this.base.logProbWithin(0), this.base.entropy(), np.exp(log), log).add(
      weighed(logProbs(this.gate)),
    );
  }

  /** A zero of a discrete base is drawn again: the quantile of a uniform above its mass, found by counting upwards. */
  protected draw(key: Key, shape: Shape): Tensor {
    const keys = random.split(key, 2);
    const closed = random.uniform(keys.at(0), shape).lt(probsOf(this.gate));
    const base = this.base.expand(shape);
    if (!base.isDiscrete) return np.where(closed, 0, base.sample(keys.at(1)));
    const [, drawn] = np.whileLoop(
      ([, x]) => np.any(x.eq(0)),
      ([i, x]): [Tensor, Tensor] => [
        i.add(1),
        np.where(x.eq(0), base.sample(random.foldIn(keys.at(1), i)), x),
      ],
      [np.array(0, { dtype: "i32" }), np.zeros(shape)] as [Tensor, Tensor],
    );
    return np.where(closed, 0, drawn);
  }

  protected logDensity(x: Tensor): Tensor {
    const zero = x.eq(0);
    const positive = this.base.logProbWithin(np.where(zero, 1, x));
    const lost = this.logPositive();
    const counted = logFailure(this.gate).add(lost ? positive.sub(lost) : positive);
    return np.where(zero, logProbs(this.gate), counted);
  }

  protected withBatch(shape: Shape): Distribution {
    return new Hurdle(this.base.expand(shape), this.gate, shape);
  }
}

function gateOf(name: string, { gate, gateLogits }: Gate): Odds {
  if ((gate === undefined) === (gateLogits === undefined))
    throw new Error(`${name}: give exactly one of gate and gateLogits.`);
  if (gateLogits !== undefined) return { logits: np.array(gateLogits) };
  const probs = np.array(gate!);
  const bad = isCheckable(probs) ? firstViolation(probs, constraints.unitInterval) : null;
  if (bad !== null) throw new RangeError(`${name}: gate must be unitInterval, got ${bad}.`);
  return { probs };
}

function withGate(
  name: string,
  base: Distribution,
  given: Gate,
  make: (base: Distribution, gate: Odds, batch: Shape) => Distribution,
): Distribution {
  if (!(base instanceof Distribution))
    throw new TypeError(`${name}: the first argument must be a distribution, got ${typeof base}.`);
  if (base.eventDim > 0)
    throw new Error(`${name}: ${base.name} has events of ${base.eventDim} axes; numbers are needed.`);
  const gate = gateOf(name, given);
  const batch = broadcastShapes(name, base.batchShape, (gate.probs ?? gate.logits)!.shape);
  return make(base.expand(batch), gate, batch);
}

/** ZeroInflatedDistribution(base, { gate | gateLogits }): zero with probability gate, else a draw of the base. */
export const ZeroInflatedDistribution = (base: Distribution, gate: Gate): Distribution =>
  withGate("ZeroInflatedDistribution", base, gate, (b, g, shape) => new ZeroInflated(b, g, shape));

/** HurdleDistribution(base, { gate | gateLogits }): zero with probability gate, else a draw of the base that is not zero. */
export const HurdleDistribution = (base: Distribution, gate: Gate): Distribution =>
  withGate("HurdleDistribution", base, gate, (b, g, shape) => new Hurdle(b, g, shape));

/** HurdlePoisson(gate, rate): zero with probability gate, else a Poisson count above zero. */
export const HurdlePoisson = withNames(
  "HurdlePoisson",
  ["gate", "rate"],
  (gate: TensorLike, rate: TensorLike = 1): Distribution => HurdleDistribution(Poisson(rate), { gate }),
);
/** HurdleNegativeBinomial2(gate, mean, concentration): zero with probability gate, else such a count above zero. */
export const HurdleNegativeBinomial2 = withNames(
  "HurdleNegativeBinomial2",
  ["gate", "mean", "concentration"],
  (gate: TensorLike, mean: TensorLike, concentration: TensorLike): Distribution =>
    HurdleDistribution(NegativeBinomial2(mean, concentration), { gate }),
);
/** HurdleGamma(gate, concentration, rate): zero with probability gate, else a Gamma. */
export const HurdleGamma = withNames(
  "HurdleGamma",
  ["gate", "concentration", "rate"],
  (gate: TensorLike, concentration: TensorLike, rate: TensorLike = 1): Distribution =>
    HurdleDistribution(Gamma(concentration, rate), { gate }),
);
/** HurdleLogNormal(gate, loc, scale): zero with probability gate, else a LogNormal. */
export const HurdleLogNormal = withNames(
  "HurdleLogNormal",
  ["gate", "loc", "scale"],
  (gate: TensorLike, loc: TensorLike = 0, scale: TensorLike = 1): Distribution =>
    HurdleDistribution(LogNormal(loc, scale), { gate }),
);
