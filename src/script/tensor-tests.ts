// A traced function's own source in; a message for every place where JavaScript decides about a tensor, out.
import type { Identifier } from "acorn";
import { faultsOf } from "../lint/faults.js";
import { childrenOf, isFunction, nameOf, part, type Syntax } from "../lint/syntax.js";
import { isTensor, isTensorOperand, type Meaning, type Names } from "../lint/tensors.js";
import { closureOf } from "./closures.js";
import { errorAt } from "./error.js";
import { parseFunction } from "./parse.js";
import { isImportObject } from "./scope.js";

/** Public names that the check understands where a function uses them from outside. */
const PUBLIC = new Set("sample param deterministic subsample np random dist factor plate".split(" "));

/** The messages for a function and the arguments of the call at hand; none for scripts, whose conditions are compiled, and for functions whose source cannot be read. */
export function tensorTests(fn: (...args: never[]) => unknown, args: readonly unknown[] = []): string[] {
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
  const names = namesIn(root, args);
  const found: string[] = [];
  const visit = (at: Syntax): void => {
    const faults = faultsOf(
      at,
      (n) => isTensor(n, names),
      (n) => isTensorOperand(n, names),
    );
    for (const fault of faults) found.push(errorAt(fault.node as never, source, fault.message).message);
    childrenOf(at).forEach(visit);
  };
  visit(root);
  return found;
}

/** Variables of the function by name, and sinter's own names where no variable has them. */
function namesIn(root: Syntax, args: readonly unknown[]): Names {
  const given = new Map<string, unknown>();
  const values = new Map<string, Syntax[]>();
  const hidden = new Set<string>();
  const add = (name: string, value: Syntax): void =>
    void values.set(name, [...(values.get(name) ?? []), value]);
  const visit = (at: Syntax): void => {
    if (isFunction(at) && at !== root) (at["params"] as Syntax[]).forEach(hide);
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
  /** A parameter of the function itself: a name, or a pattern of names. */
  const receive = (at: Syntax, value: unknown): void => {
    if (at.type === "Identifier") given.set(at["name"] as string, value);
    else if (at.type === "ObjectPattern" && typeof value === "object" && value !== null)
      for (const property of at["properties"] as readonly Syntax[]) {
        const [key, target] = [part(property, "key"), part(property, "value")];
        if (key && target) receive(target, (value as Readonly<Record<string, unknown>>)[nameOf(key) ?? ""]);
      }
    else hide(at);
  };
  visit(root);
  (root["params"] as Syntax[]).forEach((param, i) => receive(param, args[i]));
  const meaning = (identifier: Syntax): Meaning | null => {
    const { name } = identifier as unknown as Identifier;
    if (hidden.has(name)) return null;
    const known = values.get(name);
    if (given.has(name)) return { given: given.get(name), later: known ?? [] };
    if (known) return { values: known };
    // np_exports and np$1 are what bundlers make of np.
    const own = name.replace(/\$\d+$|_exports$/, "");
    if (PUBLIC.has(own)) return { sinter: own };
    return isImportObject(name) ? { sinter: "" } : null;
  };
  return { meaning };
}
