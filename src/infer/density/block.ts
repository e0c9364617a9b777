// A point and a site in; the site's coordinates as a tensor out.
import { np, type Tensor } from "../../tensor/index.js";
import type { LatentSite } from "./sites.js";

export const block = (q: ArrayLike<number>, site: LatentSite): Tensor =>
  np
    .array(Float64Array.from(Array.from(q).slice(site.offset, site.offset + site.size)))
    .reshape([...site.unconstrainedShape]);
