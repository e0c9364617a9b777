// Two distributions in; the Kullback-Leibler divergence of the second from the first, in closed form, out.
import { broadcastShapes, np, type Tensor } from "../tensor/index.js";
import { DeltaDistribution } from "./delta.js";
import type { Distribution } from "./distribution.js";
import { FamilyDistribution } from "./family.js";
import { Independent } from "./independent.js";
import { formulas } from "./kl-formulas.js";
import { Masked } from "./masked.js";
import { showShape, stretch } from "./shapes.js";
import { TransformedDistributionClass } from "./transformed-distribution.js";

/**
 * E_p[log p(x) - log q(x)], of the batch shape that both broadcast to. For a point mass it is the negative log density of q there.
 *
 * @example dist.kl(dist.Normal(0, 1), dist.Normal(1, 2))
 */
export function kl(p: Distribution, q: Distribution): Tensor {
  if (p.eventShape.join() !== q.eventShape.join())
    throw new Error(
      `dist.kl: the events differ: ${p.name} has event shape ${showShape(p.eventShape)}, ${q.name} has ${showShape(q.eventShape)}.`,
    );
  const found = knownKL(p, q);
  if (found) return found;
  if (p instanceof Masked !== q instanceof Masked)
    throw new Error(
      `dist.kl(${p.name}, ${q.name}): one is masked and the other is not; mask both, or the result.`,
    );
  const pairs = Object.keys(formulas).map((pair) => `(${pair.replace(" ", ", ")})`);
  throw new Error(
    `dist.kl(${p.name}, ${q.name}): no closed form is known here; there are ${pairs.join(", ")}, point masses, and the same ` +
      "inside of toEvent, mask and one common bijector. Estimate it: np.mean(p.logProb(x).sub(q.logProb(x))) over draws x of p.",
  );
}

/** The same, or null where no closed form is known. */
export function knownKL(p: Distribution, q: Distribution): Tensor | null {
  if (p.eventShape.join() !== q.eventShape.join()) return null;
  const found = divergence(p, q);
  return found && stretch(found, broadcastShapes("dist.kl", p.batchShape, q.batchShape));
}

function divergence(p: Distribution, q: Distribution): Tensor | null {
  if (p instanceof Masked && q instanceof Masked) {
    const base = knownKL(p.base, q.base);
    return base && np.where(np.logicalAnd(p.maskValue, q.maskValue), base, 0);
  }
  if (p instanceof Masked || q instanceof Masked) return null;
  if (p instanceof DeltaDistribution) return p.logDensityValue.sub(q.logProbWithin(p.v));
  if (p instanceof Independent && q instanceof Independent) return independent(p, q);
  if (p instanceof Independent && p.reinterpreted === 1 && p.base.name === "Normal")
    if (q.name === "MultivariateNormal") return lookUp(diagonal(p.base), q);
  // A bijection changes both densities by the same factor.
  if (p instanceof TransformedDistributionClass && q instanceof TransformedDistributionClass)
    if (p.bijector === q.bijector) return knownKL(p.base, q.base);
  return lookUp(p, q);
}

/** The axes that both read as events are summed; where one reads more of them, the rest is the other's own event. */
function independent(p: Independent, q: Independent): Tensor | null {
  const shared = Math.min(p.reinterpreted, q.reinterpreted);
  const inner = (d: Independent): Distribution =>
    d.reinterpreted === shared ? d.base : new Independent(d.base, d.reinterpreted - shared);
  const each = knownKL(inner(p), inner(q));
  return (
    each &&
    np.sum(
      each,
      Array.from({ length: shared }, (_, i) => -1 - i),
    )
  );
}

interface Diagonal {
  readonly name: string;
  readonly params: Readonly<Record<string, Tensor>>;
}

function diagonal(normal: Distribution): Diagonal {
  const scale = np.sqrt(normal.variance);
  const n = scale.shape[scale.ndim - 1]!;
  const scaleTril = np.eye(n).mul(scale.reshape([...scale.shape, 1]));
  return { name: "MultivariateNormal", params: { loc: normal.mean, scaleTril } };
}

function lookUp(p: Distribution | Diagonal, q: Distribution): Tensor | null {
  const formula = formulas[`${p.name} ${q.name}`];
  if (formula && (p instanceof FamilyDistribution || "params" in p) && q instanceof FamilyDistribution)
    return formula((p as Diagonal).params, (q as unknown as Diagonal).params);
  return null;
}
