// A model and several kinds of guide, each for some of the sites, in; one guide out.
import type { Model } from "../model.js";
import {
  autoGuide,
  type AutoGuide,
  type AutoGuideOptions,
  type Family,
  type GuideSite,
  type ParamNames,
} from "./auto-guide.js";

/** A kind of guide, and the sites that it is for; without names, all that no earlier part has. */
export type GuidePart = readonly [kind: (model: Model) => AutoGuide, sites?: readonly string[]];

/**
 * A guide made of parts that are independent of each other.
 *
 * @example guides.AutoGuideList(model, [[guides.AutoDelta, ["tau"]], [guides.AutoMultivariateNormal]])
 */
export function AutoGuideList(
  model: Model,
  parts: readonly GuidePart[],
  options: AutoGuideOptions = {},
): AutoGuide {
  if (!Array.isArray(parts) || parts.length === 0)
    throw new TypeError(
      'guides.AutoGuideList: give a list of parts, such as [[guides.AutoDelta, ["tau"]], [guides.AutoNormal]].',
    );
  const families = parts.map(([kind]: GuidePart) => kind(model).family);
  const divide = (sites: readonly GuideSite[]): readonly (readonly GuideSite[])[] => {
    const left = new Set(sites.map((site) => site.name));
    const groups = parts.map(([, names]: GuidePart) => {
      for (const name of names ?? [])
        if (!left.delete(name))
          throw new Error(
            `guides.AutoGuideList: "${name}" is no latent site of the model, or two parts have it; the sites are ${sites.map((s) => `"${s.name}"`).join(", ")}.`,
          );
      const mine = new Set(names ?? left);
      if (!names) left.clear();
      return packed(sites.filter((site) => mine.has(site.name)));
    });
    if (left.size === 0) return groups;
    throw new Error(
      `guides.AutoGuideList: no part is for ${[...left].map((name) => `"${name}"`).join(", ")}; end the list with a part that has no names.`,
    );
  };
  const family: Family = {
    local: families.every((f) => f.local),
    begin(sites, names, settings) {
      const groups = divide(sites);
      const bases = families.map((f, i) =>
        groups[i].length === 0 ? null : f.begin(groups[i], partNames(names, i), settings),
      );
      return (site, rows, context) => {
        const i = groups.findIndex((group) => group.some((other) => other.name === site.name));
        const own = groups[i].find((other) => other.name === site.name)!;
        return bases[i]!(own, rows, context);
      };
    },
    quantile(sites, names, q) {
      const groups = divide(sites);
      const all = families.map((f, i) =>
        groups[i].length === 0 ? {} : f.quantile(groups[i], partNames(names, i), q),
      );
      return Object.assign({}, ...all) as ReturnType<Family["quantile"]>;
    },
  };
  return autoGuide("AutoGuideList", model, family, options);
}

/** Parameters for all sites of a part together carry its number, since several parts may have them. */
const partNames =
  (names: ParamNames, part: number): ParamNames =>
  (site, what) =>
    names(site, site === "" ? `${part}_${what}` : what);

/** The sites with offsets in a vector of their own. */
function packed(sites: readonly GuideSite[]): readonly GuideSite[] {
  let offset = 0;
  return sites.map((site) => {
    const moved = { ...site, offset };
    offset += site.size;
    return moved;
  });
}
