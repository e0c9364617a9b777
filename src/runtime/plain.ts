// Plain JavaScript values <-> texts that are equal exactly when the values are: what a manifest keeps of static arguments.

/** Null for what has no such text: objects, functions, symbols. */
export function plainText(x: unknown): string | null {
  if (x === null) return "null";
  switch (typeof x) {
    case "number":
      return `number ${Object.is(x, -0) ? "-0" : x}`;
    case "string":
    case "boolean":
    case "bigint":
    case "undefined":
      return `${typeof x} ${String(x)}`;
    default:
      return null;
  }
}

export function plainValue(text: string): unknown {
  const [, kind, rest] = /^(\w+) ?([^]*)$/.exec(text)!;
  switch (kind) {
    case "number":
      return Number(rest);
    case "string":
      return rest;
    case "boolean":
      return rest === "true";
    case "bigint":
      return BigInt(rest!);
    case "undefined":
      return undefined;
    default:
      return null;
  }
}

/** `7`, `"text"`, `undefined`: as errors show it. */
export const showPlain = (text: string): string => {
  const value = plainValue(text);
  return typeof value === "string"
    ? JSON.stringify(value)
    : text.replace(/^number |^boolean |^undefined /, "");
};
