// A piece of syntax -> what it reads, writes and does, by the names that are free in it. Loops are taken apart by these facts.
import type { AnyNode, Identifier, MemberExpression, Pattern } from "acorn";
import { isImportObject } from "./scope.js";

export interface Facts {
  /** Free names whose value is used. */
  readonly reads: Set<string>;
  /** Free names that are assigned. */
  readonly writes: Set<string>;
  /** Free names whose elements or properties are assigned, with the places. */
  readonly elements: Map<string, MemberExpression[]>;
  /** Names that are called as functions, and names on which methods are called. */
  readonly calls: Set<string>;
  readonly mutates: Set<string>;
  /** Exits that leave the piece itself. */
  readonly breaks: boolean;
  readonly continues: boolean;
  readonly returns: boolean;
  /** The labels that `continue` names. */
  readonly continued: Set<string>;
}

const cache = new WeakMap<object, Facts>();

export function factsOf(node: AnyNode): Facts {
  let facts = cache.get(node);
  if (!facts) cache.set(node, (facts = collect(node)));
  return facts;
}

interface Mutable {
  reads: Set<string>;
  writes: Set<string>;
  elements: Map<string, MemberExpression[]>;
  calls: Set<string>;
  mutates: Set<string>;
  breaks: boolean;
  continues: boolean;
  returns: boolean;
  continued: Set<string>;
}

interface Within {
  readonly names: ReadonlySet<string>;
  /** Inside a switch, which `break` leaves. */
  readonly choice: boolean;
  readonly loop: boolean;
  readonly fn: boolean;
}

/** Methods of arrays that change them. */
const MUTATORS = new Set(["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill"]);

function collect(node: AnyNode): Facts {
  const out: Mutable = {
    reads: new Set(),
    writes: new Set(),
    elements: new Map(),
    calls: new Set(),
    mutates: new Set(),
    breaks: false,
    continues: false,
    returns: false,
    continued: new Set(),
  };
  visit(node, { names: new Set(), choice: false, loop: false, fn: false }, out);
  return out;
}

const LOOPS = new Set([
  "ForStatement",
  "ForOfStatement",
  "ForInStatement",
  "WhileStatement",
  "DoWhileStatement",
]);
const FUNCTIONS = new Set(["FunctionExpression", "ArrowFunctionExpression", "FunctionDeclaration"]);

function visit(node: AnyNode, within: Within, out: Mutable): void {
  const free = (name: string): boolean => !within.names.has(name);
  switch (node.type) {
    case "Identifier":
      if (free(node.name)) out.reads.add(node.name);
      return;
    case "MemberExpression":
      visit(node.object, within, out);
      if (node.computed) visit(node.property, within, out);
      // An import as bundlers write it: the name is the property.
      else if (
        node.object.type === "Identifier" &&
        node.property.type === "Identifier" &&
        isImportObject(node.object.name)
      )
        out.reads.add(node.property.name);
      return;
    case "Property":
      if (node.computed) visit(node.key, within, out);
      visit(node.value, within, out);
      return;
    case "AssignmentExpression":
      visit(node.right, within, out);
      assigned(node.left, within, out, node.operator !== "=");
      return;
    case "UpdateExpression":
      assigned(node.argument as Pattern, within, out, true);
      return;
    case "CallExpression": {
      const { callee } = node;
      if (callee.type === "Identifier" && free(callee.name)) out.calls.add(callee.name);
      if (callee.type === "MemberExpression" && callee.object.type === "Identifier") {
        const method = !callee.computed && callee.property.type === "Identifier" ? callee.property.name : "";
        if (free(callee.object.name)) {
          out.calls.add(isImportObject(callee.object.name) ? method : callee.object.name);
          if (MUTATORS.has(method)) out.mutates.add(callee.object.name);
        }
      }
      break;
    }
    case "BreakStatement":
      if (node.label || !(within.loop || within.choice)) out.breaks = true;
      return;
    case "ContinueStatement":
      if (node.label || !within.loop) out.continues = true;
      if (node.label) out.continued.add(node.label.name);
      return;
    case "ReturnStatement":
      if (!within.fn) out.returns = true;
      break;
    case "LabeledStatement":
      visit(node.body, within, out);
      return;
    default:
  }
  let inner = within;
  const declared = declaredBy(node);
  if (declared.length > 0) inner = { ...inner, names: new Set([...inner.names, ...declared]) };
  if (LOOPS.has(node.type)) inner = { ...inner, loop: true };
  if (node.type === "SwitchStatement") inner = { ...inner, choice: true };
  if (FUNCTIONS.has(node.type)) inner = { ...inner, loop: true, fn: true };
  for (const child of childrenOf(node)) visit(child, inner, out);
}

