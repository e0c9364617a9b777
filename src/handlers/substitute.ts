// substitute(fn, values): sites, parameters and computed values take the given values; sites stay latent and are scored at them.
import type { Message } from "./message.js";
import { ExpectedSites } from "./expected-sites.js";
import { within } from "./stack.js";
import { lookUp, type SiteValues } from "./values.js";

const TYPES: ReadonlySet<Message["type"]> = new Set(["sample", "param", "plate", "deterministic"]);

/** Traced values are trusted to lie in the support: whoever substitutes them made them so. */
export function substitute<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  values: SiteValues,
): (...args: A) => R {
  const before = (msg: Message): void => {
    if (msg.isObserved || !TYPES.has(msg.type)) return;
    msg.value = lookUp(values, msg) ?? msg.value;
  };
  return (...args) => {
    const sites = new ExpectedSites("substitute", values, false);
    const hear = (msg: Message): void => {
      sites.meet(msg.name);
      before(msg);
    };
    const result = within({ name: "substitute", guard: [values], before: hear }, () => fn(...args));
    sites.check();
    return result;
  };
}
