// block(fn, what): hides sites from the handlers outside.
import { checkOptions } from "../tensor/index.js";
import type { Message } from "./message.js";
import { handle } from "./stack.js";

type Test = (msg: Readonly<Message>) => boolean;

/** What to hide, or what to leave seen while all else is hidden: by test, by name, by type ("sample", "param", "deterministic", ...). */
export interface HiddenOptions {
  readonly hideFn?: Test;
  readonly hide?: readonly string[];
  readonly hideTypes?: readonly string[];
  readonly exposeFn?: Test;
  readonly expose?: readonly string[];
  readonly exposeTypes?: readonly string[];
}

/** A test, the names to hide, or options; nothing hides all. */
export type Hidden = Test | readonly string[] | HiddenOptions;

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

function toTest(what: Hidden): Test {
  if (typeof what === "function") return what;
  if (isList(what)) return (msg) => what.includes(msg.name);
  checkOptions("handlers.block", what, KNOWN);
  const hidden = anyOf(what.hideFn, what.hide, what.hideTypes);
  const seen = anyOf(what.exposeFn, what.expose, what.exposeTypes);
  if (hidden && seen)
    throw new Error("handlers.block: give what to hide or what to expose, not both: the rest follows.");
  return hidden ?? ((msg) => !seen?.(msg));
}

/** One test of those that are given; null when none is. */
function anyOf(fn?: Test, names?: readonly string[], types?: readonly string[]): Test | null {
  if (!fn && !names && !types) return null;
  return (msg) => Boolean(fn?.(msg) || names?.includes(msg.name) || types?.includes(msg.type));
}

const KNOWN = ["hideFn", "hide", "hideTypes", "exposeFn", "expose", "exposeTypes"];

const isList = (x: Hidden): x is readonly string[] => Array.isArray(x);
