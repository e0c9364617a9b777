// markov(steps): iterates over the steps of a chain in which each depends on the last `history` ones only.
// Nothing changes for sampled sites; enumeration uses the declaration to give axes back.

export interface MarkovOptions {
  /** How many earlier steps a step may depend on. */
  readonly history?: number;
}

/** The steps: a count, or anything iterable. */
export function* markov<T = number>(
  steps: number | Iterable<T>,
  { history = 1 }: MarkovOptions = {},
): Generator<T> {
  if (!Number.isInteger(history) || history < 0)
    throw new RangeError(`markov: history must be a whole number, 0 or more; got ${history}.`);
  if (typeof steps !== "number") yield* steps;
  else for (let i = 0; i < steps; i++) yield i as T;
}
