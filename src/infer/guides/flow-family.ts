// A map of standard normal vectors, with its log determinant, in; the family of guides that draws all coordinates through it out.
import { constraints } from "../../bijectors/index.js";
import { Distribution, type Key } from "../../dist/index.js";
import { sample } from "../../handlers/index.js";
import { np, numbers, random, type Shape, type Tensor } from "../../tensor/index.js";
import { guideParam, type Family, type GuideSite, type ParamNames } from "./auto-guide.js";
import { dimOf, partOf, startOf } from "./joint-family.js";

/** Vectors of shape (..., dim), log determinants of shape (...). */
export interface Flow {
  forward(z: Tensor): { readonly x: Tensor; readonly logDet: Tensor };
  /** Absent where it has no closed form: then only vectors that were drawn have a density. */
  inverse?(x: Tensor): Tensor;
}

const LOG_SQRT_2PI = 0.5 * numbers.log(2 * Math.PI);

/** Standard normal vectors after a flow. */
export class FlowDistribution extends Distribution {
  readonly hasRsample = true;
  readonly support = constraints.realVector;
  /** What was drawn from what, so that scoring a draw inverts nothing. */
  private readonly drawn = new WeakMap<Tensor, { readonly z: Tensor; readonly logDet: Tensor }>();

  constructor(
    private readonly guide: string,
    private readonly flow: Flow,
    private readonly dim: number,
  ) {
    super("Flow", [], [dim]);
  }

  protected draw(key: Key, shape: Shape): Tensor {
    const z = random.normal(key, [...shape, this.dim]);
    const { x, logDet } = this.flow.forward(z);
    this.drawn.set(x, { z, logDet });
    return x;
  }

  protected logDensity(x: Tensor): Tensor {
    const { z, logDet } = this.drawn.get(x) ?? this.invert(x);
    return np
      .sum(z.mul(z), -1)
      .mul(-0.5)
      .sub(this.dim * LOG_SQRT_2PI)
      .sub(logDet);
  }

  private invert(x: Tensor): { readonly z: Tensor; readonly logDet: Tensor } {
    if (!this.flow.inverse)
      throw new Error(
        `guides.${this.guide}: its flow has no inverse in closed form, so only its own draws have a density. Use guides.AutoIAFNormal where other values are scored.`,
      );
    const z = this.flow.inverse(x);
    return { z, logDet: this.flow.forward(z).logDet };
  }

  protected withBatch(shape: Shape): Distribution {
    if (shape.length === 0) return this;
    throw new Error(
      `guides.${this.guide}: its distribution has no batch axes; it cannot have [${shape.join(", ")}].`,
    );
  }
}

/** `read` reads the parameters of one map after another; locations and scales come last, so that the guide starts where others do. */
export function flowFamily(guide: string, read: (dim: number, names: ParamNames) => readonly Flow[]): Family {
  return {
    local: false,
    begin(sites, names, { initScale }) {
      const dim = dimOf(sites);
      const flow = chained([...read(dim, names), affine(sites, names, initScale)]);
      const joint = sample(names("", "latent"), new FlowDistribution(guide, flow, dim), {
        infer: { isAuxiliary: true },
      });
      return (site, _rows, { bijector }) => {
        const x = partOf(joint, site);
        return { draw: () => x, logDensity: (at, y) => bijector.logAbsDetJacobian(at, y).neg() };
      };
    },
    quantile(): never {
      throw new Error(
        `guides.${guide}: medians and quantiles of a flow have no closed form; take them from draws, as in np.quantile(guide.samplePosterior(key, 1000)["x"], 0.5, 0).`,
      );
    },
  };
}

/** loc + scale x */
function affine(sites: readonly GuideSite[], names: ParamNames, initScale: number): Flow {
  const loc = guideParam(names("", "loc"), () => startOf(sites));
  const scale = guideParam(
    names("", "scale"),
    () => np.full([dimOf(sites)], initScale),
    constraints.positive,
  );
  return {
    forward: (z) => ({ x: loc.add(scale.mul(z)), logDet: np.sum(np.log(scale)) }),
    inverse: (x) => x.sub(loc).div(scale),
  };
}

/** One after another. */
function chained(flows: readonly Flow[]): Flow {
  const forward = (z: Tensor): ReturnType<Flow["forward"]> => {
    let [x, total] = [z, np.zeros([])];
    for (const flow of flows) {
      const step = flow.forward(x);
      x = step.x;
      total = total.add(step.logDet);
    }
    return { x, logDet: total };
  };
  if (flows.some((flow) => !flow.inverse)) return { forward };
  return { forward, inverse: (x) => flows.reduceRight((y, flow) => flow.inverse!(y), x) };
}

/** The coordinates in the other order: what comes last in one map comes first in the next. */
export const reversed: Flow = {
  forward: (z) => ({ x: np.flip(z, -1), logDet: np.zeros([]) }),
  inverse: (x) => np.flip(x, -1),
};

/** Maps with the order reversed in between. */
export const alternating = (flows: readonly Flow[]): Flow[] =>
  flows.flatMap((flow, i) => (i === 0 ? [flow] : [reversed, flow]));
