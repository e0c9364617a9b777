// Unit(logFactor): a distribution of nothing whose log density is a given number; what `factor` observes.
import { constraints } from "../bijectors/index.js";
import type { Tensor } from "../tensor/index.js";
import { np, type Shape, type TensorLike } from "../tensor/index.js";
import { Distribution } from "./distribution.js";

export class UnitDistribution extends Distribution {
  readonly hasRsample = true;
  readonly support = constraints.real;

  constructor(
    readonly logFactor: Tensor,
    batchShape: Shape,
  ) {
    super("Unit", batchShape, []);
  }

  protected draw(_key: Tensor, shape: Shape): Tensor {
    return np.zeros(shape);
  }

  protected logDensity(): Tensor {
    return this.logFactor;
  }

  protected withBatch(shape: Shape): Distribution {
    return new UnitDistribution(this.logFactor, shape);
  }
}

/** Unit(logFactor): a distribution of nothing whose log density is a given number; what `factor` observes. */
export function Unit(logFactor: TensorLike): UnitDistribution {
  const value = np.array(logFactor);
  return new UnitDistribution(value, value.shape);
}
