// Any JavaScript value -> text that is equal exactly when the values may share a compiled program.
import { Tensor } from "../tensor/tensor.js";
import { isPlainObject } from "../tensor/pytree.js";

let identities = 0;
const byIdentity = new WeakMap<object, number>();
const symbols = new Map<symbol, number>();

/** A number for an object or function that no other ever gets. */
export function identity(x: object): number {
  let id = byIdentity.get(x);
  if (id === undefined) byIdentity.set(x, (id = identities++));
  return id;
}

/** Values whose state cannot be read: two of them could never be told apart. */
const opaque: readonly [new (...args: never[]) => object, string][] = [
  [Promise, "await it before the call"],
  [WeakMap, "pass what is needed from it"],
  [WeakSet, "pass what is needed from it"],
  [WeakRef, "dereference it before the call"],
];

/**
 * Numbers keep NaN, the infinities and -0 apart; functions count by identity; Map, Set, Date, RegExp and typed arrays by
 * contents; class instances by identity and the fields that they have now. `where` names the value in errors.
 */
export function encode(x: unknown, where: string, inside: readonly object[] = []): string {
  switch (typeof x) {
    case "number":
      return Object.is(x, -0) ? "-0" : String(x);
    case "string":
      return JSON.stringify(x);
    case "boolean":
    case "undefined":
      return String(x);
    case "bigint":
      return `${x}n`;
    case "symbol": {
      let id = symbols.get(x);
      if (id === undefined) symbols.set(x, (id = identities++));
      return `symbol#${id}`;
    }
    case "function":
      return `function ${JSON.stringify(x.name)}#${identity(x)}`;
    case "object":
      return x === null ? "null" : encodeObject(x, where, inside);
  }
}

function encodeObject(x: object, where: string, inside: readonly object[]): string {
  const depth = inside.indexOf(x);
  if (depth >= 0) return `^${depth}`;
  const next = [...inside, x];
  const each = (items: Iterable<unknown>): string =>
    Array.from(items, (item, i) => encode(item, `${where}[${i}]`, next)).join(",");
  const fields = (): string =>
    Object.keys(x)
      .map(
        (key) =>
          `${JSON.stringify(key)}:${encode((x as Record<string, unknown>)[key], `${where}.${key}`, next)}`,
      )
      .join(",");
  if (x instanceof Tensor) return `tensor#${identity(x)}`;
  if (Array.isArray(x)) return `[${each(x)}]`;
  if (isPlainObject(x)) {
    if (Object.getOwnPropertySymbols(x).length > 0)
      refuse(where, "an object with symbols for keys", "use strings for keys");
    return `{${fields()}}`;
  }
  if (ArrayBuffer.isView(x)) {
    if (x instanceof DataView) refuse(where, "a DataView", "pass a typed array");
    return `${x.constructor.name}(${Array.from(x as unknown as ArrayLike<number>, (v) => (Object.is(v, -0) ? "-0" : String(v))).join()})`;
  }
  if (x instanceof Date) return `Date(${x.getTime()})`;
  if (x instanceof RegExp) return `${String(x)}@${x.lastIndex}`;
  for (const [type, advice] of opaque) if (x instanceof type) refuse(where, `a ${type.name}`, advice);
  if (typeof (x as { next?: unknown }).next === "function")
    refuse(where, "an iterator, which changes when it is read", "pass an array");
  const kind = `${(x.constructor as { name?: string } | undefined)?.name ?? "object"}#${identity(x)}`;
  if (x instanceof Map)
    return `Map(${Array.from(x, ([k, v]) => `${encode(k, where, next)}=>${encode(v, where, next)}`).join(",")}){${fields()}}`;
  if (x instanceof Set) return `Set(${each(x)}){${fields()}}`;
  return `${kind}{${fields()}}`;
}

function refuse(where: string, what: string, advice: string): never {
  throw new TypeError(
    `${where} is ${what}: a compiled program cannot be looked up by it. Instead, ${advice}.`,
  );
}
