// Updates from running chains in; a live line per chain on a terminal's standard error, one closing line elsewhere, or calls of
// a function out.
import type { ChainProgress, Phase, ProgressListener, ProgressSink } from "../infer/chains/progress.js";
import type { ProgressOption } from "../infer/mcmc-options.js";
import { closingLine, progressLine } from "./progress-line.js";

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
  /** As of MCMC. */
  readonly progress?: ProgressOption;
  /** Default: standard error where there is one (Node, Deno, Bun), else nothing is shown. */
  readonly stream?: ProgressStream;
  /** Shortest time between two paintings, milliseconds; a change of phase is always shown. Default 100. */
  readonly interval?: number;
  /** Milliseconds from any start; for tests. */
  readonly now?: () => number;
}

export interface Progress extends ProgressSink {
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
  if (typeof progress === "function") return told(options, progress);
  if (stream === undefined || progress === false) return SILENT;
  if (progress === "lines") return plainLines(options, stream);
  if (progress === "bars" || stream.isTTY === true) return bars(options, stream);
  return oneLine(options, stream);
}

/** All states, kept; `changed` hears of each change, and whether it is one of phase, until the end. */
function keeping(
  { chains }: ProgressOptions,
  changed: (states: readonly ChainProgress[], chain: number, newPhase: boolean) => void,
  end: (states: readonly ChainProgress[]) => void = () => undefined,
): Progress {
  const states: ChainProgress[] = Array.from({ length: chains }, () => ({ phase: "waiting", iteration: 0 }));
  let finished = false;
  return {
    active: true,
    update(chain, change) {
      if (finished) return;
      const before: Phase = stateOf(states, chain).phase;
      states[chain] = { ...states[chain], ...change };
      changed(states, chain, states[chain].phase !== before);
    },
    finish() {
      if (!finished) end(states);
      finished = true;
    },
  };
}

/** Lets a new phase through at once, everything else at most once an interval. */
function rarely({
  interval = 100,
  now = () => performance.now(),
}: ProgressOptions): (atOnce: boolean) => boolean {
  let last = -Infinity;
  return (atOnce) => {
    const time = now();
    if (!atOnce && time - last < interval) return false;
    last = time;
    return true;
  };
}

/** Repaints all lines in place. */
function bars(options: ProgressOptions, stream: ProgressStream): Progress {
  const { chains, warmup, samples } = options;
  const due = rarely(options);
  let painted = false;
  const paint = (states: readonly ChainProgress[]): void => {
    // One column is left free: a full line makes some terminals wrap, and moving up would then miss a line.
    const width = (stream.columns ?? 80) - 1;
    const text = states
      .map(
        (state, chain) =>
          `\u001b[2K${progressLine(chain, chains, warmup + samples, state).slice(0, width)}\n`,
      )
      .join("");
    stream.write((painted ? `\u001b[${chains}A` : "") + text);
    painted = true;
  };
  return keeping(
    options,
    (states, _, newPhase) => {
      if (due(newPhase)) paint(states);
    },
    (states) => {
      if (painted) paint(states);
    },
  );
}

/** For logs: a chain writes a line when its phase changes, and moves no cursor. */
function plainLines(options: ProgressOptions, stream: ProgressStream): Progress {
  const { chains, warmup, samples } = options;
  return keeping(options, (states, chain, newPhase) => {
    if (newPhase) stream.write(`${progressLine(chain, chains, warmup + samples, states[chain])}\n`);
  });
}

/** For pipes and files: nothing until the end, then one line about the whole run. */
function oneLine(options: ProgressOptions, stream: ProgressStream): Progress {
  const { warmup, samples } = options;
  return keeping(
    options,
    () => undefined,
    (states) => {
      // A run that failed before its first slice has an error to read, and nothing else.
      if (states.some((state) => state.iteration > 0))
        stream.write(`${closingLine(warmup + samples, states)}\n`);
    },
  );
}

/** Calls a function of the user's. */
function told(options: ProgressOptions, listener: ProgressListener): Progress {
  const due = rarely(options);
  const tell = (states: readonly ChainProgress[]): void => listener(states.map((state) => ({ ...state })));
  return keeping(
    options,
    (states, _, newPhase) => {
      if (due(newPhase)) tell(states);
    },
    tell,
  );
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
