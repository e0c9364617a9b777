// An expression and what its names stand for -> whether its value is a tensor: by data flow from sample(...) and np calls.
import { bare, nameOf, part, type Syntax } from "./syntax.js";

/** What a name stands for, as far as the file says. */
export type Meaning =
  /** A public name of sinter, such as "sample", "np" or, for `import * as sinter`, "". */
  | { readonly sinter: string }
  /** A variable and all that is assigned to it. */
  | { readonly values: readonly Syntax[] }
  /** A parameter that gets a tensor. */
  | { readonly tensor: true }
  | Given;

/**
 * A parameter, what it got in the call at hand, and what is assigned to it later. Whether it got anything is a fair question, so that
 * it may be tested itself; what is computed from it may not.
 */
export interface Given {
  readonly given: unknown;
  readonly later: readonly Syntax[];
}

export interface Names {
  meaning(identifier: Syntax): Meaning | null;
}

/** Members of sinter that give tensors. */
const MAKERS = new Set(["sample", "param", "deterministic", "subsample"]);

/** Functions of np that give something else. */
const PLAIN = new Set(["np.allclose", "np.shape", "np.ndim", "np.size", "np.broadcastShapes"]);

/** What a tensor has that is not a tensor. */
const READS = new Set(
  "item toArray data shape dtype size ndim toString toJSON length type link valueOf".split(" "),
);

/** `np.linalg.cholesky` of an expression that is a path into sinter; null for any other. */
export function publicName(node: Syntax, names: Names): string | null {
  const at = bare(node);
  if (at.type === "Identifier") {
    const meaning = names.meaning(at);
    return meaning && "sinter" in meaning ? meaning.sinter : null;
  }
  // (0, imported.sample) is how bundlers call an import.
  if (at.type === "SequenceExpression")
    return publicName((at["expressions"] as readonly Syntax[]).at(-1)!, names);
  if (at.type !== "MemberExpression" || at["computed"] === true) return null;
  const of = publicName(part(at, "object")!, names);
  const name = nameOf(part(at, "property"));
  if (of === null || name === null) return null;
  return of === "" ? name : `${of}.${name}`;
}

/** The part of an argument of the call at hand that an expression such as `data.x[0]` names. */
function givenValue(node: Syntax, names: Names): unknown {
  const at = bare(node);
  if (at.type === "Identifier") {
    const meaning = names.meaning(at);
    return meaning && "given" in meaning ? meaning.given : undefined;
  }
  if (at.type !== "MemberExpression") return undefined;
  const property = part(at, "property")!;
  const key = at["computed"] === true ? property["value"] : nameOf(property);
  const of = givenValue(part(at, "object")!, names);
  if (typeof of !== "object" || of === null || holdsTensor(of)) return undefined;
  return typeof key === "string" || typeof key === "number"
    ? (of as Readonly<Record<string | number, unknown>>)[key]
    : undefined;
}

const holdsTensor = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "dtype" in x && "link" in x && "toArray" in x;

/** Whether an operand of something that computes is a tensor; an argument of the call at hand may be one. */
export const isTensorOperand = (node: Syntax, names: Names, seen = new Set<unknown>()): boolean =>
  isTensor(node, names, seen) || isGivenTensor(node, names, seen);

function isGivenTensor(node: Syntax, names: Names, seen: ReadonlySet<unknown>): boolean {
  const at = bare(node);
  if (!holdsTensor(givenValue(at, names))) return false;
  const meaning = at.type === "Identifier" ? names.meaning(at) : null;
  const later = meaning && "later" in meaning ? meaning.later : [];
  return later.every((v) => seen.has(bare(v)) || isTensor(v, names, new Set([...seen, at])));
}

export function isTensor(node: Syntax, names: Names, seen = new Set<unknown>()): boolean {
  const at = bare(node);
  if (seen.has(at)) return false;
  const inner = new Set([...seen, at]);
  const again = (n: Syntax | null): boolean => n !== null && isTensor(n, names, inner);
  switch (at.type) {
    case "Identifier": {
      const meaning = names.meaning(at);
      if (!meaning || "sinter" in meaning || "given" in meaning) return false;
      // A variable that also holds something else may be tested for that.
      return "tensor" in meaning || (meaning.values.length > 0 && meaning.values.every((v) => again(v)));
    }
    case "CallExpression": {
      const callee = bare(part(at, "callee")!);
      const name = publicName(callee, names);
      if (name !== null) return callGivesTensor(name);
      if (callee.type !== "MemberExpression" || callee["computed"] === true) return false;
      const method = nameOf(part(callee, "property"));
      const object = part(callee, "object")!;
      if (method !== null && isDistribution(object, names))
        return ["logProb", "sample", "cdf", "icdf", "entropy"].includes(method);
      return method !== null && !READS.has(method) && isTensorOperand(object, names, inner);
    }
    case "ConditionalExpression":
      return again(part(at, "consequent")) && again(part(at, "alternate"));
    case "AssignmentExpression":
      return at["operator"] === "=" && again(part(at, "right"));
    default:
      return false;
  }
}

function callGivesTensor(name: string): boolean {
  if (MAKERS.has(name)) return true;
  if (PLAIN.has(name)) return false;
  if (/^random\.\w+$/.test(name)) return true;
  return (
    /^np(\.(linalg|special))?\.\w+$/.test(name) &&
    !/^np\.(linalg\.(eigh|qr|svd|slogdet)|scan|cond|whileLoop|fori|split)$/.test(name)
  );
}

function isDistribution(node: Syntax, names: Names): boolean {
  const at = bare(node);
  return at.type === "CallExpression" && /^dist\.\w+$/.test(publicName(part(at, "callee")!, names) ?? "");
}
