// Parameters in order, by name, or some in order and the rest by name at the end -> all by name.
import { Tensor } from "../tensor/index.js";
import { Distribution } from "./distribution.js";

const isNamed = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" &&
  x !== null &&
  !(x instanceof Tensor) &&
  !Array.isArray(x) &&
  !ArrayBuffer.isView(x) &&
  !(x instanceof Distribution);

/** `names` in positional order; throws for names that are not among them, too many, twice the same, or undefined in order. */
export function namedParameters(
  family: string,
  names: readonly string[],
  args: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const last = args[args.length - 1];
  const named = isNamed(last) ? last : {};
  const inOrder = isNamed(last) ? args.slice(0, -1) : args;
  const unknown = Object.keys(named).filter((key) => !names.includes(key));
  if (unknown.length > 0)
    throw new Error(`${family}: no parameter is called ${unknown.join(", ")}; it takes ${names.join(", ")}.`);
  if (inOrder.length > names.length)
    throw new Error(
      `${family} takes at most ${names.length} parameters (${names.join(", ")}), got ${inOrder.length}.`,
    );
  // A default must not hide a value that the caller thinks is there: x[0] of a tensor, a name that is spelt wrong.
  const absent = inOrder.findIndex((value) => value === undefined);
  if (absent >= 0)
    throw new TypeError(
      `${family}: ${names[absent]} is undefined. Elements of tensors are x.at(i); for the default leave it out or give parameters by name.`,
    );
  const twice = inOrder.findIndex((_, i) => named[names[i]!] !== undefined);
  if (twice >= 0) throw new Error(`${family}: ${names[twice]} is given in order and by name; give it once.`);
  return { ...named, ...Object.fromEntries(inOrder.map((value, i) => [names[i]!, value])) };
}
