// A number and how finely it is known in; its text for a table out.

/** Fixed-point text is used for sizes from 10^-4 up to this. */
const LARGEST_FIXED = 1e7;
const SMALLEST_FIXED = 1e-4;
const MOST_DECIMALS = 6;

/** Decimals that show `digits` significant digits of `spread`; enough for 4 digits of `size` when there is no spread. */
export function decimalsFor(spread: number, size: number, digits = 3): number {
  const unit = spread > 0 && Number.isFinite(spread) ? spread : Math.abs(size);
  const wanted = spread > 0 ? digits : 4;
  if (!(unit > 0) || !Number.isFinite(unit)) return 2;
  return Math.min(Math.max(wanted - 1 - Math.floor(Math.log10(unit)), 0), MOST_DECIMALS);
}

/** Fixed-point with these decimals; scientific with 4 digits where that would be long or all zeros. */
export function formatNumber(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (size >= LARGEST_FIXED || (size > 0 && size < SMALLEST_FIXED && decimals >= MOST_DECIMALS)) {
    return value.toExponential(3);
  }
  const text = value.toFixed(decimals);
  // -0.00 tells a reader nothing that 0.00 does not.
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
}

/** Two significant digits, for errors. */
export function formatError(value: number): string {
  return formatNumber(value, decimalsFor(value, value, 2));
}

/** Effective sample sizes: whole numbers, because their own error is far larger than 1. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value)) : formatNumber(value, 0);
}

/** R-hat with three decimals, for the threshold is 1.01; fewer where the chains are far apart. */
export function formatRHat(value: number): string {
  return formatNumber(value, value < 2 ? 3 : 1);
}
