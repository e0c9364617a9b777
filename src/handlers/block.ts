// block(fn, what): hides sites from the handlers outside.
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** A test, the names to hide, or { hide } / { expose } lists of names; nothing hides all. */
export type Hidden =
  | ((msg: Readonly<Message>) => boolean)
  | readonly string[]
  | { readonly hide?: readonly string[]; readonly expose?: readonly string[] };

/** Hides sites of fn from the handlers outside: those that the test or list names, or all. */
export function block<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  what: Hidden = {},
): (...args: A) => R {
  const hides = toTest(what);
  const before = (msg: Message): void => {
    if (hides(msg)) msg.stop = true;
  };
  return handle(fn, () => ({ name: "block", guard: [what], before }));
}

function toTest(what: Hidden): (msg: Message) => boolean {
  if (typeof what === "function") return what;
  if (isList(what)) return (msg) => what.includes(msg.name);
  const { hide, expose } = what;
  if (hide && expose) throw new Error("block: give hide or expose, not both.");
  if (hide) return (msg) => hide.includes(msg.name);
  return (msg) => !expose?.includes(msg.name);
}

const isList = (x: Hidden): x is readonly string[] => Array.isArray(x);
