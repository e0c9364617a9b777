// Functions written inside a script are JavaScript functions as well, so that map, plate or np.scan can call them.
import type { Closure, Context } from "./context.js";

const closures = new WeakMap<object, Closure>();

export function closureFunction(ctx: Context, closure: Closure): (...args: unknown[]) => unknown {
  const fn = (...args: unknown[]): unknown => ctx.invoke(closure, args, closure.node);
  Object.defineProperty(fn, "name", { value: closure.name });
  closures.set(fn, closure);
  return fn;
}

const plain = new WeakMap<object, (...args: never[]) => unknown>();

/** Makes a function known as a scripted one, so that other scripts carry it out as a part of themselves. */
export function register(fn: object, closure: Closure, from: (...args: never[]) => unknown): void {
  closures.set(fn, closure);
  plain.set(fn, from);
}

/** The function that a scripted one was made of. */
export const plainOf = (fn: object): ((...args: never[]) => unknown) | undefined => plain.get(fn);

export const closureOf = (fn: unknown): Closure | undefined =>
  typeof fn === "function" ? closures.get(fn) : undefined;

/** The scripted functions in a value: itself, or those held by an array or a plain object. */
export function closuresIn(value: unknown, out: Closure[] = [], seen = new Set<unknown>()): Closure[] {
  const closure = closureOf(value);
  if (closure) out.push(closure);
  else if (typeof value === "object" && value !== null && !seen.has(value)) {
    const proto: unknown = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && proto !== Object.prototype) return out;
    seen.add(value);
    for (const item of Object.values(value)) closuresIn(item, out, seen);
  }
  return out;
}
