// A model in; a guide that is one normal with full covariance over all unconstrained coordinates out.
import { constraints } from "../../bijectors/index.js";
import { dist } from "../../dist/index.js";
import { np } from "../../tensor/index.js";
import type { Model } from "../model.js";
import { autoGuide, guideParam, type AutoGuide, type AutoGuideOptions } from "./auto-guide.js";
import { dimOf, jointFamily, startOf } from "./joint-family.js";

const family = jointFamily((sites, names, initScale) => {
  const loc = guideParam(names("", "loc"), () => startOf(sites));
  const scaleTril = guideParam(
    names("", "scale_tril"),
    () => np.eye(dimOf(sites)).mul(initScale),
    constraints.lowerCholesky,
  );
  const sd = np.sqrt(np.sum(scaleTril.mul(scaleTril), -1));
  return { loc, sd, normal: dist.MultivariateNormal({ loc, scaleTril }) };
});

/** One multivariate normal; parameters `auto_loc` and `auto_scale_tril`. */
export function AutoMultivariateNormal(model: Model, options: AutoGuideOptions = {}): AutoGuide {
  return autoGuide("AutoMultivariateNormal", model, family, options);
}
