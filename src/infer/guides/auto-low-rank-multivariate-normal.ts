// A model in; a guide that is one normal whose covariance is a diagonal plus a matrix of low rank out.
import { constraints } from "../../bijectors/index.js";
import { dist } from "../../dist/index.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { wholeNumber } from "../known-options.js";
import type { Model } from "../model.js";
import { autoGuide, guideParam, type AutoGuide, type AutoGuideOptions } from "./auto-guide.js";
import { dimOf, jointFamily, startOf } from "./joint-family.js";

/** Options of `guides.AutoLowRankMultivariateNormal`. */
export interface AutoLowRankOptions extends AutoGuideOptions {
  /** Columns of the factor. Default: the root of the number of coordinates, rounded. */
  readonly rank?: number;
}

/**
 * One multivariate normal with covariance diag(scale) (I + F F') diag(scale); parameters `auto_loc`, `auto_scale` and
 * `auto_cov_factor` (F).
 *
 * @example guides.AutoLowRankMultivariateNormal(model, { rank: 3 })
 */
export function AutoLowRankMultivariateNormal(model: Model, options: AutoLowRankOptions = {}): AutoGuide {
  const { rank: asked, ...rest } = options;
  if (asked !== undefined) wholeNumber("guides.AutoLowRankMultivariateNormal", "rank", asked, 1);
  const family = jointFamily((sites, names, initScale) => {
    const dim = dimOf(sites);
    const rank = Math.min(dim, asked ?? Math.max(1, Math.round(Math.sqrt(dim))));
    const loc = guideParam(names("", "loc"), () => startOf(sites));
    const scale = guideParam(
      names("", "scale"),
      () => np.full([dim], initScale * Math.SQRT1_2),
      constraints.positive,
    );
    // Small and not zero: at zero, the gradients of all columns would stay equal.
    const spread = (): Tensor => random.normal(random.key(0), [dim, rank]).mul(1 / Math.sqrt(rank));
    const factor = guideParam(names("", "cov_factor"), spread);
    const covFactor = factor.mul(scale.reshape([dim, 1]));
    const covDiag = scale.mul(scale);
    const variance = covDiag.add(np.sum(covFactor.mul(covFactor), -1));
    return {
      loc,
      sd: np.sqrt(variance),
      normal: dist.LowRankMultivariateNormal({ loc, covFactor, covDiag }),
    };
  });
  return autoGuide("AutoLowRankMultivariateNormal", model, family, rest);
}
