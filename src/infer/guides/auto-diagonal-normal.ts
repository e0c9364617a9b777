// A model in; a guide of independent normals, held as one vector of all unconstrained coordinates, out.
import { constraints } from "../../bijectors/index.js";
import { dist } from "../../dist/index.js";
import { np } from "../../tensor/index.js";
import type { Model } from "../model.js";
import { autoGuide, guideParam, type AutoGuide, type AutoGuideOptions } from "./auto-guide.js";
import { dimOf, jointFamily, startOf } from "./joint-family.js";

const family = jointFamily((sites, names, initScale) => {
  const loc = guideParam(names("", "loc"), () => startOf(sites));
  const start = (): ReturnType<typeof np.full> => np.full([dimOf(sites)], initScale);
  const scale = guideParam(names("", "scale"), start, constraints.positive);
  return { loc, sd: scale, normal: dist.Normal(loc, scale).toEvent(1) };
});

/** Independent normals as one vector; parameters `auto_loc` and `auto_scale`. `AutoNormal` has the same family per site. */
export function AutoDiagonalNormal(model: Model, options: AutoGuideOptions = {}): AutoGuide {
  return autoGuide("AutoDiagonalNormal", model, family, options);
}
