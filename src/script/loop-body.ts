// The body of a loop -> its statements as they are taken apart, the same ones every time, since facts and values are kept by syntax node.
import type { BlockStatement, Statement } from "acorn";
import { factsOf } from "./facts.js";

const bodies = new WeakMap<Statement, readonly Statement[]>();

export function statementsOf(body: Statement): readonly Statement[] {
  let out = bodies.get(body);
  if (!out) bodies.set(body, (out = taken(body).flatMap(named)));
  return out;
}

/** What follows a `continue` hangs on it, so that it stays together with it. */
function taken(body: Statement): readonly Statement[] {
  if (body.type !== "BlockStatement") return [body];
  const first = body.body.findIndex((s) => factsOf(s).continues);
  if (first < 0 || first === body.body.length - 1) return body.body;
  const rest = body.body.slice(first);
  const joined: BlockStatement = {
    ...body,
    start: rest[0]!.start,
    loc: rest[0]!.loc ?? null,
    body: rest,
  };
  return [...body.body.slice(0, first), joined];
}

/** What is pushed gets a name first: pushing then waits for nothing, also where the value is made step by step. */
function named(s: Statement): Statement[] {
  if (s.type !== "ExpressionStatement" || s.expression.type !== "CallExpression") return [s];
  const { callee, arguments: args } = s.expression;
  const [pushed] = args;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier" || !pushed) return [s];
  if (callee.property.name !== "push" || callee.computed || args.length !== 1) return [s];
  if (pushed.type === "SpreadElement" || pushed.type === "Identifier" || pushed.type === "Literal")
    return [s];
  const at = { start: pushed.start, end: pushed.end, loc: pushed.loc ?? null };
  // No name of a script has a space.
  const id = { type: "Identifier", name: ` pushed at ${pushed.start}`, ...at } as const;
  const declaration = {
    type: "VariableDeclaration",
    kind: "const",
    declarations: [{ type: "VariableDeclarator", id, init: pushed, ...at }],
    ...at,
  } as unknown as Statement;
  return [declaration, { ...s, expression: { ...s.expression, arguments: [id as never] } }];
}
