// A distribution over the vector of all unconstrained coordinates in; the family of guides that draws them at once out.
import type { Distribution } from "../../dist/index.js";
import { sample } from "../../handlers/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import type { Family, GuideSite, ParamNames } from "./auto-guide.js";

/** A normal over the vector. */
export interface Joint {
  readonly loc: Tensor;
  /** Standard deviations of the coordinates, for quantiles. */
  readonly sd: Tensor;
  readonly normal: Distribution;
}

export const dimOf = (sites: readonly GuideSite[]): number => sites.reduce((n, site) => n + site.size, 0);

/** Where the coordinates start. */
export function startOf(sites: readonly GuideSite[]): Tensor {
  const start = new Float64Array(dimOf(sites));
  for (const site of sites) start.set(site.start, site.offset);
  return np.array(start);
}

/** The coordinates of one site. */
export const partOf = (x: Tensor, site: GuideSite): Tensor =>
  x.slice([site.offset, site.offset + site.size]).reshape([...site.shape]);

/** `read` reads the parameters. */
export function jointFamily(
  read: (sites: readonly GuideSite[], names: ParamNames, initScale: number) => Joint,
): Family {
  return {
    local: false,
    begin(sites, names, { initScale }) {
      const { normal } = read(sites, names, initScale);
      const joint = sample(names("", "latent"), normal, { infer: { isAuxiliary: true } });
      // The sites are then deterministic and carry their Jacobians only.
      return (site, _rows, { bijector }) => {
        const x = partOf(joint, site);
        return { draw: () => x, logDensity: (at, y) => bijector.logAbsDetJacobian(at, y).neg() };
      };
    },
    quantile(sites, names, q) {
      const { loc, sd } = read(sites, names, 1);
      const x = q === null ? loc : loc.add(sd.mul(np.special.ndtri(q)));
      return Object.fromEntries(sites.map((site) => [site.name, partOf(x, site)]));
    },
  };
}
