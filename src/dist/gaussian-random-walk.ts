// GaussianRandomWalk(scale, numSteps): partial sums of independent Normal(0, scale) steps.
import { constraints } from "../bijectors/index.js";
import { np, random, type TensorLike } from "../tensor/index.js";
import { type Family, family, type FamilyDistribution } from "./family.js";
import { LOG_SQRT_2PI, over } from "./standardise.js";

function ofLength(steps: number): Family<"scale", never> {
  return family("GaussianRandomWalk", {
    parameters: { scale: { constraint: constraints.positive, default: 1 } },
    hasRsample: true,
    eventShape: () => [steps],
    support: () => constraints.realVector,
    draw: ({ scale }, key, shape) =>
      np.cumsum(random.normal(key, [...shape, steps]).mul(np.expandDims(scale, -1)), -1),
    logDensity({ scale }, x) {
      const lead = x.shape.slice(0, -1).map(() => null);
      const first = x.slice(...lead, [0, 1]);
      const rest = x.slice(...lead, [1, steps]).sub(x.slice(...lead, [0, steps - 1]));
      const z = np.concatenate([first, rest], -1).mul(np.expandDims(over(1, scale), -1));
      return np.sum(z.mul(z), -1).mul(-0.5).sub(np.log(scale).add(LOG_SQRT_2PI).mul(steps));
    },
    mean: ({ scale }) => np.zeros([...scale.shape, steps]),
    variance: ({ scale }) => np.expandDims(scale.mul(scale), -1).mul(np.arange(1, steps + 1)),
  });
}

/** numSteps is a plain number; also as { scale, numSteps }. */
export function GaussianRandomWalk(
  scale: TensorLike | { readonly scale?: TensorLike; readonly numSteps?: number } = 1,
  numSteps = 1,
): FamilyDistribution<"scale", never> {
  if (typeof scale === "object" && "numSteps" in scale)
    return GaussianRandomWalk(scale.scale, scale.numSteps);
  if (!Number.isInteger(numSteps) || numSteps < 1)
    throw new RangeError(`GaussianRandomWalk: numSteps must be a whole number, 1 or more, got ${numSteps}.`);
  return ofLength(numSteps)(scale as TensorLike);
}
