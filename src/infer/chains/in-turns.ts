// Chains in; all of them run in this thread, one after another or in turns, and what they bring handed over slice by slice.
import type { Chain, ChainPart } from "./chain.js";

/** Who is told what a chain did. It may throw to end the run. */
export interface ChainListener {
  /** `save` gives the chain's state behind the part. */
  part(index: number, part: ChainPart, at: ChainPlace, save: () => Float64Array): void;
  /** True when no more draws of any chain are needed; asked between slices. */
  enough(): boolean;
}

export interface ChainPlace {
  readonly iteration: number;
  readonly stepSize: number;
}

/** Milliseconds between two looks at the event loop. */
export const SLICE = 50;

/** `turns`: every chain gets a slice before any gets its next. */
export async function runInTurns(
  chains: readonly Chain[],
  total: number,
  turns: boolean,
  listener: ChainListener,
  signal: AbortSignal | undefined,
): Promise<void> {
  const waiting = [...chains.keys()].filter((i) => chains[i].iteration < total);
  let looked = performance.now();
  while (waiting.length > 0 && !listener.enough()) {
    const index = waiting.shift()!;
    const chain = chains[index];
    const part = chain.advance(SLICE);
    listener.part(index, part, chain, () => chain.save());
    if (chain.iteration < total) {
      if (turns) waiting.push(index);
      else waiting.unshift(index);
    }
    // Short chains follow one another: a look at the event loop takes a millisecond.
    if (waiting.length === 0 || performance.now() - looked < SLICE) continue;
    await new Promise<void>((resume) => setTimeout(resume, 0));
    signal?.throwIfAborted();
    looked = performance.now();
  }
}
