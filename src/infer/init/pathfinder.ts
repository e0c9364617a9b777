// A density in; a draw from the normal distribution that a short climb finds nearest to it, where a chain starts, out.
import { random } from "../../tensor/index.js";
import { wholeNumber } from "../known-options.js";
import { normals, path } from "../pathfinder/path.js";
import { initToUniform, type InitStrategy } from "./strategy.js";

const ELBO_DRAWS = 10;

/**
 * A draw of a path of Pathfinder (see `infer.pathfinder`) that begins uniform on (-radius, radius), unconstrained: among the bulk of the
 * posterior rather than at a mode, and somewhere else for every chain.
 *
 * @example new NUTS(model, { initStrategy: infer.initToPathfinder() })
 */
export function initToPathfinder({
  steps = 100,
  radius = 2,
}: { readonly steps?: number; readonly radius?: number } = {}): InitStrategy {
  wholeNumber("initToPathfinder", "steps", steps, 1);
  const uniform = initToUniform({ radius });
  return (context, q) => {
    const { logDensityGradient, rng, dim } = context;
    if (!logDensityGradient)
      throw new TypeError(
        "initToPathfinder: there is no log density to climb here; it starts chains of NUTS and HMC, and guides start with initToMedian, initToSample, initToUniform or initToValue.",
      );
    uniform(context, q);
    const key = random.key(Math.floor(rng.uniform() * 2 ** 53));
    const near = path(logDensityGradient, q, random.foldIn(key, 0), { steps, elboDraws: ELBO_DRAWS });
    if (!near) return;
    const [z] = normals(random.foldIn(key, 1), 1, dim);
    near.normal.root(z).forEach((x, i) => (q[i] = x + near.mean[i]));
  };
}
