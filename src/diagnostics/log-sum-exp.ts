// Logarithms in; logarithm of the sum of what they are logarithms of out, without overflow.

/** log(sum(exp(values))); -Infinity for no values or only -Infinity, NaN when any value is NaN. */
export function logSumExp(values: Float64Array): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) if (!(values[i] <= top)) top = values[i];
  if (!Number.isFinite(top)) return top;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - top);
  return top + Math.log(sum);
}
