// Updates from running chains in; a live line per chain on a terminal's standard error out.
import { progressLine, type ChainProgress, type Phase } from "./progress-line.js";

/** What progress is written to; `process.stderr` fits. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  readonly chains: number;
  readonly warmup: number;
  /** Draws per chain after warm-up. */
  readonly samples: number;
  /** true (default): bars if the stream is a terminal, else nothing. "bars": always. "lines": one plain line per change of phase. false: nothing. */
  readonly progress?: boolean | "bars" | "lines";
  /** Default: standard error where there is one (Node, Deno, Bun), else nothing is shown. */
  readonly stream?: ProgressStream;
  /** Shortest time between two paintings, milliseconds; a change of phase is always shown. Default 100. */
  readonly interval?: number;
  /** Milliseconds from any start; for tests. */
  readonly now?: () => number;
}

export interface Progress {
  /** False when updates go nowhere, so that a caller can skip making them. */
  readonly active: boolean;
  /** Merges into what is known of chain 0 .. chains - 1. Cheap between two paintings. */
  update(chain: number, change: Partial<ChainProgress>): void;
  /** Paints the last state and leaves it on the terminal; later updates are ignored. Call it in `finally`. */
  finish(): void;
}

const SILENT: Progress = { active: false, update: () => undefined, finish: () => undefined };

/**
 * @example
 * const progress = createProgress({ chains: 4, warmup: 1000, samples: 1000 });
 * progress.update(0, { phase: "sampling", iteration: 1200, stepSize: 0.4, divergences: 0 });
 * progress.finish();
 */
export function createProgress(options: ProgressOptions): Progress {
  const { progress = true, stream = standardError() } = options;
  if (stream === undefined || progress === false) return SILENT;
  if (progress === "lines") return plainLines(options, stream);
  if (progress === "bars" || stream.isTTY === true) return bars(options, stream);
  return SILENT;
}

/** Repaints all lines in place, at most once per interval unless a phase changes. */
function bars(options: ProgressOptions, stream: ProgressStream): Progress {
  const { chains, warmup, samples, interval = 100, now = () => performance.now() } = options;
  const states = initialStates(chains);
  let painted = -Infinity;
  let lines = 0;
  let finished = false;

  const paint = (): void => {
    // One column is left free: a full line makes some terminals wrap, and moving up would then miss a line.
    const width = (stream.columns ?? 80) - 1;
    const text = states
      .map(
        (state, chain) =>
          `\u001b[2K${progressLine(chain, chains, warmup + samples, state).slice(0, width)}\n`,
      )
      .join("");
    stream.write((lines > 0 ? `\u001b[${lines}A` : "") + text);
    lines = chains;
  };

  return {
    active: true,
    update(chain, change) {
      if (finished) return;
      const before = stateOf(states, chain).phase;
      states[chain] = { ...states[chain], ...change };
      const time = now();
      if (states[chain].phase === before && time - painted < interval) return;
      painted = time;
      paint();
    },
    finish() {
      if (!finished && lines > 0) paint();
      finished = true;
    },
  };
}

/** For logs: a chain writes a line when its phase changes, and moves no cursor. */
function plainLines(options: ProgressOptions, stream: ProgressStream): Progress {
  const { chains, warmup, samples } = options;
  const states = initialStates(chains);
  let finished = false;
  return {
    active: true,
    update(chain, change) {
      if (finished) return;
      const before: Phase = stateOf(states, chain).phase;
      states[chain] = { ...states[chain], ...change };
      if (states[chain].phase !== before)
        stream.write(`${progressLine(chain, chains, warmup + samples, states[chain])}\n`);
    },
    finish() {
      finished = true;
    },
  };
}

function initialStates(chains: number): ChainProgress[] {
  return Array.from({ length: chains }, () => ({ phase: "waiting", iteration: 0 }));
}

function stateOf(states: readonly ChainProgress[], chain: number): ChainProgress {
  const state = states[chain];
  if (state === undefined) {
    throw new RangeError(
      `progress: there is no chain ${chain}; chains are numbered 0 to ${states.length - 1}`,
    );
  }
  return state;
}

/** Found through globalThis, so that this file also loads where there is no `process`. A terminal without cursor movement gets nothing. */
function standardError(): ProgressStream | undefined {
  const host = globalThis as {
    process?: { stderr?: ProgressStream; env?: Record<string, string | undefined> };
  };
  if (host.process?.env?.TERM === "dumb") return undefined;
  return host.process?.stderr;
}
