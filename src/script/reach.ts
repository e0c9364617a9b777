// A loop whose ends are not known while compiling -> the values that its variable can take: an element x[i + 1] that every iteration uses must exist.
import type { AnyNode, Expression, Statement } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import type { Context } from "./context.js";
import { offsetOf } from "./dependence.js";
import { childrenOf, declaredIn, factsOf, namesIn } from "./facts.js";
import { backing } from "./lanes.js";
import type { Scope } from "./scope.js";
import { Lane } from "./values.js";

/** From the least value on, up to the one that is not reached. Null where nothing bounds it. */
export function reach(
  ctx: Context,
  body: Statement,
  name: string,
  scope: Scope,
): readonly [number, number] | null {
  const { breaks, continues, returns } = factsOf(body);
  if (breaks || continues || returns) return null;
  const found: Found = { uses: [], hidden: new Set([name]) };
  collect(body, name, found);
  let [least, end] = [-Infinity, Infinity];
  for (const { object, offset } of found.uses) {
    if ([...factsOf(object).reads].some((r) => found.hidden.has(r) || !scope.find(r))) continue;
    const size = lengthOf(ctx.evaluate(object, scope));
    if (size === null) continue;
    [least, end] = [Math.max(least, -offset), Math.min(end, size - offset)];
  }
  return Number.isFinite(end) ? [least, Math.max(least, end)] : null;
}

function lengthOf(x: unknown): number | null {
  if (x instanceof Tensor || x instanceof Lane) return x.shape[0] ?? null;
  const held = backing(x);
  return held ? (held.shape[0] ?? null) : Array.isArray(x) ? x.length : null;
}

interface Found {
  /** object[variable + offset], carried out whatever the values are. */
  readonly uses: { readonly object: Expression; readonly offset: number }[];
  /** Names that mean something else in the body, or differ between its iterations. */
  readonly hidden: Set<string>;
}

/** Of these only the named part, if any, is carried out whatever the values are. */
const PERHAPS: Readonly<Record<string, string | null>> = {
  IfStatement: "test",
  ConditionalExpression: "test",
  LogicalExpression: "left",
  SwitchStatement: "discriminant",
  ForStatement: null,
  ForOfStatement: null,
  WhileStatement: null,
  DoWhileStatement: null,
  ArrowFunctionExpression: null,
  FunctionExpression: null,
  FunctionDeclaration: null,
};

function collect(node: AnyNode, name: string, found: Found, sure = true): void {
  for (const declared of declaredIn(node)) found.hidden.add(declared);
  if (node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression")
    for (const parameter of node.params.flatMap(namesIn)) found.hidden.add(parameter);
  if (sure && node.type === "MemberExpression" && node.computed && node.object.type !== "Super") {
    const offset = offsetOf(node.property, name);
    if (offset !== null) found.uses.push({ object: node.object, offset });
  }
  const part = PERHAPS[node.type];
  for (const child of childrenOf(node))
    collect(
      child,
      name,
      found,
      sure &&
        (part === undefined ||
          (part !== null && child === (node as unknown as Record<string, AnyNode>)[part])),
    );
}
