// A model in; a guide that is one point per site out: maximum a posteriori, in the constrained space as in Pyro.
import { np, type Tensor } from "../../tensor/index.js";
import type { Model } from "../model.js";
import {
  autoGuide,
  guideParam,
  type AutoGuide,
  type AutoGuideOptions,
  type Family,
  type GuideSite,
  type ParamNames,
} from "./auto-guide.js";

const read = (site: GuideSite, names: ParamNames): Tensor =>
  guideParam(names(site.name, "loc"), () => np.array(site.start.slice()).reshape([...site.shape]));

const family: Family = {
  local: true,
  begin(sites, names) {
    const points = new Map(sites.map((site) => [site.name, read(site, names)]));
    return (site, rows, { bijector }) => {
      const point = rows(points.get(site.name)!);
      return {
        draw: () => point,
        logDensity: () => np.zeros(point.shape.slice(0, point.ndim - bijector.domainDim)),
      };
    };
  },
  quantile: (sites, names) => Object.fromEntries(sites.map((site) => [site.name, read(site, names)])),
};

/**
 * A point estimate. The parameters `<site>_auto_loc` are unconstrained; the density that is maximised is the model's,
 * without Jacobians, so the optimum does not depend on the transforms. `median()` gives the constrained point.
 */
export function AutoDelta(model: Model, options: Omit<AutoGuideOptions, "initScale"> = {}): AutoGuide {
  return autoGuide("AutoDelta", model, family, options);
}
