// ZeroSumNormal(scale, eventShape): a Normal(0, scale) array made to sum to zero along each of its axes.
import { constraints } from "../bijectors/index.js";
import { np, random, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { type Family, family, type FamilyDistribution } from "./family.js";
import { LOG_SQRT_2PI } from "./standardise.js";

function ofShape(event: Shape): Family<"scale", never> {
  const axes = event.map((_, i) => -1 - i);
  /** The dimension of the space of such arrays. */
  const free = event.reduce((n, d) => n * (d - 1), 1);
  const wide = (scale: Tensor): Tensor => scale.reshape([...scale.shape, ...event.map(() => 1)]);
  return family("ZeroSumNormal", {
    parameters: { scale: { constraint: constraints.positive } },
    hasRsample: true,
    eventShape: () => event,
    support: () => constraints.zeroSum(event.length),
    draw({ scale }, key, shape) {
      const z = random.normal(key, [...shape, ...event]).mul(wide(scale));
      return axes.reduce((x, axis) => x.sub(np.mean(x, axis, { keepdims: true })), z);
    },
    logDensity: ({ scale }, x) =>
      np
        .sum(np.square(x.div(wide(scale))), axes)
        .mul(-0.5)
        .sub(np.log(scale).add(LOG_SQRT_2PI).mul(free)),
    mean: ({ scale }) => np.zeros([...scale.shape, ...event]),
    variance: ({ scale }) =>
      np.broadcastTo(wide(np.square(scale)).mul(event.reduce((share, d) => share * (1 - 1 / d), 1)), [
        ...scale.shape,
        ...event,
      ]),
  });
}

/** eventShape is a list of plain numbers, 2 or more each; also as { scale, eventShape }. The density is that on the space of such arrays. */
export function ZeroSumNormal(
  scale: TensorLike | { readonly scale: TensorLike; readonly eventShape: Shape },
  eventShape?: Shape,
): FamilyDistribution<"scale", never> {
  if (typeof scale === "object" && "eventShape" in scale) return ZeroSumNormal(scale.scale, scale.eventShape);
  if (
    !Array.isArray(eventShape) ||
    eventShape.length === 0 ||
    !eventShape.every((d) => Number.isInteger(d) && d >= 2)
  )
    throw new RangeError(
      `ZeroSumNormal: eventShape must be a list of whole numbers, 2 or more each, got ${JSON.stringify(eventShape)}.`,
    );
  return ofShape(eventShape)(scale as TensorLike);
}
