// A density and uniform starting points in; the best point of a few climbs, where a chain starts, out.
import { climb, type Place } from "./climb.js";
import { initToUniform, type InitStrategy } from "./strategy.js";

/**
 * Climbs by L-BFGS from several points uniform on (-radius, radius), unconstrained, at most `steps` steps each, and starts where the log
 * density is highest: out of minor modes that hold chains which begin beside them. A density that grows without bound at a border, as
 * that of a centred hierarchical model does, is climbed there; start such a model otherwise.
 *
 * @example new NUTS(model, { initStrategy: infer.initToOptimum() })
 */
export function initToOptimum({
  starts = 8,
  steps = 100,
  radius = 2,
}: { readonly starts?: number; readonly steps?: number; readonly radius?: number } = {}): InitStrategy {
  for (const [name, value] of Object.entries({ starts, steps }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`initToOptimum: ${name} must be a whole number, 1 or more; got ${value}.`);
  const uniform = initToUniform({ radius });
  return ({ logDensityGradient, ...context }, q) => {
    if (!logDensityGradient)
      throw new TypeError(
        "initToOptimum: there is no log density to climb here; it starts chains of NUTS and HMC, and guides start with initToMedian, initToSample, initToUniform or initToValue.",
      );
    let best: Place | undefined;
    for (let i = 0; i < starts; i++) {
      uniform(context, q);
      const top = climb(logDensityGradient, q, steps);
      if (top && !(best && best.logp >= top.logp)) best = top;
    }
    if (best) q.set(best.q);
  };
}
