// The state of one chain in; its line of text in a progress display out.

export type Phase = "waiting" | "compiling" | "warm-up" | "sampling" | "done";

export interface ChainProgress {
  readonly phase: Phase;
  /** Iterations finished, warm-up included. */
  readonly iteration: number;
  readonly stepSize?: number;
  /** Divergences after warm-up so far. */
  readonly divergences?: number;
  /** Anything short to add, such as an effective sample size. */
  readonly note?: string;
}

const BAR_WIDTH = 24;

/** For example `chain 1  sampling   [=========>      ] 1400/2000  step 0.42  3 divergences`. */
export function progressLine(chain: number, chains: number, total: number, state: ChainProgress): string {
  const number = String(chain + 1).padStart(String(chains).length);
  const counted = String(state.iteration).padStart(String(total).length);
  const parts = [
    `chain ${number}`,
    state.phase.padEnd("compiling".length),
    `${bar(state.iteration, total)} ${counted}/${total}`,
  ];
  if (state.stepSize !== undefined) parts.push(`step ${state.stepSize.toPrecision(3)}`);
  if (state.divergences)
    parts.push(`${state.divergences} ${state.divergences === 1 ? "divergence" : "divergences"}`);
  if (state.note !== undefined) parts.push(state.note);
  return parts.join("  ");
}

function bar(iteration: number, total: number): string {
  const share = total > 0 ? Math.min(Math.max(iteration / total, 0), 1) : 0;
  const filled = Math.floor(share * BAR_WIDTH);
  const head = filled > 0 && filled < BAR_WIDTH ? ">" : "";
  return `[${"=".repeat(filled - head.length)}${head}${" ".repeat(BAR_WIDTH - filled)}]`;
}
