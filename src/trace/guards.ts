// Named facts outside the arguments on which a trace depends (the effect handlers in force, modes): part of every program's key.
import { encode } from "./static-key.js";

const guards = new Map<string, () => unknown>();

/**
 * Adds a fact to the key of every compiled program: whenever its value differs, another program is compiled. Values compare
 * structurally, class instances also by identity. Returns a function that removes the guard.
 */
export function registerGuard(name: string, read: () => unknown): () => void {
  if (guards.has(name)) throw new Error(`registerGuard: there is a guard named "${name}" already.`);
  guards.set(name, read);
  return () => guards.delete(name);
}

/** The current facts as [name, encoded value]. */
export function readGuards(): [name: string, value: string][] {
  return Array.from(guards, ([name, read]) => [name, encode(read(), `The guard "${name}"`)]);
}

/** Whether there are such facts at all. */
export const guarded = (): boolean => guards.size > 0;
