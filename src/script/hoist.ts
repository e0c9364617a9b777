// Which expressions of a loop that runs step by step can be computed for all steps before it.
import type { AnyNode, Expression } from "acorn";
import { closuresIn } from "./closures.js";
import type { Context } from "./context.js";
import { fresh, valueOf } from "./effects.js";
import { childrenOf, declaredIn, factsOf, namesIn } from "./facts.js";
import type { Scope } from "./scope.js";

const WORTH = new Set([
  "BinaryExpression",
  "CallExpression",
  "MemberExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "UnaryExpression",
  "ChainExpression",
]);

const hasFunction = (node: AnyNode): boolean =>
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression" ||
  childrenOf(node).some(hasFunction);

/** Every name that a statement declares or assigns anywhere inside, or through the functions it calls. */
export function namesChanged(node: AnyNode, scope: Scope, seen = new Set<object>()): Set<string> {
  const out = new Set<string>();
  const visit = (at: AnyNode): void => {
    for (const name of declaredIn(at)) out.add(name);
    if (
      at.type === "FunctionExpression" ||
      at.type === "ArrowFunctionExpression" ||
      at.type === "FunctionDeclaration"
    )
      at.params.flatMap(namesIn).forEach((n) => out.add(n));
    childrenOf(at).forEach(visit);
  };
  visit(node);
  const facts = factsOf(node);
  for (const name of [...facts.writes, ...facts.elements.keys(), ...facts.mutates]) out.add(name);
  for (const name of new Set([...facts.calls, ...facts.reads])) {
    for (const closure of fresh(valueOf(name, scope), seen))
      for (const inner of namesChanged(closure.node, closure.scope, seen)) out.add(inner);
  }
  return out;
}

/** Null when the expression must be computed in the step; else the values of the written-out loops around it. */
export function hoistKey(
  ctx: Context,
  node: Expression,
  scope: Scope,
  variable: string,
  varying: ReadonlySet<string>,
): string | null {
  if (!WORTH.has(node.type)) return null;
  const facts = factsOf(node);
  if (facts.writes.size + facts.elements.size + facts.mutates.size > 0) return null;
  const parts: string[] = [];
  for (const name of facts.reads) {
    if (name === variable || !varying.has(name)) continue;
    const value = scope.find(name)?.value;
    if (typeof value !== "number") return null;
    parts.push(`${name}=${value}`);
  }
  for (const name of new Set([...facts.calls, ...facts.reads])) {
    const value = valueOf(name, scope);
    const { host } = ctx;
    if (
      closuresIn(value).length > 0 ||
      value === host.sample ||
      value === host.factor ||
      value === host.deterministic
    )
      return null;
  }
  return hasFunction(node) ? null : parts.join();
}
