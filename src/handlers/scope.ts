// scope(fn, prefix): site and plate names inside get the prefix, so that a model can be used twice.
import type { Message } from "./message.js";
import { handle } from "./stack.js";

export interface ScopeOptions {
  readonly divider?: string;
}

/** Prefixes the names of sites and plates inside fn, so that a model can be used twice. */
export function scope<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  prefix: string,
  { divider = "/" }: ScopeOptions = {},
): (...args: A) => R {
  if (typeof prefix !== "string" || prefix === "")
    throw new TypeError(
      `handlers.scope: the prefix must be a string that is not empty; the divider follows as { divider }. Got ${typeof prefix}.`,
    );
  const before = (msg: Message): void => {
    if (msg.type === "subsample") return;
    msg.name = `${prefix}${divider}${msg.name}`;
    msg.frames = msg.frames.map((frame) => ({ ...frame, name: `${prefix}${divider}${frame.name}` }));
  };
  return handle(fn, () => ({ name: "scope", guard: [prefix, divider], before }));
}
