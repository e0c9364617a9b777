// A run that is ready in, fresh or resumed; its chains run here or in workers, shown, kept and stopped as told, out.
import type { Store } from "../store/store.js";
import type { RunSettings, Until } from "../mcmc-options.js";
import type { RunDescription } from "./description.js";
import { iterationsOf, type Chain } from "./chain.js";
import type { ProgressSink } from "./progress.js";
import { runInTurns, type ChainListener, type ChainPlace } from "./in-turns.js";
import { runInWorkers } from "./in-workers.js";
import type { ChainRecord } from "./record.js";
import { checkpoints } from "./until.js";

export interface ReadyRun {
  readonly description: RunDescription;
  readonly records: readonly ChainRecord[];
  /** Made already, so that their states can be sent. */
  readonly chains: readonly Chain[];
  /** What workers run. */
  module(): WebAssembly.Module;
}

export interface RunHooks {
  readonly sink: ProgressSink;
  readonly store: Store | null;
  /** The effective sample size that progress shows; undefined: as before. */
  ess(chain: number, record: ChainRecord): number | undefined;
  /** Whether the first `draws` draws of all chains reach the target. */
  reached(until: Until, records: readonly ChainRecord[], draws: number): boolean;
}

export interface Executed {
  /** Draws of each chain that count. */
  readonly draws: number;
  readonly notes: readonly string[];
  /** Where each chain stands, so that it can be taken further. */
  readonly ends: readonly { readonly iteration: number; readonly state: Float64Array }[];
}

export async function execute(
  run: ReadyRun,
  { workers, turns, until, signal }: Pick<RunSettings, "workers" | "turns" | "until" | "signal">,
  hooks: RunHooks,
): Promise<Executed> {
  const { description, records, chains } = run;
  const { plan } = description;
  const { sink, store } = hooks;
  const total = iterationsOf(plan);
  const looks = checkpoints(plan.samples);
  const notes: string[] = [];
  const last = chains.map((chain) => ({ iteration: chain.iteration, save: () => chain.save() }));
  let draws = plan.samples;
  let enough = false;

  const show = (index: number, { iteration, stepSize }: ChainPlace): void => {
    const record = records[index];
    const running = iteration < plan.warmup ? "warm-up" : "sampling";
    const { divergences } = record.counts;
    const ess = hooks.ess(index, record);
    const phase = iteration === total ? "done" : running;
    sink.update(index, { phase, iteration, stepSize, divergences, ...(ess === undefined ? {} : { ess }) });
  };
  const look = (): void => {
    while (until && !enough && looks.length > 0 && records.every((r) => r.kept >= looks[0])) {
      const count = looks.shift()!;
      if (!hooks.reached(until, records, count)) continue;
      draws = count;
      enough = true;
    }
  };
  const listener: ChainListener = {
    part(index, part, place, save) {
      records[index].add(part);
      const { iteration } = place;
      last[index] = { iteration, save };
      store?.part(index, iteration, save(), total);
      show(index, place);
      look();
    },
    enough: () => enough,
  };

  // A resumed run may have enough already.
  look();
  try {
    if (workers === 0) await runInTurns(chains, total, turns, listener, signal);
    else {
      const jobs = chains.map((chain) => ({ plan, iteration: chain.iteration, state: chain.save() }));
      const restarted = (index: number, iteration: number, why: string): void => {
        notes.push(
          `the worker of chain ${index + 1} died (${why}); the chain went on from its checkpoint at iteration ${iteration}, with the same draws.`,
        );
      };
      await runInWorkers({ module: run.module(), jobs, workers, listener, signal, restarted });
    }
  } catch (error) {
    // What was drawn stays on disk, to be resumed.
    store?.end();
    throw error;
  }
  store?.end(draws);
  // Those that stopped early are done too.
  for (const index of chains.keys()) sink.update(index, { phase: "done" });
  const ends = last.map(({ iteration, save }) => ({ iteration, state: save() }));
  return { draws, notes, ends };
}
