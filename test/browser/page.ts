// The package as a page imports it in; what it does there, as data, handed to the test by the name `report`, out.
import {
  guides,
  infer,
  MCMC,
  np,
  NUTS,
  optim,
  sample,
  dist,
  SVI,
  type ChainProgress,
  type MCMCOptions,
} from "sinter";
import { load, runChains } from "sinter/runtime";
import { goldenDraws } from "../golden/models.js";

const model = (y: typeof data): void => {
  const mean = sample("mean", dist.Normal(0, 10));
  const sd = sample("sd", dist.HalfNormal(3));
  sample("y", dist.Normal(mean, sd), { obs: y });
};
const data = np.array([1.5, 2.5, 0.5, 3.25, 2]);
const run = (options: MCMCOptions) =>
  new MCMC(new NUTS(model), { warmup: 200, samples: 100, chains: 2, progress: false, ...options }).run(data);

/** The reason of a run that is cancelled once it has begun, and how long that took. */
async function cancelled(
  options: MCMCOptions,
): Promise<{ reason: string; begun: boolean; milliseconds: number }> {
  const stopping = new AbortController();
  let at = NaN;
  const progress = (chains: readonly ChainProgress[]): void => {
    if (stopping.signal.aborted || !chains.some((chain) => chain.iteration > 0)) return;
    at = performance.now();
    stopping.abort(new Error("by the page"));
  };
  const endless = { warmup: 1000, samples: 5_000_000, progress, signal: stopping.signal };
  const reason = await run({ ...endless, ...options }).then(
    () => "it was not cancelled",
    (error: Error) => error.message,
  );
  return { reason, begun: !Number.isNaN(at), milliseconds: performance.now() - at };
}

async function exported() {
  const fit = await run({ seed: 3 });
  const { samples } = runChains(load(fit.export()), { seed: 3 });
  const same = samples["sd"].data().every((x, i) => x === fit.samples("sd").data()[i]);
  const at = Float64Array.of(0.25, -0.5);
  const density = infer.logDensity(model, [data]);
  return { same, value: density.logDensity(at), loaded: load(density.export()).logDensity(at) };
}

async function variational(): Promise<number[]> {
  const svi = new SVI(model, guides.AutoNormal(model), optim.adam({ lr: 0.02 }), infer.TraceELBO());
  return Array.from((await svi.run(200, data)).losses);
}

async function phases(): Promise<string[]> {
  const heard = new Set<string>();
  await run({
    ...{ warmup: 30_000, samples: 30_000 },
    workers: 2,
    progress: (chains) => chains.forEach((chain) => heard.add(chain.phase)),
  });
  return [...heard].sort();
}

const failure = (error: unknown): { failure: string } => ({
  failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
});

/** `workers: false` for pages that may not start any: then what happens when it is tried. */
export async function everything(workers: boolean) {
  return {
    isolated: globalThis.crossOriginIsolated,
    golden: await goldenDraws(),
    goldenInWorkers: await (workers
      ? goldenDraws({ workers: 2 })
      : goldenDraws({ workers: 2 }).catch(failure)),
    cancelledHere: await cancelled({}),
    cancelledInWorkers: workers ? await cancelled({ workers: 2 }) : null,
    phases: workers ? await phases() : null,
    exported: await exported(),
    losses: await variational(),
    evaluates: ((): string => {
      try {
        return String(new Function("return 1")());
      } catch (error) {
        return (error as Error).name;
      }
    })(),
  };
}

const { report, location } = globalThis as unknown as {
  report?: (result: unknown) => void;
  location?: { search: string };
};
if (report) {
  const workers = !location?.search.includes("workers=no");
  void everything(workers).then(report, (error: unknown) => report(failure(error)));
}

export type PageReport = Awaited<ReturnType<typeof everything>>;
