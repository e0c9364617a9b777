// Options in; an error naming what is unknown or out of range, or the value, out.
export { checkOptions } from "../tensor/index.js";

/** The number if it is a whole one in [low, high]; an error naming the option otherwise. */
export function wholeNumber(where: string, name: string, x: number, low: number, high = Infinity): number {
  if (Number.isInteger(x) && x >= low && x <= high) return x;
  const range = high === Infinity ? `${low} or more` : `from ${low} to ${high}`;
  throw new RangeError(`${where}: ${name} must be a whole number, ${range}; got ${x}.`);
}

/** The number if it lies strictly between low and high; an error naming the option otherwise. */
export function between(where: string, name: string, x: number, low: number, high = Infinity): number {
  if (x > low && x < high) return x;
  const range = high === Infinity ? `above ${low}` : `between ${low} and ${high}`;
  throw new RangeError(`${where}: ${name} must be ${range}; got ${x}.`);
}
