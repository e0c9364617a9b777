// A maker of distributions that takes its arguments in order -> one that also takes them by name, in one object at the end.
import type { Distribution } from "./distribution.js";
import { namedParameters } from "./named-parameters.js";

/** The maker, and the same with an object of named arguments in place of the last ones. */
export type WithNames<A extends readonly unknown[], D extends Distribution> = ((...args: A) => D) &
  ((...mixed: readonly unknown[]) => D);

/** `names` are NumPyro's, in the order of the arguments. */
export function withNames<A extends readonly unknown[], D extends Distribution>(
  family: string,
  names: readonly string[],
  make: (...args: A) => D,
): WithNames<A, D> {
  return (...args: readonly unknown[]): D => {
    const given = namedParameters(family, names, args);
    return make(...(names.map((name) => given[name]) as unknown as A));
  };
}
