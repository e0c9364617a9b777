// uncondition(fn): observed sites are sampled instead; `infer.wasObserved` says which they were. Factors stay.
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** Observed sites of fn are drawn from their distributions instead. */
export function uncondition<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  const before = (msg: Message): void => {
    if (msg.type !== "sample" || !msg.isObserved || msg.fn!.name === "Unit") return;
    msg.infer = { ...msg.infer, wasObserved: true };
    msg.isObserved = false;
    msg.untrusted = false;
    msg.value = undefined;
  };
  return handle(fn, () => ({ name: "uncondition", guard: [], before }));
}
