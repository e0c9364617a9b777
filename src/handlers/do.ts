// do_(fn, values): interventions. What follows sees the given value; the site itself is sampled as before (Pearl 2009, ch. 7).
import { settle } from "./sample.js";
import type { Message } from "./message.js";
import { ExpectedSites } from "./expected-sites.js";
import { within } from "./stack.js";
import { lookUp, type SiteValues } from "./values.js";

/** Interventions: what follows a named site sees the given value, the site itself is sampled as before (Pearl 2009, ch. 7). */
export function do_<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  values: SiteValues,
): (...args: A) => R {
  const before = (msg: Message, forward: (msg: Message) => Message): void => {
    if (msg.type !== "sample") return;
    const value = lookUp(values, msg);
    if (value === undefined) return;
    forward({ ...msg, compute: settle });
    msg.value = value;
    msg.isObserved = true;
    msg.stop = true;
  };
  return (...args) => {
    const sites = new ExpectedSites("do_", values, true);
    const hear = (msg: Message, forward: (msg: Message) => Message): void => {
      sites.meet(msg.name);
      before(msg, forward);
    };
    const result = within({ name: "do_", guard: [values], before: hear }, () => fn(...args));
    sites.check();
    return result;
  };
}
