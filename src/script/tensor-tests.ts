// A traced function's own source in; a message for every place where JavaScript decides about a tensor, out.
import type { Identifier } from "acorn";
import { faultsOf } from "../lint/faults.js";
import { childrenOf, isFunction, nameOf, part, type Syntax } from "../lint/syntax.js";
import { isTensor, type Meaning, type Names } from "../lint/tensors.js";
import { closureOf } from "./closures.js";
import { errorAt } from "./error.js";
import { parseFunction } from "./parse.js";
import { isImportObject } from "./scope.js";

/** Public names that the check understands where a function uses them from outside. */
const PUBLIC = new Set("sample param deterministic subsample np random dist factor plate".split(" "));

/** The messages; none for scripts, whose conditions are compiled, and for functions whose source cannot be read. */
export function tensorTests(fn: (...args: never[]) => unknown): string[] {
  if (closureOf(fn)) return [];
  let parsed;
  try {
    parsed = parseFunction(fn);
  } catch {
    // Built in, bound, or a class: there is nothing to read.
    return [];
  }
  const { node, source } = parsed;
  const root = node as unknown as Syntax;
  const names = namesIn(root);
  const found: string[] = [];
  const visit = (at: Syntax): void => {
    for (const fault of faultsOf(at, (n) => isTensor(n, names)))
      found.push(errorAt(fault.node as never, source, fault.message).message);
    childrenOf(at).forEach(visit);
  };
  visit(root);
  return found;
}

/** Variables of the function by name, and sinter's own names where no variable has them. */
function namesIn(root: Syntax): Names {
  const values = new Map<string, Syntax[]>();
  const hidden = new Set<string>();
  const add = (name: string, value: Syntax): void =>
    void values.set(name, [...(values.get(name) ?? []), value]);
  const visit = (at: Syntax): void => {
    if (isFunction(at)) (at["params"] as Syntax[]).forEach(hide);
    if (at.type === "VariableDeclarator") {
      const name = nameOf(part(at, "id"));
      if (name !== null) add(name, part(at, "init") ?? { type: "Undefined" });
      else hide(part(at, "id")!);
    }
    if (at.type === "AssignmentExpression") {
      const name = nameOf(part(at, "left"));
      if (name !== null) add(name, at["operator"] === "=" ? part(at, "right")! : { type: "Unknown" });
    }
    childrenOf(at).forEach(visit);
  };
  /** Names whose values are not known: parameters, and what patterns take apart. */
  const hide = (at: Syntax): void => {
    if (at.type === "Identifier") hidden.add(at["name"] as string);
    childrenOf(at).forEach(hide);
  };
  visit(root);
  const meaning = (identifier: Syntax): Meaning | null => {
    const { name } = identifier as unknown as Identifier;
    if (hidden.has(name)) return null;
    const known = values.get(name);
    if (known) return { values: known };
    // np_exports and np$1 are what bundlers make of np.
    const own = name.replace(/\$\d+$|_exports$/, "");
    if (PUBLIC.has(own)) return { sinter: own };
    return isImportObject(name) ? { sinter: "" } : null;
  };
  return { meaning };
}
