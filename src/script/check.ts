// What no script can contain, found before it runs: each with the form to use instead.
import type { AnyNode } from "acorn";
import { errorAt } from "./error.js";
import { childrenOf } from "./facts.js";
import type { FunctionNode } from "./parse.js";
import type { Source } from "./source.js";

const REFUSED: Readonly<Record<string, string>> = {
  AwaitExpression:
    "await has no place in a script: it runs at once, inside compiled code. Await data before, and pass them as arguments",
  YieldExpression: "generators are not part of the scripting language. Fill an array in a loop",
  ClassDeclaration: "classes are not part of the scripting language. Use plain objects and functions",
  ClassExpression: "classes are not part of the scripting language. Use plain objects and functions",
  ThisExpression: "this is not part of the scripting language. Pass what you need as an argument",
  Super: "super is not part of the scripting language",
  TryStatement:
    "try is not part of the scripting language: compiled code does not throw. Test the data before the model",
  WithStatement: "with is not part of the scripting language",
  ForInStatement:
    "for..in is not part of the scripting language. Use for (const key of Object.keys(x)), or an index",
  DebuggerStatement:
    "debugger cannot stop compiled code. Call the function with jit: false, or return the value",
  TaggedTemplateExpression: "tagged templates are not part of the scripting language. Call the function",
  ImportExpression: "import() has no place in a script. Import at the top of the file, and capture the name",
  MetaProperty:
    "import.meta and new.target are not part of the scripting language. Pass what you need as an argument",
};

export function check(fn: FunctionNode, source: Source): void {
  const visit = (node: AnyNode): void => {
    const refused = REFUSED[node.type];
    if (refused !== undefined) throw errorAt(node, source, refused);
    if (node.type === "VariableDeclaration" && node.kind !== "let" && node.kind !== "const")
      throw errorAt(node, source, `${node.kind} is not part of the scripting language. Use let or const`);
    if (node.type === "UnaryExpression" && node.operator === "delete")
      throw errorAt(
        node,
        source,
        "delete is not part of the scripting language. Make an object without the property: const { a, ...rest } = x",
      );
    if (node.type === "Identifier" && node.name === "arguments")
      throw errorAt(node, source, "arguments is not part of the scripting language. Use (...args)");
    if (
      (node.type === "FunctionExpression" ||
        node.type === "ArrowFunctionExpression" ||
        node.type === "FunctionDeclaration") &&
      (node.async || node.generator)
    )
      throw errorAt(
        node,
        source,
        node.async
          ? "async functions have no place in a script: it runs at once, inside compiled code. Await data before, and pass them as arguments"
          : "generators are not part of the scripting language. Fill an array in a loop",
      );
    childrenOf(node).forEach(visit);
  };
  visit(fn);
}
