// An options object and the names it may hold in; an error naming what is unknown, or nothing, out.

export function checkOptions(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new TypeError(
      `${where}: unknown option ${unknown.map((name) => `"${name}"`).join(", ")}; the options are ${known.join(", ")}.`,
    );
}

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
