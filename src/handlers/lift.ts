// lift(fn, prior): parameters become samples from a prior.
import type { Distribution } from "../dist/index.js";
import { settle } from "./sample.js";
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** One prior per name, one for all, or a function of the message; parameters without one stay parameters. */
export type Priors =
  | Distribution
  | Readonly<Record<string, Distribution | undefined>>
  | ((msg: Readonly<Message>) => Distribution | null | undefined);

/** Parameters of fn become samples from a prior: one for all, one per name, or a function of the message. */
export function lift<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  prior: Priors,
): (...args: A) => R {
  const before = (msg: Message): void => {
    if (msg.type !== "param") return;
    const chosen = priorOf(prior, msg);
    if (!chosen) return;
    msg.type = "sample";
    msg.fn = chosen;
    msg.infer = {};
    msg.compute = settle;
  };
  return handle(fn, () => ({ name: "lift", guard: [prior], before }));
}

function priorOf(prior: Priors, msg: Message): Distribution | null | undefined {
  if (typeof prior === "function") return prior(msg);
  if (isDistribution(prior)) return prior;
  return Object.hasOwn(prior, msg.name) ? prior[msg.name] : undefined;
}

const isDistribution = (x: Exclude<Priors, (...args: never) => unknown>): x is Distribution =>
  "batchShape" in x && "eventShape" in x;
