// A node in a file under ESLint -> the outermost traced function around it, and whether script keeps its control flow.
import type { FileFacts } from "./eslint-names.js";
import { functionsAround } from "./eslint-names.js";
import { nameOf, part, type Syntax } from "./syntax.js";
import { isModel, useOf, type Use } from "./traced.js";

/** Everyone who is given the function, directly or by its name. */
function usesOf(fn: Syntax, facts: FileFacts): Use[] {
  const parent = part(fn, "parent");
  const direct = parent && useOf(parent, fn, facts.names);
  const id =
    fn.type === "FunctionDeclaration"
      ? part(fn, "id")
      : parent?.type === "VariableDeclarator" && nameOf(part(parent, "id")) !== null
        ? part(parent, "id")
        : null;
  const variable = id && facts.variableOf(id);
  const named = (variable?.references ?? []).flatMap((reference) => {
    const at = reference.identifier as unknown as Syntax;
    const call = part(at, "parent");
    const use = call && useOf(call, at, facts.names);
    return use ? [use] : [];
  });
  return [...(direct ? [direct] : []), ...named];
}

export interface Place {
  /** The outermost function that is traced; null outside of any. */
  readonly traced: Syntax | null;
  readonly script: boolean;
}

export function placeOf(node: Syntax, facts: FileFacts): Place {
  let traced: Syntax | null = null;
  let script = false;
  for (const fn of functionsAround(node)) {
    const uses = usesOf(fn, facts);
    if (uses.some((use) => use.tracer === "script")) script = true;
    if (uses.length > 0 || isModel(fn, facts.names)) traced = fn;
  }
  return { traced, script };
}
