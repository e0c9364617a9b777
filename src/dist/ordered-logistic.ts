// OrderedLogistic(predictor, cutpoints): a category 0..K from a logistic variable cut at K increasing points.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { pickLast } from "./simplex-odds.js";

const { log1mexp, softplus } = np.special;

/**
 * log P(category) for all K + 1 categories, in the last axis. Inside, s(b) - s(a) with b > a is
 * s(b) s(-a) (1 - exp(a - b)), which keeps its digits in both tails.
 */
function logsOf(predictor: Tensor, cutpoints: Tensor): Tensor {
  const away = cutpoints.sub(np.expandDims(predictor, -1));
  const below = softplus(away.neg()).neg();
  const above = softplus(away).neg();
  const k = away.shape[away.ndim - 1]!;
  const range = (x: Tensor, from: number, to: number): Tensor =>
    x.slice(...x.shape.slice(0, -1).map(() => null), [from, to]);
  const first = range(below, 0, 1);
  const last = range(above, k - 1, k);
  if (k === 1) return np.concatenate([first, last], -1);
  const gap = range(away, 0, k - 1).sub(range(away, 1, k));
  const inner = range(below, 1, k)
    .add(range(above, 0, k - 1))
    .add(log1mexp(gap));
  return np.concatenate([first, inner, last], -1);
}

/**
 * log P(x), by the two cutpoints around each category alone: those of the first and the last lie at infinity. What depends on
 * cutpoints only is computed once per category.
 */
function logOf(predictor: Tensor, cutpoints: Tensor, x: Tensor): Tensor {
  const k = cutpoints.shape[cutpoints.ndim - 1]!;
  const lead = cutpoints.shape.slice(0, -1);
  const end = (value: number): Tensor => np.full([...lead, 1], value, { dtype: cutpoints.dtype });
  const range = (from: number, to: number): Tensor => cutpoints.slice(...lead.map(() => null), [from, to]);
  const inner = k === 1 ? [] : [log1mexp(range(0, k - 1).sub(range(1, k)))];
  const join = (...parts: Tensor[]): Tensor => pickLast(np.concatenate(parts, -1), x);
  const below = softplus(join(end(-Infinity), cutpoints).sub(predictor));
  const above = softplus(predictor.sub(join(cutpoints, end(Infinity))));
  return join(end(0), ...inner, end(0)).sub(below.add(above));
}

/** OrderedLogistic(predictor, cutpoints): a category 0..K from a logistic variable cut at K increasing points. */
export const OrderedLogistic = family("OrderedLogistic", {
  parameters: {
    predictor: { constraint: constraints.real },
    cutpoints: { constraint: constraints.orderedVector },
  },
  hasRsample: false,
  support: ({ cutpoints }) => constraints.integerInterval(0, cutpoints.shape[cutpoints.ndim - 1]!),
  draw: ({ predictor, cutpoints }, key, shape) =>
    random.categorical(key, logsOf(predictor, cutpoints), shape),
  logDensity: ({ predictor, cutpoints }, x) => logOf(predictor, cutpoints, x),
  entropy({ predictor, cutpoints }) {
    const logs = logsOf(predictor, cutpoints);
    return np.sum(np.exp(logs).mul(logs), -1).neg();
  },
  enumerate: ({ cutpoints }) =>
    np.arange(cutpoints.shape[cutpoints.ndim - 1]! + 1, undefined, 1, { dtype: "f64" }),
});
