// script(fn, captures): fn carried out from its source, with its control flow kept, on plain values or inside any trace.
import { makeContext } from "./evaluator.js";
import { check } from "./check.js";
import { register } from "./closures.js";
import type { Closure } from "./context.js";
import type { Host } from "./host.js";
import { Lane } from "./values.js";
import { ORIGIN, type Origin } from "./origin.js";
import { parseFunction } from "./parse.js";
import { plain } from "./plain.js";
import { Scope } from "./scope.js";

/** Names that the function uses from outside. */
export type Captures = Readonly<Record<string, unknown>>;

export type Script = <A extends unknown[], R>(
  fn: (...args: A) => R,
  captures?: Captures,
) => (...args: A) => R;

/** The function `script` for a host. */
export function makeScript(host: Host): Script {
  return <A extends unknown[], R>(fn: (...args: A) => R, captures: Captures = {}): ((...args: A) => R) => {
    if (typeof fn !== "function") throw new TypeError(`script: a function is needed, got ${typeof fn}.`);
    const origin = captures[ORIGIN] as Origin | undefined;
    const { node, source } = parseFunction(fn, origin);
    const scope = new Scope(new Scope(null, host.scope), captures, true);
    check(node, source);
    const closure: Closure = { node, scope, source, name: source.name };
    const scripted = (...args: A): R => {
      const ctx = makeContext(host, closure);
      const result = ctx.invoke(closure, args, node);
      if (result instanceof Lane) throw new Error(`script(${source.name}): a loop's value left its loop.`);
      return plain(ctx, result) as R;
    };
    Object.defineProperty(scripted, "name", { value: source.name });
    // It reads as what it carries out: who takes data by the names of its parameters finds them.
    Object.defineProperty(scripted, "length", { value: fn.length });
    Object.defineProperty(scripted, "toString", { value: () => Function.prototype.toString.call(fn) });
    register(scripted, closure, fn);
    return scripted;
  };
}
