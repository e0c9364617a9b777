// condition(fn, data): the named sample sites become observations of the data.
import type { Message } from "./message.js";
import { ExpectedSites } from "./expected-sites.js";
import { within } from "./stack.js";
import { lookUp, type SiteValues } from "./values.js";

/** The named sample sites of fn become observations of the data. */
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
  return (...args) => {
    const sites = new ExpectedSites("condition", data, true);
    const hear = (msg: Message): void => {
      sites.meet(msg.name);
      before(msg);
    };
    const result = within({ name: "condition", guard: [data], before: hear }, () => fn(...args));
    sites.check();
    return result;
  };
}
