// TransformedDistribution(base, bijectors): the law of f(x) with x from the base; densities by the change of variables.
import { biject, compose, membership, type Bijector, type Constraint } from "../bijectors/index.js";
import { np, type Shape, type Tensor } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";

export class TransformedDistributionClass extends Distribution {
  readonly support: Constraint;

  constructor(
    readonly base: Distribution,
    readonly bijector: Bijector,
  ) {
    const whole = bijector.forwardShape([...base.batchShape, ...base.eventShape]);
    // The map may take batch axes into its event; the base must offer them as events.
    const eventDim = Math.max(
      bijector.codomainDim,
      base.eventDim + bijector.codomainDim - bijector.domainDim,
    );
    super(
      `Transformed(${base.name})`,
      whole.slice(0, whole.length - eventDim),
      whole.slice(whole.length - eventDim),
    );
    this.support = {
      name: `${bijector.name}(${base.support.name})`,
      eventDim,
      isDiscrete: base.isDiscrete,
      check: membership((y) => base.support.check(bijector.inverse(y))),
      ...(base.support.bijector ? { bijector: () => compose(biject(base.support), bijector) } : {}),
    };
  }

  get hasRsample(): boolean {
    return this.base.hasRsample;
  }

  protected draw(key: Key, shape: Shape): Tensor {
    return this.bijector.forward(
      this.base.sample(key, shape.slice(0, shape.length - this.batchShape.length)),
    );
  }

  protected logDensity(y: Tensor): Tensor {
    const x = this.bijector.inverse(y);
    const jacobian = this.bijector.logAbsDetJacobian(x, y);
    const extra = this.base.eventDim - this.bijector.domainDim;
    const folded =
      extra > 0
        ? np.sum(
            jacobian,
            Array.from({ length: extra }, (_, i) => -1 - i),
          )
        : jacobian;
    return this.base.logProbWithin(x).sub(folded);
  }

  protected withBatch(shape: Shape): Distribution {
    return new TransformedDistributionClass(this.base.expand(shape), this.bijector);
  }
}

/** Bijectors are applied in order; batch axes that one takes together become an event. */
export function TransformedDistribution(
  base: Distribution,
  bijectors: Bijector | readonly Bijector[],
): Distribution {
  const list: readonly Bijector[] = isList(bijectors) ? bijectors : [bijectors];
  return list.reduce((inner: Distribution, bijector) => {
    const missing = Math.max(0, bijector.domainDim - inner.eventDim);
    if (missing > inner.batchShape.length)
      throw new Error(
        `TransformedDistribution: ${bijector.name} acts on ${bijector.domainDim} axes, ${inner.name} has batch shape ` +
          `[${inner.batchShape.join(", ")}] and event shape [${inner.eventShape.join(", ")}]; give it more with expand([n]).`,
      );
    // What the map takes together is one event, as in NumPyro.
    return new TransformedDistributionClass(missing > 0 ? inner.toEvent(missing) : inner, bijector);
  }, base);
}

const isList = (x: Bijector | readonly Bijector[]): x is readonly Bijector[] => Array.isArray(x);
