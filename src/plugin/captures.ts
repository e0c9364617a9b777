// A module's text -> the same with each script(fn) told what its names mean, and where and how fn was written: before any
// compiler renames, minifies or strips it.
import { parse, type AnyNode, type CallExpression, type Program } from "acorn";
import MagicString, { type SourceMap } from "magic-string";
import { childrenOf, declaredIn, factsOf, namesIn } from "../script/facts.js";
import { ORIGIN } from "../script/origin.js";

export interface Captured {
  readonly code: string;
  readonly map: SourceMap;
}

export interface CaptureOptions {
  /** The file's name in error messages. */
  readonly file: string;
  /** TypeScript -> JavaScript at the same places; needed for TypeScript only. */
  readonly blank?: (code: string) => string;
}

/** Null where the module makes no scripts. Throws where it cannot be parsed. */
export function captureNames(code: string, { file, blank }: CaptureOptions): Captured | null {
  if (!/\bscript\b/.test(code) || !/["']sinter(\/script)?["']/.test(code)) return null;
  const text = blank ? blank(code) : code;
  const program = parse(text, {
    ecmaVersion: "latest",
    sourceType: "module",
    locations: true,
    allowHashBang: true,
  });
  const imports = scriptImports(program);
  if (imports.names.size + imports.spaces.size === 0) return null;
  const out = new MagicString(code);
  let found = 0;
  const visit = (node: AnyNode, visible: Visible): void => {
    const inner = new Visible(node, visible);
    if (node.type === "CallExpression" && isScript(node, imports)) {
      const captures = capturesOf(node, inner, text, file);
      if (captures !== null) {
        found++;
        addArgument(out, node, text, captures);
      }
    }
    childrenOf(node).forEach((child) => visit(child, inner));
  };
  visit(program, new Visible(null, null));
  return found === 0 ? null : { code: out.toString(), map: out.generateMap({ source: file, hires: true }) };
}

/** Local names of `script`, and of the namespaces that hold it. */
interface Imports {
  readonly names: ReadonlySet<string>;
  readonly spaces: ReadonlySet<string>;
}

function scriptImports(program: Program): Imports {
  const names = new Set<string>();
  const spaces = new Set<string>();
  for (const node of program.body) {
    if (node.type !== "ImportDeclaration" || !/^sinter(\/script)?$/.test(String(node.source.value))) continue;
    for (const s of node.specifiers)
      if (s.type === "ImportNamespaceSpecifier") spaces.add(s.local.name);
      else if (
        s.type === "ImportSpecifier" &&
        s.imported.type === "Identifier" &&
        s.imported.name === "script"
      )
        names.add(s.local.name);
  }
  return { names, spaces };
}

function isScript({ callee }: CallExpression, { names, spaces }: Imports): boolean {
  if (callee.type === "Identifier") return names.has(callee.name);
  return (
    callee.type === "MemberExpression" &&
    !callee.computed &&
    callee.object.type === "Identifier" &&
    spaces.has(callee.object.name) &&
    callee.property.type === "Identifier" &&
    callee.property.name === "script"
  );
}

/** The names declared around a place. */
class Visible {
  private readonly own = new Map<string, AnyNode | null>();

  constructor(
    node: AnyNode | null,
    private readonly outer: Visible | null,
  ) {
    if (node) for (const [name, value] of declarations(node)) this.own.set(name, value);
  }

  has(name: string): boolean {
    return this.own.has(name) || (this.outer?.has(name) ?? false);
  }

  /** The function that a name was declared with. */
  functionOf(name: string): AnyNode | null {
    const found = this.own.has(name) ? this.own.get(name)! : (this.outer?.functionOf(name) ?? null);
    return found && /Function/.test(found.type) ? found : null;
  }
}

/** Names that a node declares for what is inside it, with what they are declared as. */
function declarations(node: AnyNode): [string, AnyNode | null][] {
  const of = (statement: AnyNode): [string, AnyNode | null][] => {
    if (statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration")
      return statement.declaration ? of(statement.declaration) : [];
    if (statement.type === "ImportDeclaration") return statement.specifiers.map((s) => [s.local.name, null]);
    if (statement.type === "ClassDeclaration") return statement.id ? [[statement.id.name, null]] : [];
    if (statement.type === "FunctionDeclaration") return statement.id ? [[statement.id.name, statement]] : [];
    if (statement.type === "VariableDeclaration")
      return statement.declarations.flatMap((d): [string, AnyNode | null][] =>
        d.id.type === "Identifier" ? [[d.id.name, d.init ?? null]] : namesIn(d.id).map((n) => [n, null]),
      );
    return declaredIn(statement).map((n) => [n, null]);
  };
  switch (node.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
      return node.body.flatMap((s) => of(s as AnyNode));
    case "ForStatement":
      return node.init ? of(node.init) : [];
    case "ForOfStatement":
    case "ForInStatement":
      return of(node.left);
    case "CatchClause":
      return node.param ? namesIn(node.param).map((n) => [n, null]) : [];
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "FunctionDeclaration":
      return [
        ...node.params.flatMap(namesIn).map((n): [string, null] => [n, null]),
        ...(node.id && node.type === "FunctionExpression" ? [[node.id.name, null] as [string, null]] : []),
      ];
    default:
      return [];
  }
}

/** The object literal of captures, read when the script runs; null where the function is not written in this module. */
function capturesOf(call: CallExpression, visible: Visible, text: string, file: string): string | null {
  const [given] = call.arguments;
  const fn = given?.type === "Identifier" ? visible.functionOf(given.name) : given;
  if (
    fn?.type !== "ArrowFunctionExpression" &&
    fn?.type !== "FunctionExpression" &&
    fn?.type !== "FunctionDeclaration"
  )
    return null;
  const facts = factsOf(fn);
  const used = new Set([
    ...facts.reads,
    ...facts.calls,
    ...facts.writes,
    ...facts.elements.keys(),
    ...facts.mutates,
  ]);
  const names = [...used].filter((name) => visible.has(name));
  const { line, column } = fn.loc!.start;
  const origin = { file, line, column, text: text.slice(fn.start, fn.end) };
  // Getters: a name may be declared after the script, and mean something else at the next call.
  return [
    ...names.map((name) => `get ${name}() { return ${name}; }`),
    `${ORIGIN}: ${JSON.stringify(origin)}`,
  ].join(", ");
}

function addArgument(out: MagicString, call: CallExpression, text: string, captures: string): void {
  const [fn, given] = call.arguments;
  if (given) {
    out.appendLeft(given.start, `{ ${captures}, ...(`);
    out.appendRight(given.end, ") }");
    return;
  }
  const end = call.end - 1;
  const comma = text.slice(fn!.end, end).includes(",") ? "" : ",";
  out.appendLeft(end, `${comma} { ${captures} }`);
}
