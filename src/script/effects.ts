// Whether a piece of a script makes sites, directly or through the functions that it calls.
import type { AnyNode } from "acorn";
import { closureOf } from "./closures.js";
import type { Context } from "./context.js";
import { factsOf } from "./facts.js";
import { builtins, type Scope } from "./scope.js";

/** The value behind a name, wherever it comes from. */
export function valueOf(name: string, scope: Scope): unknown {
  const cell = scope.find(name);
  if (cell) return cell.value;
  const captured = scope.captured(name);
  return captured ? captured.value : Object.hasOwn(builtins, name) ? builtins[name] : undefined;
}

export function makesSites(ctx: Context, node: AnyNode, scope: Scope, seen = new Set<object>()): boolean {
  const { host } = ctx;
  const { calls, reads } = factsOf(node);
  for (const name of new Set([...calls, ...reads])) {
    const value = valueOf(name, scope);
    if (value === host.sample || value === host.factor || value === host.deterministic) return true;
    if (value === host.param || value === host.plate) return true;
    const closure = closureOf(value);
    if (!closure || seen.has(closure.node)) continue;
    seen.add(closure.node);
    if (makesSites(ctx, closure.node, closure.scope, seen)) return true;
  }
  return false;
}
