// Chains as data and the exported module of their model in; all of them run in workers, and their parts handed over.
import type { ChainListener } from "./in-turns.js";
import type { ChainJob } from "./job.js";
import { startThread, type Thread } from "./thread.js";
import type { FromWorker, ToWorker } from "./worker.js";
import { iterationsOf } from "./chain.js";

type Worker = Thread<ToWorker, FromWorker>;

export interface WorkerRun {
  readonly module: WebAssembly.Module;
  readonly jobs: readonly (ChainJob & { readonly iteration: number })[];
  readonly workers: number;
  readonly listener: ChainListener;
  readonly signal: AbortSignal | undefined;
  /** A worker died; its chain goes on in a new one from the checkpoint at this iteration. */
  restarted(index: number, iteration: number, why: string): void;
}

/** Deaths in a row, without a slice finished between them, after which a chain is given up. */
const MOST_DEATHS = 3;

export async function runInWorkers(run: WorkerRun): Promise<void> {
  const { default: source } = await import("./worker.js?bundled");
  const { jobs, workers, listener, signal } = run;
  const queue = [...jobs.keys()].filter((i) => jobs[i].iteration < iterationsOf(jobs[i].plan));
  const alive = new Set<Worker>();
  let enough = (): void => undefined;
  const stopped = new Promise<void>((resolve, reject) => {
    enough = resolve;
    const abort = (): void => reject(signal!.reason as Error);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
  });

  const start = (): Worker => {
    const worker = startThread<ToWorker, FromWorker>(source);
    alive.add(worker);
    worker.post({ module: run.module });
    return worker;
  };

  /** To the chain's end; gives the worker that is there then. */
  const runChain = async (index: number, first: Worker): Promise<Worker> => {
    let { state } = jobs[index];
    let at = jobs[index].iteration;
    let deaths = 0;
    const total = iterationsOf(jobs[index].plan);
    for (let worker = first; ; worker = start()) {
      const death = await new Promise<string | null>((resolve, reject) => {
        worker.listen((message) => {
          if (message.kind === "error") return reject(new Error(message.message));
          deaths = 0;
          ({ state } = message);
          at = message.iteration;
          listener.part(index, message.part, message, () => state);
          if (listener.enough()) enough();
          if (at >= total) resolve(null);
        }, resolve);
        worker.post({ job: { ...jobs[index], state } });
      });
      if (death === null) return worker;
      alive.delete(worker);
      if (++deaths === MOST_DEATHS)
        throw new Error(
          `MCMC: the worker of chain ${index + 1} died ${MOST_DEATHS} times at iteration ${at} (${death}). ` +
            'If workers cannot run here, use { chainMethod: "sequential" }, whose draws are the same; if memory ran out, use fewer workers.',
        );
      run.restarted(index, at, death);
    }
  };

  const lane = async (): Promise<void> => {
    let worker: Worker | undefined;
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      worker = await runChain(next, worker ?? start());
  };

  try {
    const lanes = Array.from({ length: Math.min(workers, queue.length) }, lane);
    await Promise.race([Promise.all(lanes), stopped]);
  } finally {
    for (const worker of alive) worker.end();
  }
}
