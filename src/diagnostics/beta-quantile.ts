// A probability and two shapes >= 1 in; the quantile of the beta distribution out (about 1e-12).

/** The x with I_x(a, b) = p, by bisection: 52 halvings give x to one unit in 2^52, and no start can fail. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(a >= 1 && b >= 1 && p >= 0 && p <= 1)) return NaN;
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  let low = 0;
  let high = 1;
  for (let step = 0; step < 52; step++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b, logBeta) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b), the regularised incomplete beta function: a continued fraction on the side where it converges fast (DLMF 8.17.22). */
function incompleteBeta(x: number, a: number, b: number, logBeta: number): number {
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a, logBeta);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a;
  return front * continuedFraction(x, a, b);
}

/** 1 / (1 + d1 / (1 + d2 / (1 + ...))), evaluated forwards (Lentz 1976, as changed by Thompson and Barnett 1986). */
function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let numerators = 1;
  let denominators = 0;
  let value = 1;
  // Terms needed grow as the square root of the larger shape; the bound is far beyond any sample size.
  for (let j = 1; j < 1e6; j++) {
    const m = j >> 1;
    const d =
      j % 2 === 1
        ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
        : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    denominators = 1 / avoidZero(1 + d * denominators, tiny);
    numerators = avoidZero(1 + d / numerators, tiny);
    const change = numerators * denominators;
    value *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return 1 / value;
}

function avoidZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** log Gamma(x) for x >= 1: Stirling's series after the recurrence has moved x above 12 (DLMF 5.11.1). */
function logGamma(x: number): number {
  let shift = 1;
  let z = x;
  for (; z < 12; z++) shift *= z;
  const w = 1 / (z * z);
  const series =
    (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - (w * 691) / 360360))))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift);
}
