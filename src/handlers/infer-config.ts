// inferConfig(fn, config): adds notes for inference algorithms to sites, as a function of the site says.
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** Adds notes for inference algorithms to the sample and param sites of fn, as a function of the site says. */
export function inferConfig<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  config: (msg: Readonly<Message>) => Readonly<Record<string, unknown>> | null | undefined,
): (...args: A) => R {
  const before = (msg: Message): void => {
    if (msg.type === "sample" || msg.type === "param") msg.infer = { ...msg.infer, ...config(msg) };
  };
  return handle(fn, () => ({ name: "inferConfig", guard: [config], before }));
}
