// Chains in; whether a convergence diagnostic is defined for them (enough chains, at least 4 draws, no NaN) out.

/** Rank-normalised diagnostics split chains in two and need a variance in each half, hence 4 draws. */
const MIN_DRAWS = 4;

/** False where the diagnostics answer NaN. */
export function usable(chains: readonly Float64Array[], minChains = 1): boolean {
  if (chains.length < minChains || chains.length === 0 || chains[0].length < MIN_DRAWS) return false;
  return !chains.some(hasNaN);
}

/** True when any value is NaN. Engines search in native code, which a loop becomes only after thousands of turns. */
export const hasNaN = (values: Float64Array): boolean => values.includes(NaN);
