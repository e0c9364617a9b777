// The engine: a message passes the handlers innermost outwards (`before`), gets its value, and passes back (`after`).
import type { Shape } from "../tensor/index.js";
import { registerStatements } from "../trace/statements.js";
import type { Frame, Message } from "./message.js";

/** One active handler. `forward` sends another message to the handlers outside this one only. */
export interface Handler {
  readonly name: string;
  /** What a compiled function depends on when this handler stands around its call; compared losslessly. */
  readonly guard: readonly unknown[];
  /** The plate that this handler is, if it is one. */
  readonly frame?: Frame;
  /** Under enumeration: the shapes that the loop of a site carries where no site has all its values. */
  readonly carries?: ReadonlyMap<string, readonly Shape[]>;
  before?(msg: Message, forward: (msg: Message) => Message): void;
  after?(msg: Message): void;
}

const stack: Handler[] = [];
let sent = 0;
let last: string | null = null;

/** How many statements were made so far, and the name of the last one: for errors between statements. */
export const lastStatement = (): { readonly count: number; readonly name: string | null } => ({
  count: sent,
  name: last,
});

/** Sends a message to the `outer` first handlers of the stack (all of them by default) and returns it with its value. */
export function send(msg: Message, outer: number = stack.length): Message {
  const heard = ask(msg, outer);
  msg.value = msg.compute(msg);
  for (let i = heard; i < outer; i++) stack[i]!.after?.(msg);
  return msg;
}

/** Sends several messages of which none gets its value before all have been asked about. */
export function sendTogether(msgs: readonly Message[], decided: () => void): void {
  const heard = msgs.map((msg) => ask(msg, stack.length));
  decided();
  msgs.forEach((msg, k) => {
    msg.value = msg.compute(msg);
    for (let i = heard[k]; i < stack.length; i++) stack[i]!.after?.(msg);
  });
}

/** The way in: returns how far out the message came. */
function ask(msg: Message, outer: number): number {
  sent++;
  last = msg.name;
  let i = outer;
  while (i > 0 && !msg.stop) {
    i--;
    const at = i;
    stack[at]!.before?.(msg, (other) => send(other, at));
  }
  return i;
}

/** Runs the body inside the handler; the stack is as before afterwards, whatever happens. */
export function within<T>(handler: Handler, body: () => T): T {
  const depth = stack.length;
  stack.push(handler);
  try {
    const result = body();
    if (isThenable(result))
      throw new TypeError(
        `${handler.name}: the function returned a promise, but its sample statements would run after the handler is gone. ` +
          "Await data before calling the model, and make the model itself synchronous.",
      );
    return result;
  } finally {
    stack.length = depth;
  }
}

/** The form of every handler: a function in, the function inside a fresh handler out. */
export function handle<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  make: () => Handler,
): (...args: A) => R {
  if (typeof fn !== "function")
    throw new TypeError(
      `handlers.${make().name}: the first argument must be the function whose statements it handles, got ${fn === null ? "null" : typeof fn}.`,
    );
  return (...args) => within(make(), () => fn(...args));
}

/** Enclosing plates, innermost first. */
export const activeFrames = (): Frame[] => stack.flatMap((h) => (h.frame ? [h.frame] : [])).reverse();

/** See Handler.carries. */
export function carriedByLoopOf(site: string): readonly Shape[] | null {
  for (let i = stack.length - 1; i >= 0; i--) {
    const found = stack[i]!.carries?.get(site);
    if (found) return found;
  }
  return null;
}

/** The handlers in force, outermost first: what a program that is compiled under them depends on. */
export const activeHandlers = (): readonly (readonly unknown[])[] => stack.map((h) => [h.name, ...h.guard]);

/** Runs the body as if no handler were active. */
export function apart<T>(body: () => T): T {
  const aside = stack.splice(0);
  try {
    return body();
  } finally {
    stack.splice(0, stack.length, ...aside);
  }
}

registerStatements({
  count: () => sent,
  watched: () => stack.length > 0,
  handlers: () => stack.map((h) => h.name),
  apart,
});

const isThenable = (x: unknown): boolean =>
  typeof x === "object" && x !== null && typeof (x as { then?: unknown }).then === "function";
