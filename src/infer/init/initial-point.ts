// A density, a strategy and a stream in; a starting point with a finite density and gradient out, or an error that says why not.
import { random, type Tensor } from "../../tensor/index.js";
import { priorMeans } from "../density/unconstrain.js";
import { phasePoint, type PhasePoint } from "../hmc/density.js";
import type { RandomStream } from "../hmc/philox.js";
import type { LogDensity } from "../log-density.js";
import type { InitStrategy } from "./strategy.js";

const ATTEMPTS = 100;

export function initialPoint(
  label: string,
  density: LogDensity,
  strategy: InitStrategy,
  rng: RandomStream,
  key: Tensor,
): PhasePoint {
  const z = phasePoint(density.dim);
  let draws = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const context = {
      dim: density.dim,
      rng,
      attempt,
      prior: () => density.prior(random.foldIn(key, draws++)),
      priorMeans: () => density.prior(random.foldIn(key, draws++), priorMeans),
      place: density.place.bind(density),
      logDensityGradient: density.logDensityGradient.bind(density),
    };
    strategy(context, z.q);
    z.logp = density.logDensityGradient(z.q, z.g);
    if (Number.isFinite(z.logp) && z.g.every(Number.isFinite)) return z;
  }
  throw new Error(whyNot(label, density, z));
}

/** Names the sites whose log density is not finite at the last point tried, or the coordinates whose gradient is not. */
function whyNot(label: string, density: LogDensity, z: PhasePoint): string {
  const start = `${label}: no starting point with a finite log density was found in ${ATTEMPTS} attempts.`;
  const values = Object.entries(density.constrain(z.q))
    .slice(0, 5)
    .map(([name, value]) => `${name} = ${String(value).slice(0, 80)}`)
    .join(", ");
  const bad = density.explainPoint(z.q).filter((site) => !Number.isFinite(site.logDensity));
  const slopes = density.names.filter((_, i) => !Number.isFinite(z.g[i]));
  const what =
    bad.length > 0
      ? bad.map((site) => `site "${site.name}" has log density ${site.logDensity}`).join(", ")
      : `the log density is ${z.logp} and the gradient is not finite for ${slopes.slice(0, 5).join(", ")}`;
  return (
    `${start} At the last one (${values}) ${what}. Check the data and the parameters of that distribution for NaN, overflow or ` +
    "values outside the support, or start elsewhere: { initStrategy: infer.initToValue({ values }) }."
  );
}
