// Syntax trees as acorn, ESLint and typescript-eslint make them (ESTree): the little that the checks need of their types.

/** A node; its parts are looked at by name. */
export interface Syntax {
  readonly type: string;
  readonly [part: string]: unknown;
}

export const part = (node: Syntax, name: string): Syntax | null =>
  (node[name] as Syntax | null | undefined) ?? null;

/** `name` of an identifier, also behind what TypeScript writes around an expression. */
export const nameOf = (node: Syntax | null): string | null =>
  node?.type === "Identifier" ? (node["name"] as string) : null;

/** The expression inside parentheses, `as`, `satisfies`, `!` and optional chains. */
export function bare(node: Syntax): Syntax {
  const wrappers = [
    "ParenthesizedExpression",
    "TSAsExpression",
    "TSSatisfiesExpression",
    "TSNonNullExpression",
    "TSTypeAssertion",
    "ChainExpression",
  ];
  let at = node;
  while (wrappers.includes(at.type)) at = part(at, "expression")!;
  return at;
}

export const isFunction = (node: Syntax): boolean =>
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression" ||
  node.type === "FunctionDeclaration";

/** The parts of a node that are nodes. */
export function childrenOf(node: Syntax): Syntax[] {
  const out: Syntax[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === "parent" || key === "loc" || key === "range" || key === "tokens" || key === "comments")
      continue;
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value])
      if (typeof item === "object" && item !== null && typeof (item as Syntax).type === "string")
        out.push(item as Syntax);
  }
  return out;
}
