// A density and uniform starting points in; the best point of a few climbs, where a chain starts, out.
import { initToUniform, type InitContext, type InitStrategy } from "./strategy.js";

/** Differences of points and gradients that the climb's metric is made of (Nocedal 1980). */
const MEMORY = 6;
const HALVINGS = 30;
/** Part of the promised gain that a step must bring (Armijo 1966). */
const GAIN = 1e-4;

interface Place {
  q: Float64Array;
  g: Float64Array;
  logp: number;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

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

/** The highest point met; undefined where the density is not finite at the start. */
function climb(
  logDensityGradient: NonNullable<InitContext["logDensityGradient"]>,
  start: Float64Array,
  steps: number,
): Place | undefined {
  const at = (q: Float64Array): Place => {
    const g = new Float64Array(q.length);
    return { q, g, logp: logDensityGradient(q, g) };
  };
  const usable = ({ logp, g }: Place): boolean => Number.isFinite(logp) && g.every(Number.isFinite);
  let here = at(start.slice());
  if (!usable(here)) return undefined;
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const direction = uphill(here.g, pairs);
    const slope = dot(direction, here.g);
    // The first step is as long as 1 at most: nothing is known of scales yet.
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(here.g, here.g))) : 1;
    let next: Place | undefined;
    for (let i = 0; i < HALVINGS && !next; i++, length /= 2) {
      const tried = at(here.q.map((x, k) => x + length * direction[k]));
      if (usable(tried) && tried.logp >= here.logp + GAIN * length * slope) next = tried;
    }
    if (!next) break;
    const s = next.q.map((x, k) => x - here.q[k]);
    const y = here.g.map((x, k) => x - next.g[k]);
    const curvature = dot(s, y);
    if (curvature > 1e-10 * dot(y, y)) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > MEMORY) pairs.shift();
    const gained = next.logp - here.logp;
    here = next;
    if (gained < 1e-6) break;
  }
  return here;
}

/** The two loops of L-BFGS, for a maximum. */
function uphill(
  g: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const d = g.slice();
  const alphas: number[] = [];
  for (const { s, y, rho } of [...pairs].reverse()) {
    const alpha = rho * dot(s, d);
    alphas.push(alpha);
    for (let k = 0; k < d.length; k++) d[k] -= alpha * y[k];
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let k = 0; k < d.length; k++) d[k] *= scale;
  }
  for (const { s, y, rho } of pairs) {
    const beta = rho * dot(y, d);
    const alpha = alphas.pop()!;
    for (let k = 0; k < d.length; k++) d[k] += (alpha - beta) * s[k];
  }
  return d;
}
