// replay(fn, trace): latent sites and plates take the values that a recorded run gave them.
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** The part of a trace that is read. */
export interface Recorded {
  readonly nodes: Readonly<
    Record<string, Pick<Message, "type" | "fn"> & { readonly value: NonNullable<Message["value"]> }>
  >;
}

/** Latent sites and plates of fn take the values that a recorded run gave them. */
export function replay<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  recorded: Recorded,
): (...args: A) => R {
  if (typeof (recorded as Partial<Recorded> | undefined)?.nodes !== "object")
    throw new TypeError(
      "handlers.replay: the second argument must be a trace, as handlers.trace(fn)(...args) gives it.",
    );
  const before = (msg: Message): void => {
    if (msg.isObserved || (msg.type !== "sample" && msg.type !== "plate")) return;
    const node = recorded.nodes[msg.name];
    if (!node) return;
    if (node.type !== msg.type)
      throw new Error(
        `site "${msg.name}" is a ${msg.type} here, but a ${node.type} in the trace that is replayed.`,
      );
    msg.value = node.value;
    // A draw from another support may lie outside this one.
    if (node.fn?.support.name !== msg.fn?.support.name) msg.untrusted = true;
  };
  return handle(fn, () => ({ name: "replay", guard: [recorded], before }));
}
