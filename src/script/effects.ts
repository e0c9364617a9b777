// What a piece of a script does besides giving a value, directly or through the functions that it calls: sites and writes.
import type { AnyNode } from "acorn";
import { closuresIn } from "./closures.js";
import type { Closure, Context } from "./context.js";
import { factsOf, namesIn } from "./facts.js";
import { builtins, type Scope } from "./scope.js";

/** The value behind a name, wherever it comes from. */
export function valueOf(name: string, scope: Scope): unknown {
  const cell = scope.find(name);
  if (cell) return cell.value;
  const captured = scope.captured(name);
  return captured ? captured.value : Object.hasOwn(builtins, name) ? builtins[name] : undefined;
}

/** The scripted functions in a value that were not met before. */
export function fresh(value: unknown, seen: Set<object>): Closure[] {
  const found = closuresIn(value).filter((c) => !seen.has(c.node));
  for (const c of found) seen.add(c.node);
  return found;
}

export function makesSites(ctx: Context, node: AnyNode, scope: Scope, seen = new Set<object>()): boolean {
  const { host } = ctx;
  const { calls, reads } = factsOf(node);
  for (const name of new Set([...calls, ...reads])) {
    const value = valueOf(name, scope);
    if (value === host.sample || value === host.factor || value === host.deterministic) return true;
    if (value === host.param || value === host.plate) return true;
    for (const closure of fresh(value, seen))
      if (makesSites(ctx, closure.node, closure.scope, seen)) return true;
  }
  return false;
}

/** Whether carrying it out may change variables, elements or properties. */
export function changes(node: AnyNode, scope: Scope, seen = new Set<object>()): boolean {
  const { calls, reads, writes, elements, mutates } = factsOf(node);
  if (writes.size + elements.size + mutates.size > 0) return true;
  for (const name of new Set([...calls, ...reads])) {
    for (const closure of fresh(valueOf(name, scope), seen))
      if (changes(closure.node, closure.scope, seen)) return true;
  }
  return false;
}

/** Whether carrying it out may change elements or properties of something. */
export function changesElements(node: AnyNode, scope: Scope, seen = new Set<object>()): boolean {
  const { calls, reads, elements, mutates } = factsOf(node);
  if (elements.size + mutates.size > 0 || changesArguments(node)) return true;
  for (const name of new Set([...calls, ...reads]))
    for (const closure of fresh(valueOf(name, scope), seen))
      if (changesElements(closure.node, closure.scope, seen)) return true;
  return false;
}

/** Whether a function assigns to elements or properties of its parameters. */
export function changesArguments(node: AnyNode): boolean {
  if (
    node.type !== "FunctionExpression" &&
    node.type !== "ArrowFunctionExpression" &&
    node.type !== "FunctionDeclaration"
  )
    return false;
  const { elements, mutates } = factsOf(node.body);
  return node.params.flatMap(namesIn).some((name) => elements.has(name) || mutates.has(name));
}
