// Several sample sites whose draws depend on each other, as the steps of a loop do: one message each, and one draw for all.
import type { Deferred, Key } from "../dist/index.js";
import type { Tensor } from "../tensor/index.js";
import { nextKey } from "./global-seed.js";
import { message, showSite } from "./message.js";
import { settle } from "./sample.js";
import { sendTogether } from "./stack.js";

export interface JointSite {
  readonly name: string;
  readonly fn: Deferred;
  readonly infer: Readonly<Record<string, unknown>>;
}

/** What the handlers decided about a site: its value, or the key to draw it with. */
export type Decision = { readonly value: Tensor } | { readonly key: Key };

/** Asks the handlers about every site before any is drawn. `draw` is called once, if some site has no value. */
export function sampleJointly(
  sites: readonly JointSite[],
  draw: (decisions: readonly Decision[]) => readonly Tensor[],
): Tensor[] {
  let drawn: readonly Tensor[] = [];
  const msgs = sites.map(({ name, fn, infer }, i) =>
    message("sample", name, {
      fn,
      infer: { ...infer },
      compute: (msg) => (msg.value === undefined ? drawn[i] : settle(msg)),
    }),
  );
  sendTogether(msgs, () => {
    // Another distribution in a site's place, such as a guide's, is drawn from by itself.
    msgs.forEach((msg, i) => {
      if (msg.value === undefined && msg.fn !== sites[i].fn) msg.value = settle(msg);
    });
    const decisions = msgs.map((msg): Decision =>
      msg.value === undefined ? { key: msg.key ?? nextKey(showSite(msg)) } : { value: msg.value },
    );
    if (decisions.some((d) => "key" in d)) drawn = draw(decisions);
  });
  return msgs.map((msg) => msg.value!);
}
