// What samplers need to know of a posterior: a point in, its log density and gradient out.

/** The unconstrained log density; the gradient is written to `out`. Both arrays have `dim` numbers. */
export interface Density {
  readonly dim: number;
  logDensityGradient(q: Float64Array, out: Float64Array): number;
}

/** A point of phase space: position, momentum, gradient of the log density at the position, and that log density. */
export interface PhasePoint {
  readonly q: Float64Array;
  readonly p: Float64Array;
  readonly g: Float64Array;
  logp: number;
}

export const phasePoint = (dim: number): PhasePoint => ({
  q: new Float64Array(dim),
  p: new Float64Array(dim),
  g: new Float64Array(dim),
  logp: NaN,
});

/** Below this length a loop beats the call of `set`. */
const SHORT = 24;

/** Two numbers a turn: for a handful of them the looking after a loop takes as long as the copying. */
export function copyVector(
  from: ArrayLike<number>,
  to: Float64Array | Float32Array,
  n: number = from.length,
): void {
  if (n > SHORT) {
    to.set(from);
    return;
  }
  let i = 1;
  for (; i < n; i += 2) {
    to[i - 1] = from[i - 1];
    to[i] = from[i];
  }
  if (i === n) to[i - 1] = from[i - 1];
}

export function copyPoint(from: PhasePoint, to: PhasePoint): void {
  copyVector(from.p, to.p);
  copyPosition(from, to);
}

/** All but the momentum. */
export function copyPosition(from: PhasePoint, to: PhasePoint): void {
  copyVector(from.q, to.q);
  copyVector(from.g, to.g);
  to.logp = from.logp;
}
