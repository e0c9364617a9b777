// condition(fn, data): the named sample sites become observations of the data.
import type { Message } from "./message.js";
import { ExpectedSites } from "./expected-sites.js";
import { within } from "./stack.js";
import { lookUp, valuesOf, type RecordedValues, type SiteValues } from "./values.js";

/** The named sample sites of fn become observations of the data: values by name, a function of the message, or a recorded run. */
export function condition<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  given: SiteValues | RecordedValues,
): (...args: A) => R {
  const data = valuesOf(given);
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
    const result = within({ name: "condition", guard: [given], before: hear }, () => fn(...args));
    sites.check();
    return result;
  };
}
