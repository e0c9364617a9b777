// The arguments of one call in; a quick test whether another call's arguments need the same program out.
// Says yes less often than equal keys would, never more often.
import { sameType, type Type } from "../ir/types.js";
import { isPlainObject } from "../tensor/pytree.js";
import { Tensor } from "../tensor/tensor.js";

/** What one part of the arguments must be. */
type Part =
  | { readonly kind: "tensor"; readonly type: Type }
  | { readonly kind: "same"; readonly value: unknown }
  | { readonly kind: "array"; readonly items: readonly Part[] }
  | { readonly kind: "object"; readonly keys: readonly string[]; readonly items: readonly Part[] };

export type Pattern = readonly Part[];

/** Null when some part (a Map, a class instance, a typed array) can change inside without becoming another object. */
export function patternOf(args: readonly unknown[]): Pattern | null {
  const parts = args.map(partOf);
  return parts.includes(null) ? null : (parts as Part[]);
}

function partOf(x: unknown): Part | null {
  if (x instanceof Tensor) return { kind: "tensor", type: x.type };
  if (typeof x !== "object" || x === null) return { kind: "same", value: x };
  if (Array.isArray(x)) {
    const items = patternOf(x);
    return items && { kind: "array", items };
  }
  if (!isPlainObject(x)) return null;
  // The order in which `signatureOf` takes the leaves.
  const keys = Object.keys(x).sort();
  const items = patternOf(keys.map((key) => x[key]));
  return items && { kind: "object", keys, items };
}

/** Whether the arguments fit; their tensors are appended to `leaves` in the order of `signatureOf`. */
export function matches(pattern: Pattern, args: readonly unknown[], leaves: Tensor[]): boolean {
  if (args.length !== pattern.length) return false;
  for (let i = 0; i < pattern.length; i++) if (!matchesPart(pattern[i]!, args[i], leaves)) return false;
  return true;
}

function matchesPart(part: Part, x: unknown, leaves: Tensor[]): boolean {
  switch (part.kind) {
    case "tensor":
      if (!(x instanceof Tensor)) return false;
      if (x.type !== part.type && !sameType(x.type, part.type)) return false;
      leaves.push(x);
      return true;
    case "same":
      return Object.is(x, part.value);
    case "array":
      return Array.isArray(x) && matches(part.items, x, leaves);
    case "object": {
      if (!isPlainObject(x) || Object.getOwnPropertySymbols(x).length > 0) return false;
      const { keys, items } = part;
      if (Object.keys(x).length !== keys.length) return false;
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i]!;
        if (!Object.hasOwn(x, key) || !matchesPart(items[i]!, x[key], leaves)) return false;
      }
      return true;
    }
  }
}
