// enumerate(fn): sites marked { infer: { enumerate: "parallel" } } take all their values at once, along batch axes of their own.
import { EnumeratedRun } from "./enumeration/run.js";
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** Options of `handlers.enumerate`. */
export interface EnumerateOptions {
  /** The first batch axis (negative, from the right) that no plate uses; further ones are taken to its left. */
  readonly firstAvailableDim: number;
}

/**
 * Latent sites of fn that are marked `{ infer: { enumerate: "parallel" } }` take all values of their support, along a batch axis
 * of their own; what depends on them is computed for all. Axes are given back as `markov` allows.
 */
export function enumerate<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  { firstAvailableDim }: EnumerateOptions,
): (...args: A) => R {
  if (!Number.isInteger(firstAvailableDim) || firstAvailableDim >= 0)
    throw new RangeError(
      `enumerate: firstAvailableDim counts batch axes from the right and must be -1 or less; got ${String(firstAvailableDim)}.`,
    );
  return handle(fn, () => {
    const run = new EnumeratedRun(firstAvailableDim);
    const before = (msg: Message): void => {
      if (wantsEnumeration(msg)) msg.value = run.values(msg);
    };
    return { name: "enumerate", guard: [firstAvailableDim], before };
  });
}

/** A latent site, not decided yet, that is marked to be enumerated. */
export function wantsEnumeration(msg: Readonly<Message>): boolean {
  if (msg.type !== "sample" || msg.isObserved || msg.value !== undefined) return false;
  const mark = msg.infer["enumerate"];
  if (mark === undefined || mark === null || mark === "parallel") return mark === "parallel";
  throw new Error(
    `site "${msg.name}": infer.enumerate must be "parallel", got ${JSON.stringify(mark)}; sequential enumeration is not offered.`,
  );
}
