// The arguments of a call and the structure that an artefact was exported for -> the leaves; leaves -> the result.
import type { Tree } from "./manifest.js";
import { plainText, plainValue, showPlain } from "./plain.js";

export interface Leaf {
  readonly value: unknown;
  /** `argument 0.x[1]` */
  readonly place: string;
}

/** Throws where the structure differs, naming the place. */
export function leavesOf(args: readonly unknown[], tree: Tree, label: string): Leaf[] {
  const parts = (tree as { array: readonly Tree[] }).array;
  if (args.length !== parts.length)
    throw new TypeError(
      `${label}: ${parts.length} arguments are needed, as ${showTree(tree)}, got ${args.length}.`,
    );
  const leaves: Leaf[] = [];
  const wrong = (place: string, wanted: string, x: unknown): never => {
    const got =
      plainText(x) === null
        ? Array.isArray(x)
          ? `an array of ${x.length}`
          : typeof x === "function"
            ? "a function"
            : "an object"
        : showPlain(plainText(x)!);
    throw new TypeError(
      `${label}: ${place} must be ${wanted}, got ${got}. It is part of the exported program; export again for another.`,
    );
  };
  const visit = (x: unknown, t: Tree, place: string): void => {
    if (t === "*") leaves.push({ value: x, place });
    else if ("fixed" in t) return;
    else if ("plain" in t) {
      if (plainText(x) !== t.plain) wrong(place, showPlain(t.plain), x);
    } else if ("array" in t) {
      if (!Array.isArray(x) || x.length !== t.array.length) wrong(place, `an array of ${t.array.length}`, x);
      t.array.forEach((item, i) => visit((x as unknown[])[i], item, `${place}[${i}]`));
    } else {
      const record = x as Readonly<Record<string, unknown>>;
      const keys = sorted(t.object).map(([key]) => key);
      if (typeof x !== "object" || x === null || Array.isArray(x))
        wrong(place, `an object with ${keys.join(", ")}`, x);
      const unknown = Object.keys(record).find((key) => !keys.includes(key));
      const missing = keys.find((key) => !Object.hasOwn(record, key));
      if (unknown !== undefined || missing !== undefined)
        throw new TypeError(
          `${label}: ${place} must be an object with ${keys.join(", ")}; ${missing === undefined ? `"${unknown}" is not among them` : `"${missing}" is missing`}.`,
        );
      for (const [key, item] of sorted(t.object)) visit(record[key], item, `${place}.${key}`);
    }
  };
  parts.forEach((part, i) => visit(args[i], part, `argument ${i}`));
  return leaves;
}

/** The result with leaves in their places. */
export function rebuild(tree: Tree, leaves: readonly unknown[]): unknown {
  let next = 0;
  const build = (t: Tree): unknown => {
    if (t === "*") return leaves[next++];
    if ("plain" in t) return plainValue(t.plain);
    if ("array" in t) return t.array.map(build);
    if ("fixed" in t) throw new Error(`A result cannot hold ${t.fixed}.`);
    const built = new Map(sorted(t.object).map(([key, item]) => [key, build(item)]));
    return Object.fromEntries(t.object.map(([key]) => [key, built.get(key)]));
  };
  return build(tree);
}

/** `(x, { y, n: 3 })`-like text: tensors are `*`. */
export function showTree(t: Tree): string {
  if (t === "*") return "*";
  if ("fixed" in t) return t.fixed;
  if ("plain" in t) return showPlain(t.plain);
  if ("array" in t) return `[${t.array.map(showTree).join(", ")}]`;
  return `{ ${t.object.map(([key, item]) => `${key}: ${showTree(item)}`).join(", ")} }`;
}

type Fields = readonly (readonly [string, Tree])[];
/** The order of keys in which leaves are numbered: that of `flatten`, by code units. */
const sorted = (fields: Fields): Fields => [...fields].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
