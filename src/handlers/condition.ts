// condition(fn, data): the named sample sites become observations of the data.
import type { Message } from "./message.js";
import { handle } from "./stack.js";
import { lookUp, type SiteValues } from "./values.js";

export function condition<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  data: SiteValues,
): (...args: A) => R {
  const before = (msg: Message): void => {
    if (msg.type !== "sample") return;
    const value = lookUp(data, msg);
    if (value === undefined) return;
    msg.value = value;
    msg.isObserved = true;
    msg.untrusted = true;
  };
  return handle(fn, () => ({ name: "condition", guard: [data], before }));
}
