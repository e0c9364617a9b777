// run FILE: the posterior of a model by NUTS; the table on standard output, draws and summary in a folder when asked for.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { infer, MCMC, NUTS, type Fit } from "sinter";
import { readModel } from "../model-file.js";

export interface RunOptions {
  readonly data?: string;
  readonly chains: number;
  readonly warmup: number;
  readonly samples: number;
  readonly seed: number;
  readonly out?: string;
}

export async function run(file: string, options: RunOptions): Promise<void> {
  const { data, chains, warmup, samples, seed, out } = options;
  const { model, args } = await readModel(file, data);
  const fit = await new MCMC(new NUTS(model), { chains, warmup, samples, seed }).run(...args);
  fit.print();
  if (out === undefined) return;
  const density = infer.logDensity(model, args);
  await save(fit, density.export({ draws: fit.data.unconstrained }), out);
}

/** summary.json, draws.json (chains, draws, ...shape by site), stats.json (chains, draws by statistic), model.wasm with the draws. */
async function save(fit: Fit, program: Uint8Array, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(join(folder, name), `${JSON.stringify(value)}\n`);
  await write("summary.json", fit.summary());
  await write("draws.json", fit.samples());
  await write("stats.json", fit.stats);
  await writeFile(join(folder, "model.wasm"), program);
  console.log(`\nWrote summary.json, draws.json, stats.json and model.wasm to ${folder}.`);
}
