// A file under ESLint -> what the names in it stand for, and whether an expression is a tensor: by its type where types are known.
import type { Rule, Scope } from "eslint";
import type { Names, Meaning } from "./tensors.js";
import { isTensor, publicName } from "./tensors.js";
import { isFunction, nameOf, part, type Syntax } from "./syntax.js";
import { useOf } from "./traced.js";

const PACKAGE = /^sinter(\/script)?$/;

/** What ESLint knows of a file, asked in the words of the checks. */
export interface FileFacts {
  readonly names: Names;
  isTensor(node: Syntax): boolean;
  variableOf(identifier: Syntax): Scope.Variable | null;
}

export function factsAbout(context: Rule.RuleContext): FileFacts {
  const { sourceCode } = context;
  const variableOf = (identifier: Syntax): Scope.Variable | null => {
    for (
      let scope: Scope.Scope | null = sourceCode.getScope(identifier as never);
      scope;
      scope = scope.upper
    ) {
      const found = scope.set.get(identifier["name"] as string);
      if (found) return found;
    }
    return null;
  };
  const names: Names = {
    meaning: (identifier) => {
      const variable = variableOf(identifier);
      return variable ? meaningOf(variable, names) : null;
    },
  };
  const typed = typesOf(sourceCode.parserServices);
  return { names, variableOf, isTensor: (node) => typed(node) ?? isTensor(node, names) };
}

function meaningOf(variable: Scope.Variable, names: Names): Meaning | null {
  const [definition, ...others] = variable.defs;
  if (!definition || others.length > 0) return null;
  const node = definition.node as unknown as Syntax;
  if (definition.type === "ImportBinding") {
    const from = part(part(definition.parent as unknown as Syntax, "source")!, "value") as unknown;
    if (typeof from !== "string" || !PACKAGE.test(from)) return null;
    return { sinter: node.type === "ImportSpecifier" ? nameOf(part(node, "imported"))! : "" };
  }
  if (definition.type === "Parameter") {
    const parent = part(node, "parent");
    const use = parent && useOf(parent, node, names);
    return use?.tensorsOnly ? { tensor: true } : null;
  }
  if (definition.type !== "Variable") return null;
  const id = part(node, "id")!;
  const init = part(node, "init");
  if (id.type !== "Identifier") return fromPattern(id, init, variable.name, names);
  // `let x;` holds undefined until it is assigned, which may be what is tested for.
  if (!init) return { values: [{ type: "Undefined" }] };
  const writes = variable.references.filter((r) => r.isWrite());
  const alias = writes.length === 1 ? publicName(init, names) : null;
  if (alias !== null) return { sinter: alias };
  return { values: writes.map((r) => (r.writeExpr ?? { type: "Unknown" }) as unknown as Syntax) };
}

/** `const { Normal } = dist`. */
function fromPattern(id: Syntax, init: Syntax | null, name: string, names: Names): Meaning | null {
  const from = init && publicName(init, names);
  if (id.type !== "ObjectPattern" || from === null) return null;
  const property = (id["properties"] as readonly Syntax[]).find(
    (p) => p.type === "Property" && nameOf(part(p, "value")) === name,
  );
  const key = property && nameOf(part(property, "key"));
  return key ? { sinter: from === "" ? key : `${from}.${key}` } : null;
}

/** The parts of TypeScript's interface that are used. */
interface Services {
  readonly program: {
    getTypeChecker(): { getTypeAtLocation(node: unknown): Type };
  };
  readonly esTreeNodeToTSNodeMap: { get(node: unknown): unknown };
}
interface Type {
  readonly flags: number;
  readonly types?: readonly Type[];
  getSymbol(): { readonly name: string } | undefined;
  getProperty(name: string): unknown;
}
const ANY_OR_UNKNOWN = 3;

/** true or false by the type, null where types say nothing. */
function typesOf(services: unknown): (node: Syntax) => boolean | null {
  const { program, esTreeNodeToTSNodeMap: map } = (services ?? {}) as Partial<Services>;
  if (!program || !map) return () => null;
  const checker = program.getTypeChecker();
  const one = (type: Type): boolean | null => {
    if (type.flags & ANY_OR_UNKNOWN) return null;
    if (type.types) {
      const all = type.types.map(one);
      return all.includes(null) ? null : all.every((x) => x === true);
    }
    return (
      type.getSymbol()?.name === "Tensor" &&
      type.getProperty("toArray") !== undefined &&
      type.getProperty("dtype") !== undefined
    );
  };
  return (node) => {
    const at = map.get(node);
    return at === undefined ? null : one(checker.getTypeAtLocation(at));
  };
}

/** The functions around a node, innermost first. */
export function functionsAround(node: Syntax): Syntax[] {
  const out: Syntax[] = [];
  for (let at = part(node, "parent"); at; at = part(at, "parent")) if (isFunction(at)) out.push(at);
  return out;
}
