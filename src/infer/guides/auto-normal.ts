// A model in; a guide of independent normals over the unconstrained coordinates out (Kucukelbir et al. 2017, mean field).
import { constraints } from "../../bijectors/index.js";
import { np, numbers, random, type Tensor } from "../../tensor/index.js";
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
import { sumEvent } from "./sum-event.js";

const LOG_SQRT_2PI = 0.5 * numbers.log(2 * Math.PI);

function read(site: GuideSite, names: ParamNames, initScale: number): { loc: Tensor; scale: Tensor } {
  const loc = guideParam(names(site.name, "loc"), () =>
    np.array(site.start.slice()).reshape([...site.shape]),
  );
  const scale = guideParam(
    names(site.name, "scale"),
    () => np.full(site.shape, initScale),
    constraints.positive,
  );
  return { loc, scale };
}

const family: Family = {
  local: true,
  begin(sites, names, { initScale }) {
    const params = new Map(sites.map((site) => [site.name, read(site, names, initScale)]));
    return (site, rows, { bijector }) => {
      const loc = rows(params.get(site.name)!.loc);
      const scale = rows(params.get(site.name)!.scale);
      // The standard normal behind a draw is kept: the log density needs no division.
      const noise = new WeakMap<Tensor, Tensor>();
      return {
        normal: { loc, scale },
        draw(key, full) {
          const z = random.normal(key, [...full]);
          const x = loc.add(scale.mul(z));
          noise.set(x, z);
          return x;
        },
        logDensity(x, y) {
          const z = noise.get(x) ?? x.sub(loc).div(scale);
          const density = z.mul(z).mul(-0.5).sub(np.log(scale)).sub(LOG_SQRT_2PI);
          return sumEvent(density, bijector.domainDim).sub(bijector.logAbsDetJacobian(x, y));
        },
      };
    };
  },
  quantile(sites, names, q) {
    return Object.fromEntries(
      sites.map((site) => {
        const { loc, scale } = read(site, names, 1);
        return [site.name, q === null ? loc : loc.add(scale.mul(np.special.ndtri(q)))];
      }),
    );
  },
};

/** Independent normals, one per unconstrained coordinate; parameters `<site>_auto_loc` and `<site>_auto_scale`. */
export function AutoNormal(model: Model, options: AutoGuideOptions = {}): AutoGuide {
  return autoGuide("AutoNormal", model, family, options);
}
