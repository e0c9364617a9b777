// MixtureSameFamily(mixing, component): one of K components, chosen by a Categorical; the choice is summed out.
import { membership, type Constraint } from "../bijectors/index.js";
import { np, random, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";
import { showShape, stretch } from "./shapes.js";
import { logOddsOf, probabilitiesOf, type SimplexOdds } from "./simplex-odds.js";
import { withNames } from "./with-names.js";

/** A Categorical, seen as its parameters. */
export interface Mixing extends Distribution {
  readonly params: SimplexOdds;
}

export class MixtureSameFamilyDistribution extends Distribution {
  constructor(
    readonly mixing: Mixing,
    readonly component: Distribution,
    batchShape: Shape,
  ) {
    super("MixtureSameFamily", batchShape, component.eventShape);
  }

  /** The components' support; where it depends on the component only its first bounds would fit, so bounds must be shared. */
  get support(): Constraint {
    const { support } = this.component;
    return {
      ...support,
      element: undefined,
      bounds: undefined,
      check: membership((x) => this.overComponents(support.check(this.spread(x)))),
    };
  }

  get hasRsample(): boolean {
    return false;
  }

  override get mean(): Tensor {
    return this.weighted(this.component.mean);
  }

  // E[Var] + Var[E]
  override get variance(): Tensor {
    const m = this.component.mean;
    const total = this.weighted(m);
    return this.weighted(this.component.variance.add(m.mul(m))).sub(total.mul(total));
  }

  override cdf(x: TensorLike): Tensor {
    const each = this.component.cdf(this.spread(this.valueOf(x)));
    return np.sum(each.mul(probabilitiesOf(this.mixing.params)), -1);
  }

  protected logDensity(x: Tensor): Tensor {
    return np.logsumexp(this.component.logProbWithin(this.spread(x)).add(logOddsOf(this.mixing.params)), -1);
  }

  protected draw(key: Key, shape: Shape): Tensor {
    const keys = random.split(key, 2);
    const own = shape.slice(0, shape.length - this.batchShape.length);
    const k = this.component.batchShape[this.component.batchShape.length - 1]!;
    const wide = this.component.expand([...this.batchShape, k]);
    const each = wide.sample(keys.at(0), own);
    const choice = random.categorical(keys.at(1), logOddsOf(this.mixing.params), shape);
    const events = this.eventShape.map(() => 1);
    const index = stretch(choice.reshape([...shape, 1, ...events]), [...shape, 1, ...this.eventShape]);
    return np.takeAlongAxis(each, index, -1 - this.eventDim).reshape([...shape, ...this.eventShape]);
  }

  protected withBatch(shape: Shape): Distribution {
    return new MixtureSameFamilyDistribution(this.mixing, this.component, shape);
  }

  /** A new axis for the components, just before the event. */
  private spread(x: Tensor): Tensor {
    const split = x.ndim - this.eventDim;
    return x.reshape([...x.shape.slice(0, split), 1, ...x.shape.slice(split)]);
  }

  private overComponents(ok: Tensor): Tensor {
    return np.any(ok, -1);
  }

  private weighted(x: Tensor): Tensor {
    const p = probabilitiesOf(this.mixing.params);
    const weights = p.reshape([...p.shape, ...this.eventShape.map(() => 1)]);
    return stretch(np.sum(x.mul(weights), -1 - this.eventDim), [...this.batchShape, ...this.eventShape]);
  }
}

/** The component's last batch axis has length K, as many as the mixing distribution has categories. */
export const MixtureSameFamily = withNames(
  "MixtureSameFamily",
  ["mixingDistribution", "componentDistribution"],
  mixtureSameFamily,
);

function mixtureSameFamily(mixing: Distribution, component: Distribution): MixtureSameFamilyDistribution {
  if (!(mixing instanceof Distribution) || !(component instanceof Distribution))
    throw new TypeError("MixtureSameFamily: give two distributions, the mixing one and the component.");
  if (mixing.name !== "Categorical")
    throw new Error(`MixtureSameFamily: the mixing distribution must be a Categorical, got ${mixing.name}.`);
  const params = (mixing as Mixing).params;
  const weights = (params.probs ?? params.logits)!;
  const k = weights.shape[weights.ndim - 1];
  const parts = component.batchShape[component.batchShape.length - 1];
  if (k !== parts)
    throw new Error(
      `MixtureSameFamily: ${k} mixing weights, but the component's batch shape is ${showShape(component.batchShape)}; its last axis must be ${k}.`,
    );
  const batch = component.batchShape.slice(0, -1);
  const shape = batch.length >= mixing.batchShape.length ? batch : mixing.batchShape;
  return new MixtureSameFamilyDistribution(mixing as Mixing, component, shape);
}
