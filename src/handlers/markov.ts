// markov(steps): iterates over the steps of a chain in which each depends on the last `history` ones only.
// Nothing changes for sampled sites; enumeration uses the declaration to give axes back.

export interface MarkovOptions {
  /** How many earlier steps a step may depend on. */
  readonly history?: number;
}

/** One loop under way, or done. */
interface Chain {
  readonly history: number;
  step: number;
}

/** A place in the loops around a statement. */
export type MarkovScope = readonly { readonly chain: Chain; readonly step: number }[];

const active: Chain[] = [];

/** The steps: a count, or anything iterable. */
export function* markov<T = number>(
  steps: number | Iterable<T>,
  { history = 1 }: MarkovOptions = {},
): Generator<T> {
  if (!Number.isInteger(history) || history < 0)
    throw new RangeError(`markov: history must be a whole number, 0 or more; got ${history}.`);
  const chain: Chain = { history, step: -1 };
  active.push(chain);
  try {
    const all = typeof steps === "number" ? (Array.from({ length: steps }, (_, i) => i) as T[]) : steps;
    for (const step of all) {
      chain.step++;
      yield step;
    }
  } finally {
    active.splice(active.indexOf(chain), 1);
  }
}

export const markovScope = (): MarkovScope => active.map((chain) => ({ chain, step: chain.step }));

/** Whether a statement made now may depend on one that was made there. After a loop its last steps may still be read. */
export const canBeRead = (scope: MarkovScope): boolean =>
  scope.every(({ chain, step }) => chain.step - step <= chain.history);
