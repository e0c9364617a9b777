// LOO or WAIC results of several models of the same observations in; a ranking with differences and weights out.
// Vehtari, Gelman and Gabry (2017), section 5; Yao et al. (2018) for the weights.
import type { Loo } from "./loo.js";
import { sumWithError } from "./pointwise.js";
import { stackingWeights } from "./stacking-weights.js";
import type { Waic } from "./waic.js";

/** One model's row in a comparison, best first. */
export interface Comparison {
  readonly name: string;
  /** 0 for the best model. */
  readonly rank: number;
  readonly elpd: number;
  /** pLoo or pWaic. */
  readonly p: number;
  /** elpd of the best model less this one's: 0 or more. */
  readonly elpdDiff: number;
  /** Share in a mixture of the models' predictions. */
  readonly weight: number;
  /** Standard error of elpd. */
  readonly se: number;
  /** Standard error of elpdDiff, from pointwise differences: the one to judge a difference by. */
  readonly dse: number;
  readonly warning: string | undefined;
}

/** How `compare` weighs models. */
export interface CompareOptions {
  /** "stacking" (default) for weights that predict best together, "pseudo-bma" for exp(elpd) normalised. */
  readonly method?: "stacking" | "pseudo-bma";
}

/**
 * Ranks models by elpd, best first.
 *
 * @example compare({ pooled: loo(logLikA), hierarchical: loo(logLikB) })
 */
export function compare(
  models: Readonly<Record<string, Loo | Waic>>,
  options: CompareOptions = {},
): Comparison[] {
  const { method = "stacking" } = options;
  const entries = Object.entries(models).sort(([, a], [, b]) => b.elpd - a.elpd);
  check(entries);
  const weights = weigh(
    entries.map(([, model]) => model),
    method,
  );
  const best = entries[0][1];
  return entries.map(([name, model], rank) => {
    const { sum, se } = sumWithError(best.pointwise.map((value, i) => value - model.pointwise[i]));
    return {
      name,
      rank,
      elpd: model.elpd,
      p: model.kind === "loo" ? model.pLoo : model.pWaic,
      elpdDiff: sum,
      weight: weights[rank],
      se: model.se,
      dse: se,
      warning: model.warning,
    };
  });
}

function weigh(models: readonly (Loo | Waic)[], method: string): number[] {
  if (method === "stacking") return stackingWeights(models.map((model) => model.pointwise));
  if (method === "pseudo-bma") {
    const relative = models.map((model) => Math.exp(model.elpd - models[0].elpd));
    const total = relative.reduce((sum, value) => sum + value, 0);
    return relative.map((value) => value / total);
  }
  throw new TypeError(`compare: unknown method "${method}"; use "stacking" or "pseudo-bma"`);
}

function check(entries: readonly (readonly [string, Loo | Waic])[]): void {
  if (entries.length === 0) throw new TypeError("compare: no models given; pass { name: loo(logLik), ... }");
  const [firstName, first] = entries[0];
  for (const [name, model] of entries) {
    if (model.kind !== first.kind) {
      throw new TypeError(
        `compare: "${name}" is ${model.kind} and "${firstName}" is ${first.kind}; use the same criterion for all models`,
      );
    }
    if (model.pointwise.length !== first.pointwise.length) {
      throw new TypeError(
        `compare: "${name}" has ${model.pointwise.length} observations and "${firstName}" has ${first.pointwise.length}; ` +
          `compare models of the same data`,
      );
    }
  }
}
