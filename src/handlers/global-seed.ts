// The key stream used by sample statements outside any seed handler: setSeed(n) restarts it.
import { currentTrace } from "../trace/trace.js";
import type { Key } from "../dist/index.js";
import { random } from "../tensor/index.js";

let state: { seed: number; next: number } = { seed: 0, next: 0 };

/** Restarts the global stream; without it the seed is 0. */
export function setSeed(seed: number): void {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`setSeed: the seed must be a whole number, got ${seed}.`);
  state = { seed, next: 0 };
}

/** The next key. Inside a compiled function it would be the same at every call, so there it throws. */
export function nextKey(site: string): Key {
  for (let trace = currentTrace(); trace; trace = trace.parent)
    if (!trace.eager)
      throw new Error(
        `${site} needs randomness inside ${trace.label}, where the global seed would be frozen into the program. ` +
          "Pass a key as an argument and wrap the model: handlers.seed(model, key).",
      );
  return random.foldIn(random.key(state.seed), state.next++);
}