/** The target of an assignment; compound ones read it, too. */
function assigned(target: Pattern | AnyNode, within: Within, out: Mutable, reads: boolean): void {
  switch (target.type) {
    case "Identifier":
      if (within.names.has(target.name)) return;
      out.writes.add(target.name);
      if (reads) out.reads.add(target.name);
      return;
    case "MemberExpression": {
      const root = rootOf(target);
      if (root && !within.names.has(root.name)) {
        const places = out.elements.get(root.name) ?? [];
        places.push(target);
        out.elements.set(root.name, places);
        if (reads) out.reads.add(root.name);
      }
      // Indices are read; the object's own name is not a read of its elements.
      for (let m: AnyNode = target; m.type === "MemberExpression"; m = m.object)
        if (m.computed) visit(m.property, within, out);
      return;
    }
    default:
      for (const name of namesIn(target as Pattern)) if (!within.names.has(name)) out.writes.add(name);
  }
}

/** `a` of a[i].b[j]. */
export function rootOf(node: AnyNode): Identifier | null {
  let at: AnyNode = node;
  while (at.type === "MemberExpression") at = at.object;
  return at.type === "Identifier" ? at : null;
}

/** Names that a node makes for what is inside it. */
function declaredBy(node: AnyNode): string[] {
  switch (node.type) {
    case "BlockStatement":
    case "Program":
      return node.body.flatMap((s) => declaredIn(s as AnyNode));
    case "ForStatement":
      return node.init ? declaredIn(node.init) : [];
    case "ForOfStatement":
    case "ForInStatement":
      return declaredIn(node.left as AnyNode);
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "FunctionDeclaration":
      return [
        ...node.params.flatMap(namesIn),
        ...(node.id && node.type === "FunctionExpression" ? [node.id.name] : []),
      ];
    case "VariableDeclaration":
      // A declaration looked at by itself: its own names are not free in it.
      return node.declarations.flatMap((d) => namesIn(d.id));
    default:
      return [];
  }
}

export function declaredIn(statement: AnyNode): string[] {
  if (statement.type === "VariableDeclaration") return statement.declarations.flatMap((d) => namesIn(d.id));
  if (statement.type === "FunctionDeclaration") return statement.id ? [statement.id.name] : [];
  return [];
}

export function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ArrayPattern":
      return pattern.elements.flatMap((e) => (e ? namesIn(e) : []));
    case "ObjectPattern":
      return pattern.properties.flatMap((p) => namesIn(p.type === "RestElement" ? p.argument : p.value));
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    case "MemberExpression":
      return [];
  }
}

/** The syntax directly inside a node. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const out: AnyNode[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === "loc" || key === "type") continue;
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value])
      if (typeof item === "object" && item !== null && typeof (item as { type?: unknown }).type === "string")
        out.push(item as AnyNode);
  }
  return out;
}

/** Whether two pieces of syntax are the same text, up to layout. */
export function sameSyntax(a: AnyNode, b: AnyNode): boolean {
  if (a.type !== b.type) return false;
  if (a.type === "Identifier") return a.name === (b as Identifier).name;
  if (a.type === "Literal") return a.raw === (b as typeof a).raw;
  const operator = (n: AnyNode): unknown => (n as { operator?: unknown }).operator;
  if (operator(a) !== operator(b)) return false;
  const [xs, ys] = [childrenOf(a), childrenOf(b)];
  return xs.length === ys.length && xs.every((x, i) => sameSyntax(x, ys[i]!));
}
