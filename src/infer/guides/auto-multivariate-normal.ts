// A model in; a guide that is one normal with full covariance over all unconstrained coordinates out.
import { constraints } from "../../bijectors/index.js";
import { dist } from "../../dist/index.js";
import { sample } from "../../handlers/index.js";
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

const dimOf = (sites: readonly GuideSite[]): number => sites.reduce((n, site) => n + site.size, 0);

function read(
  sites: readonly GuideSite[],
  names: ParamNames,
  initScale: number,
): { loc: Tensor; scaleTril: Tensor } {
  const dim = dimOf(sites);
  const start = new Float64Array(dim);
  for (const site of sites) start.set(site.start, site.offset);
  const loc = guideParam(names("", "loc"), () => np.array(start));
  const scaleTril = guideParam(
    names("", "scale_tril"),
    () => np.eye(dim).mul(initScale),
    constraints.lowerCholesky,
  );
  return { loc, scaleTril };
}

const part = (x: Tensor, site: GuideSite): Tensor =>
  x.slice([site.offset, site.offset + site.size]).reshape([...site.shape]);

const family: Family = {
  local: false,
  begin(sites, names, { initScale }) {
    const { loc, scaleTril } = read(sites, names, initScale);
    // All coordinates are drawn at once; the sites are then deterministic and carry their Jacobians only.
    const joint = sample(names("", "latent"), dist.MultivariateNormal({ loc, scaleTril }), {
      infer: { isAuxiliary: true },
    });
    return (site, _rows, { bijector }) => {
      const x = part(joint, site);
      return { draw: () => x, logDensity: (at, y) => bijector.logAbsDetJacobian(at, y).neg() };
    };
  },
  quantile(sites, names, q) {
    const { loc, scaleTril } = read(sites, names, 1);
    const sd = np.sqrt(np.sum(scaleTril.mul(scaleTril), -1));
    const x = q === null ? loc : loc.add(sd.mul(np.special.ndtri(q)));
    return Object.fromEntries(sites.map((site) => [site.name, part(x, site)]));
  },
};

/** One multivariate normal; parameters `auto_loc` and `auto_scale_tril`. */
export function AutoMultivariateNormal(model: Model, options: AutoGuideOptions = {}): AutoGuide {
  return autoGuide("AutoMultivariateNormal", model, family, options);
}
