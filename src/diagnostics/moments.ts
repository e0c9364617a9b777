// Numbers in; mean and variance out, accurate when the spread is tiny beside the mean.

/** Arithmetic mean; NaN when there are no values. A second pass adds what rounding lost, so equal values return that value. */
export function mean(values: Float64Array): number {
  const n = values.length;
  if (n === 0) return NaN;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const first = sum / n;
  if (!Number.isFinite(first)) return first;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += values[i] - first;
  return first + rest / n;
}

/** Mean squared distance from the mean, divided by n - `lostDegrees`; NaN when that divisor is not positive. */
export function variance(values: Float64Array, lostDegrees = 1): number {
  const n = values.length;
  if (n - lostDegrees <= 0) return NaN;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const distance = values[i] - centre;
    squares += distance * distance;
  }
  return squares / (n - lostDegrees);
}

/** All chains one after the other. */
export function flatten(chains: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(chains.reduce((size, chain) => size + chain.length, 0));
  let at = 0;
  for (const chain of chains) {
    out.set(chain, at);
    at += chain.length;
  }
  return out;
}
