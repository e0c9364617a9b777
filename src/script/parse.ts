// A function's own source text, as tsc, tsx, esbuild and Vite emit it -> its syntax tree, with the text for error messages.
import { parse as parseProgram } from "acorn";
import type { AnyNode, ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from "acorn";
import { ScriptError } from "./error.js";
import type { Origin } from "./origin.js";
import type { Source } from "./source.js";

export type FunctionNode = FunctionExpression | ArrowFunctionExpression | FunctionDeclaration;

export interface Parsed {
  readonly node: FunctionNode;
  readonly source: Source;
}

/** Reads fn.toString(): a function, an arrow function or a method in shorthand. */
export function parseFunction(fn: (...args: never[]) => unknown, origin?: Origin): Parsed {
  const name = fn.name || "anonymous";
  const text = origin?.text ?? Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw new ScriptError(
      `script(${name}): the function has no source: it is built in, or made by bind. Give script the function itself.`,
    );
  let failure: unknown;
  // Methods in shorthand, `model(y) { ... }`, are read as functions.
  for (const prefix of ["(", "(function "]) {
    const source: Source = { name, text, shift: prefix.length, ...origin };
    try {
      const program = parseProgram(`${prefix}${text})`, { ecmaVersion: "latest", locations: true });
      const [statement] = program.body;
      const node = statement?.type === "ExpressionStatement" ? (statement.expression as AnyNode) : undefined;
      if (node?.type === "FunctionExpression" || node?.type === "ArrowFunctionExpression")
        return { node, source };
      if (node?.type === "ClassExpression")
        throw new ScriptError(
          `script(${name}): a class cannot be scripted. Give script a function; call its methods from there.`,
        );
      failure ??= new SyntaxError(`its source is a ${node?.type ?? "statement"}, not a function`);
    } catch (error) {
      if (error instanceof ScriptError) throw error;
      failure ??= error;
    }
  }
  throw new ScriptError(
    `script(${name}): the function's source cannot be read: ${(failure as Error).message}. ` +
      "Give script a plain function or arrow function that was compiled to JavaScript.",
  );
}
