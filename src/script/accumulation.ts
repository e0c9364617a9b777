// A statement and a variable -> whether the statement only adds to it (multiplies, maximises), and what.
import type { AnyNode, Expression } from "acorn";
import { childrenOf } from "./facts.js";

export type Reduction = "sum" | "prod" | "max" | "min";

/** How a statement accumulates into a variable, if that is all it does with it. */
export function accumulates(statement: AnyNode, name: string): Reduction | null {
  const found = new Set<Reduction | null>();
  const visit = (node: AnyNode, parent: AnyNode | null): void => {
    if (node.type === "Identifier" && node.name === name) found.add(null);
    if (parent?.type === "ExpressionStatement") {
      const one = accumulation(node, name);
      if (one) {
        found.add(one.by);
        visit(one.amount, node);
        return;
      }
    }
    if (node.type === "MemberExpression" && !node.computed) return visit(node.object, node);
    if (node.type === "Property" && !node.computed) return visit(node.value, node);
    childrenOf(node).forEach((child) => visit(child, node));
  };
  visit(statement, null);
  return found.size === 1 ? [...found][0]! : null;
}

/** s += e, s = s + e, s++, s *= e, s = Math.max(s, e). */
export function accumulation(
  node: AnyNode,
  name: string,
): { by: Reduction; amount: AnyNode; negative: boolean } | null {
  const is = (n: AnyNode): boolean => n.type === "Identifier" && n.name === name;
  if (node.type === "UpdateExpression" && is(node.argument))
    return {
      by: "sum",
      amount: {
        type: "Literal",
        value: 1,
        raw: "1",
        start: node.start,
        end: node.end,
        loc: node.loc,
      } as AnyNode,
      negative: node.operator === "--",
    };
  if (node.type !== "AssignmentExpression" || !is(node.left)) return null;
  const { operator, right } = node;
  if (operator === "+=" || operator === "-=")
    return { by: "sum", amount: right, negative: operator === "-=" };
  if (operator === "*=") return { by: "prod", amount: right, negative: false };
  if (operator !== "=") return null;
  if (right.type === "BinaryExpression") {
    if (right.operator === "+" && is(right.left)) return { by: "sum", amount: right.right, negative: false };
    if (right.operator === "+" && is(right.right))
      return { by: "sum", amount: right.left as Expression, negative: false };
    if (right.operator === "-" && is(right.left)) return { by: "sum", amount: right.right, negative: true };
    if (right.operator === "*" && is(right.left)) return { by: "prod", amount: right.right, negative: false };
    if (right.operator === "*" && is(right.right))
      return { by: "prod", amount: right.left as Expression, negative: false };
  }
  if (
    right.type === "CallExpression" &&
    right.callee.type === "MemberExpression" &&
    right.arguments.length === 2
  ) {
    const { object, property } = right.callee;
    if (object.type !== "Identifier" || object.name !== "Math" || property.type !== "Identifier") return null;
    const by = property.name;
    const rest = right.arguments.filter((a) => !is(a));
    if ((by === "max" || by === "min") && rest.length === 1) return { by, amount: rest[0]!, negative: false };
  }
  return null;
}
