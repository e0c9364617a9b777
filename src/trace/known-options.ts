// An options object and the names it may hold in; an error naming what is unknown and what was perhaps meant, or nothing, out.
import { nearestName } from "./nearest-name.js";

/** Throws unless the first argument of a transform is a function. */
export function needFunction(fn: unknown, name: string): void {
  if (typeof fn !== "function")
    throw new TypeError(
      `${name}: the first argument must be a function, got ${fn === null ? "null" : typeof fn}.`,
    );
}

export function checkOptions(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object")
    throw new TypeError(
      `${where}: options are given as an object such as { ${known[0]!}: ... }, got ${typeof options}.`,
    );
  for (const name in options) if (!known.includes(name)) return refuse(where, options, known);
}

function refuse(where: string, options: object, known: readonly string[]): never {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  const meant = nearestName(unknown[0]!, known);
  throw new TypeError(
    `${where}: unknown option ${unknown.map((name) => `"${name}"`).join(", ")}; the options are ${known.join(", ")}.` +
      (meant === null ? "" : ` Did you mean "${meant}"?`),
  );
}
