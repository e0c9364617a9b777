// Trees of tensors (arrays, plain objects, null, numbers) <-> a list of leaves and the structure around them.
import { Tensor } from "./tensor.js";

/** The structure left when the leaves are taken out. Object leaves are listed in sorted key order, so that key order does not matter. */
export type TreeDef =
  | { readonly kind: "leaf" }
  | { readonly kind: "static"; readonly value: unknown }
  | { readonly kind: "array"; readonly items: readonly TreeDef[] }
  | {
      readonly kind: "object";
      readonly keys: readonly string[];
      readonly items: ReadonlyMap<string, TreeDef>;
    };

export interface Flat<L = Tensor> {
  readonly leaves: readonly L[];
  readonly def: TreeDef;
}

/** An object made by a literal or Object.create(null), as opposed to a class instance. */
export function isPlainObject(x: unknown): x is Record<string, unknown> {
  if (typeof x !== "object" || x === null) return false;
  const proto: unknown = Object.getPrototypeOf(x);
  return proto === null || proto === Object.prototype;
}

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;

/**
 * Takes the leaves out of a tree. `leaf` turns a value into a leaf or returns null to descend into it (arrays, plain objects)
 * or keep it as part of the structure (everything else). By default tensors are the leaves.
 */
export function flatten(tree: unknown): Flat;
export function flatten<L>(tree: unknown, leaf: (x: unknown) => L | null): Flat<L>;
export function flatten<L>(
  tree: unknown,
  leaf: (x: unknown) => L | null = (x) => (isTensor(x) ? (x as L) : null),
): Flat<L> {
  const leaves: L[] = [];
  const inside = new Set<object>();
  const visit = (x: unknown): TreeDef => {
    const l = leaf(x);
    if (l !== null) {
      leaves.push(l);
      return { kind: "leaf" };
    }
    const array = Array.isArray(x);
    if (!array && !isPlainObject(x)) return { kind: "static", value: x };
    if (inside.has(x))
      throw new Error("A tree of tensors contains itself; cycles cannot be arguments or results.");
    inside.add(x);
    let def: TreeDef;
    if (array) def = { kind: "array", items: x.map(visit) };
    else {
      const items = new Map<string, TreeDef>();
      for (const key of Object.keys(x).sort()) items.set(key, visit(x[key]));
      def = { kind: "object", keys: Object.keys(x), items };
    }
    inside.delete(x);
    return def;
  };
  const def = visit(tree);
  return { leaves, def };
}

/** Puts leaves back into a structure; the inverse of flatten. */
export function unflatten(def: TreeDef, leaves: readonly unknown[]): unknown {
  let next = 0;
  const build = (d: TreeDef): unknown => {
    switch (d.kind) {
      case "leaf":
        return leaves[next++];
      case "static":
        return d.value;
      case "array":
        return d.items.map(build);
      case "object": {
        const built = new Map([...d.items].map(([key, item]) => [key, build(item)]));
        return Object.fromEntries(d.keys.map((key) => [key, built.get(key)]));
      }
    }
  };
  const tree = build(def);
  if (next !== leaves.length)
    throw new Error(`unflatten: the structure has ${next} leaves, ${leaves.length} were given.`);
  return tree;
}

/** Whether two structures agree; static parts compare with Object.is. */
export function sameTree(a: TreeDef, b: TreeDef): boolean {
  if (a.kind === "leaf" || b.kind === "leaf") return a.kind === b.kind;
  if (a.kind === "static" || b.kind === "static")
    return a.kind === "static" && b.kind === "static" && Object.is(a.value, b.value);
  if (a.kind === "array" || b.kind === "array") {
    if (a.kind !== "array" || b.kind !== "array" || a.items.length !== b.items.length) return false;
    return a.items.every((item, i) => sameTree(item, b.items[i]!));
  }
  if (a.items.size !== b.items.size) return false;
  return [...a.items].every(([key, item]) => {
    const other = b.items.get(key);
    return other !== undefined && sameTree(item, other);
  });
}

/** `{ a: *, b: [*, null] }`: a structure as an error message shows it. */
export function showTree(def: TreeDef): string {
  switch (def.kind) {
    case "leaf":
      return "*";
    case "static":
      return typeof def.value === "object" && def.value !== null
        ? ((Object.getPrototypeOf(def.value) as { constructor?: { name?: string } } | null)?.constructor
            ?.name ?? "object")
        : String(def.value);
    case "array":
      return `[${def.items.map(showTree).join(", ")}]`;
    case "object":
      return `{ ${[...def.items].map(([key, item]) => `${key}: ${showTree(item)}`).join(", ")} }`;
  }
}
