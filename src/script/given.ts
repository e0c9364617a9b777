// Statements of a loop whose sites have their values already -> the scoring of each site apart from the use of its value, so that
// what only waited for a draw waits no longer: `z = sample(n, Normal(z, 1))` is `sample(n, Normal(z, 1)); z = <value of n>`.
import type { AnyNode, CallExpression, Expression, Statement } from "acorn";
import type { Context } from "./context.js";
import { valueOf } from "./effects.js";
import { isImportObject, type Scope } from "./scope.js";

/** A node of our own: the value of the latent site with that name. */
export interface GivenSite {
  readonly type: "GivenSite";
  readonly name: Expression;
}

const split = new WeakMap<Statement, readonly Statement[]>();

/** The same statements for the same one, since values are kept by syntax node. */
export function apart(ctx: Context, statement: Statement, scope: Scope): readonly Statement[] {
  let out = split.get(statement);
  if (!out) split.set(statement, (out = divide(ctx, statement, scope)));
  return out;
}

function divide(ctx: Context, statement: Statement, scope: Scope): readonly Statement[] {
  if (statement.type !== "ExpressionStatement" && statement.type !== "VariableDeclaration")
    return [statement];
  if (statement.type === "ExpressionStatement" && statement.expression.type === "CallExpression")
    return [statement];
  const scores: Statement[] = [];
  const replaced = (node: AnyNode): AnyNode => {
    if (node.type === "CallExpression" && isLatent(ctx, node, scope)) {
      scores.push({
        type: "ExpressionStatement",
        expression: node,
        start: node.start,
        end: node.end,
        loc: node.loc,
      } as Statement);
      return {
        type: "GivenSite",
        name: node.arguments[0],
        start: node.start,
        end: node.end,
        loc: node.loc,
      } as unknown as AnyNode;
    }
    const always = ALWAYS[node.type];
    if (!always) return node;
    const copy: Record<string, unknown> = { ...node };
    for (const key of always) {
      const child = copy[key];
      if (Array.isArray(child)) copy[key] = child.map((c) => (c ? replaced(c as AnyNode) : (c as unknown)));
      else if (child) copy[key] = replaced(child as AnyNode);
    }
    return copy as unknown as AnyNode;
  };
  const rest = replaced(statement) as Statement;
  return scores.length === 0 ? [statement] : [...scores, rest];
}

/** The parts of syntax that are carried out whenever the whole is. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  ExpressionStatement: ["expression"],
  VariableDeclaration: ["declarations"],
  VariableDeclarator: ["init"],
  AssignmentExpression: ["right"],
  BinaryExpression: ["left", "right"],
  UnaryExpression: ["argument"],
  ParenthesizedExpression: ["expression"],
  CallExpression: ["arguments"],
  ArrayExpression: ["elements"],
  ConditionalExpression: ["test"],
  LogicalExpression: ["left"],
};

function isLatent(ctx: Context, node: CallExpression, scope: Scope): boolean {
  const { callee, arguments: args } = node;
  let called: AnyNode = callee;
  if (called.type === "SequenceExpression") called = called.expressions[called.expressions.length - 1]!;
  const name =
    called.type === "Identifier"
      ? called.name
      : called.type === "MemberExpression" &&
          called.object.type === "Identifier" &&
          isImportObject(called.object.name) &&
          called.property.type === "Identifier"
        ? called.property.name
        : null;
  if (name === null || valueOf(name, scope) !== ctx.host.sample) return false;
  const options = args[2];
  if (!options) return true;
  return (
    options.type === "ObjectExpression" &&
    options.properties.every(
      (p) => p.type === "Property" && p.key.type === "Identifier" && p.key.name !== "obs",
    )
  );
}
