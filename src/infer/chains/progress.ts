// What is said of chains while they run: types alone.

export type Phase = "waiting" | "compiling" | "warm-up" | "sampling" | "done";

/** Where one chain stands. */
export interface ChainProgress {
  readonly phase: Phase;
  /** Iterations finished, warm-up included. */
  readonly iteration: number;
  readonly stepSize?: number;
  /** Divergences after warm-up so far. */
  readonly divergences?: number;
  /** The smallest bulk effective sample size of the chain's coordinates, looked at now and then. */
  readonly ess?: number;
}

/** Told where every chain stands: at each change of phase, and between them at most ten times a second. */
export type ProgressListener = (chains: readonly ChainProgress[]) => void;

/** Where progress goes; report's Progress fits. */
export interface ProgressSink {
  /** Merges into what is known of a chain. */
  update(chain: number, change: Partial<ChainProgress>): void;
  finish(): void;
}
