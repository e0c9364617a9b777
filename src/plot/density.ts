// Draws in; a smooth estimate of their density on a grid, as points of a line, out.
import { mean, variance } from "../diagnostics/moments.js";
import { quantilesOfSorted, sorted } from "../diagnostics/quantile.js";

const POINTS = 128;

/** Gaussian kernels of Silverman's (1986, equation 3.31) width, cut to the range of the draws; a spike for constant draws. */
export function density(draws: Float64Array): { x: number; y: number }[] {
  const ascending = sorted(draws.filter(Number.isFinite));
  const n = ascending.length;
  if (n === 0) return [];
  const [low, high] = [ascending[0], ascending[n - 1]];
  if (low === high) return [0, 1, 0].map((y) => ({ x: low, y }));
  const [q1, q3] = quantilesOfSorted(ascending, [0.25, 0.75]);
  const spread = Math.min(Math.sqrt(variance(ascending)), (q3 - q1) / 1.34) || Math.sqrt(variance(ascending));
  const width = 0.9 * spread * n ** -0.2;
  return Array.from({ length: POINTS }, (_, i) => {
    const x = low + ((high - low) * i) / (POINTS - 1);
    return {
      x,
      y:
        mean(ascending.map((d) => Math.exp(-0.5 * ((x - d) / width) ** 2))) /
        (width * Math.sqrt(2 * Math.PI)),
    };
  });
}
