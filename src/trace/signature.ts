// The arguments of a call -> the tensors in them and the key of the program that fits.
import { showType } from "../ir/types.js";
import { isPlainObject } from "../tensor/pytree.js";
import { Tensor } from "../tensor/tensor.js";
import { readGuards } from "./guards.js";
import { encode } from "./static-key.js";

export interface Signature {
  readonly leaves: readonly Tensor[];
  /** Equal exactly when the same program fits. */
  readonly key: string;
  /** The same facts by place: `argument 0.x` -> `f64[3]`. */
  facts(): Map<string, string>;
}

/** Tensors, also in arrays and plain objects, are inputs (by type); everything else is static (by value). */
export function signatureOf(
  args: readonly unknown[],
  fixed: readonly (readonly [string, string])[],
): Signature {
  const leaves: Tensor[] = [];
  const facts: [string, string][] = [];
  const visit = (x: unknown, place: string, inside: readonly object[]): void => {
    if (x instanceof Tensor) {
      leaves.push(x);
      facts.push([place, showType(x.type)]);
      return;
    }
    const array = Array.isArray(x);
    if (!array && !isPlainObject(x)) {
      facts.push([place, encode(x, place)]);
      return;
    }
    if (inside.includes(x))
      throw new Error(`${place} contains itself; cycles cannot be arguments of a compiled function.`);
    const next = [...inside, x];
    if (array) {
      facts.push([place, `array of ${x.length}`]);
      x.forEach((item, i) => visit(item, `${place}[${i}]`, next));
    } else {
      if (Object.getOwnPropertySymbols(x).length > 0) encode(x, place);
      const keys = Object.keys(x).sort();
      facts.push([place, `{${keys.map((k) => JSON.stringify(k)).join(",")}}`]);
      for (const key of keys) visit(x[key], `${place}.${key}`, next);
    }
  };
  facts.push(["arguments", String(args.length)]);
  args.forEach((arg, i) => visit(arg, `argument ${i}`, []));
  for (const [name, value] of fixed) facts.push([name, value]);
  for (const [name, value] of readGuards()) facts.push([name, value]);
  // Values follow one order given by the structure, and no value contains a newline, so the text can be split back.
  return { leaves, key: facts.map(([, value]) => value).join("\n"), facts: () => new Map(facts) };
}
