// MixtureGeneral(mixing, components): one of several distributions, of families that may differ; the choice is summed out.
import type { Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, random, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";
import { MixtureSameFamily, type Mixing } from "./mixture-same-family.js";
import { showShape } from "./shapes.js";
import { logOddsOf, probabilitiesOf, sizeOf } from "./simplex-odds.js";

/** Options of `MixtureGeneral`. */
export interface MixtureGeneralOptions {
  /** The support of the whole, where the components' supports differ; theirs otherwise. */
  readonly support?: Constraint;
}

export class MixtureOfMany extends Distribution {
  constructor(
    readonly mixing: Mixing,
    readonly components: readonly Distribution[],
    readonly support: Constraint,
    batchShape: Shape,
    /** Values may lie outside the support of single components. */
    private readonly mixed: boolean,
  ) {
    super("MixtureGeneral", batchShape, components[0]!.eventShape);
  }

  get hasRsample(): boolean {
    return false;
  }

  override get mean(): Tensor {
    return this.weighted((d) => d.mean);
  }

  override get variance(): Tensor {
    return this.weighted((d) => d.variance.add(np.square(d.mean))).sub(np.square(this.mean));
  }

  override cdf(x: TensorLike): Tensor {
    return this.weighted((d) => d.cdf(x));
  }

  /** Per component, along a new last axis. */
  componentLogProbs(x: TensorLike): Tensor {
    const value = this.valueOf(x);
    const each = this.components.map((d) =>
      this.mixed
        ? np.where(d.support.check(value), d.logProbWithin(value), -Infinity)
        : d.logProbWithin(value),
    );
    return np.stack(np.broadcastArrays(...each), -1).add(logOddsOf(this.mixing.params));
  }

  protected logDensity(x: Tensor): Tensor {
    return np.logsumexp(this.componentLogProbs(x), -1);
  }

  protected draw(key: Key, shape: Shape): Tensor {
    const keys = random.split(key, this.components.length + 1);
    const choice = random.categorical(keys.at(0), logOddsOf(this.mixing.params), shape);
    const index = choice.reshape([...shape, ...this.eventShape.map(() => 1)]);
    return this.components.reduce<Tensor>(
      (x, d, i) => np.where(index.eq(i), d.expand(shape).sample(keys.at(i + 1)), x),
      np.zeros([...shape, ...this.eventShape]),
    );
  }

  protected withBatch(shape: Shape): Distribution {
    return new MixtureOfMany(
      this.mixing,
      this.components.map((d) => d.expand(shape)),
      this.support,
      shape,
      this.mixed,
    );
  }

  private weighted(of: (d: Distribution) => Tensor): Tensor {
    const p = probabilitiesOf(this.mixing.params);
    const last = p.ndim - 1;
    return this.components
      .map((d, i) => {
        const x = of(d);
        const weight = np.take(p, i, last);
        return x.mul(weight.reshape([...weight.shape, ...this.eventShape.map(() => 1)]));
      })
      .reduce((a, b) => a.add(b));
  }
}

/** One component per category; all have one event shape, and one support unless the options say what the whole has. */
export function MixtureGeneral(
  mixing: Distribution,
  components: readonly Distribution[],
  { support }: MixtureGeneralOptions = {},
): Distribution {
  if (mixing.name !== "Categorical")
    throw new Error(`MixtureGeneral: the mixing distribution must be a Categorical, got ${mixing.name}.`);
  const params = (mixing as Mixing).params;
  if (!Array.isArray(components) || components.length !== sizeOf(params))
    throw new Error(
      `MixtureGeneral: ${sizeOf(params)} mixing weights need a list of as many components, got ${Array.isArray(components) ? components.length : typeof components}.`,
    );
  const first = components[0]! as Distribution;
  for (const d of components as readonly Distribution[])
    if (d.eventShape.join() !== first.eventShape.join())
      throw new Error(
        `MixtureGeneral: the events differ: ${first.name} has event shape ${showShape(first.eventShape)}, ${d.name} has ${showShape(d.eventShape)}.`,
      );
  const other = (components as readonly Distribution[]).find((d) => d.support.name !== first.support.name);
  if (other && support === undefined)
    throw new Error(
      `MixtureGeneral: the supports differ: ${first.name} has ${first.support.name}, ${other.name} has ${other.support.name}; say what the whole has: { support: constraints.real }.`,
    );
  const batch = broadcastShapes("MixtureGeneral", mixing.batchShape, ...components.map((d) => d.batchShape));
  const wide = components.map((d) => d.expand(batch));
  return new MixtureOfMany(mixing as Mixing, wide, support ?? first.support, batch, other !== undefined);
}

/** Mixture(mixing, components): MixtureSameFamily of one batched distribution, or MixtureGeneral of a list. */
export const Mixture = (
  mixing: Distribution,
  components: Distribution | readonly Distribution[],
  options: MixtureGeneralOptions = {},
): Distribution =>
  components instanceof Distribution
    ? MixtureSameFamily(mixing, components)
    : MixtureGeneral(mixing, components, options);
