// reparam(fn, config): sites are rewritten by a strategy, e.g. a centred one as a standard one and a shift.
import type { Distribution } from "../dist/index.js";
import type { Tensor } from "../tensor/index.js";
import type { Message } from "./message.js";
import { ExpectedSites } from "./expected-sites.js";
import { within } from "./stack.js";

/**
 * Rewrites one site: samples whatever it needs (under other names) and returns the value, with a distribution that
 * still scores it, or null when the auxiliary sites carry the whole density and the value is deterministic.
 */
export type Strategy = (site: {
  readonly name: string;
  readonly fn: Distribution;
  /** Present when the site is observed. */
  readonly obs: Tensor | undefined;
}) => { readonly fn: Distribution | null; readonly value: Tensor };

export type StrategyConfig =
  Readonly<Record<string, Strategy | undefined>> | ((msg: Readonly<Message>) => Strategy | null | undefined);

/** Rewrites sample sites of fn by the strategies that are named, or that a function of the message chooses. */
export function reparam<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  config: StrategyConfig,
): (...args: A) => R {
  const before = (msg: Message): void => {
    if (msg.type !== "sample") return;
    const strategy =
      typeof config === "function"
        ? config(msg)
        : Object.hasOwn(config, msg.name)
          ? config[msg.name]
          : undefined;
    if (!strategy) return;
    const rewritten = strategy({ name: msg.name, fn: msg.fn!, obs: msg.isObserved ? msg.value : undefined });
    msg.value = rewritten.value;
    if (rewritten.fn) {
      msg.fn = rewritten.fn;
      return;
    }
    msg.type = "deterministic";
    msg.fn = null;
    msg.compute = (settled) => settled.value!;
  };
  return (...args) => {
    const sites = new ExpectedSites("reparam", config, true);
    const hear = (msg: Message): void => {
      sites.meet(msg.name);
      before(msg);
    };
    const result = within({ name: "reparam", guard: [config], before: hear }, () => fn(...args));
    sites.check();
    return result;
  };
}
