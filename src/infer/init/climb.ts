// A function with gradient and a starting point in; the highest point of a climb by L-BFGS, and every step on the way, out.

/** Differences of points and gradients that the climb's metric is made of (Nocedal 1980). */
const MEMORY = 6;
const HALVINGS = 30;
/** Part of the promised gain that a step must bring (Armijo 1966). */
const GAIN = 1e-4;

export interface Place {
  readonly q: Float64Array;
  readonly g: Float64Array;
  readonly logp: number;
}

/** How far a step went, how much the gradient fell along it, and one over their inner product. */
export interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

export interface Step {
  readonly place: Place;
  /** The last ones, oldest first. */
  readonly pairs: readonly Pair[];
  /** Whether the function bent down along the step, so that the last pair is the step's. */
  readonly bends: boolean;
}

export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** The highest point met; undefined where the density is not finite at the start. `visit` is told every step taken. */
export function climb(
  logDensityGradient: (q: Float64Array, g: Float64Array) => number,
  start: Float64Array,
  steps: number,
  visit?: (step: Step) => void,
): Place | undefined {
  const at = (q: Float64Array): Place => {
    const g = new Float64Array(q.length);
    return { q, g, logp: logDensityGradient(q, g) };
  };
  const usable = ({ logp, g }: Place): boolean => Number.isFinite(logp) && g.every(Number.isFinite);
  let here = at(start.slice());
  if (!usable(here)) return undefined;
  const pairs: Pair[] = [];
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
    const bends = curvature > 1e-10 * dot(y, y);
    if (bends) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > MEMORY) pairs.shift();
    const gained = next.logp - here.logp;
    here = next;
    visit?.({ place: here, pairs, bends });
    if (gained < 1e-6) break;
  }
  return here;
}

/** The two loops of L-BFGS, for a maximum. */
function uphill(g: Float64Array, pairs: readonly Pair[]): Float64Array {
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
