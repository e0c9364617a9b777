// Where the Python environment is in; programs that run one chain of NUTS, 1,000 + 1,000 iterations, prepared and warm, out.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { infer, MCMC, NUTS } from "sinter";
import { models } from "../../posteriordb/models.js";
import { LineServer } from "./line-server.js";
import type { Posterior } from "./posteriors.js";

export interface ChainRun {
  /** The least of several runs with the same seed: warm-up included, preparation not. */
  readonly seconds: number;
  /** Warm-up included, where the program tells. */
  readonly gradients?: number;
  /** By site, one array of draws for each entry. */
  readonly draws: Readonly<Record<string, readonly (readonly number[])[]>>;
}

export interface ChainQuestion {
  readonly seed: number;
  /** Runs with this seed, of which the quickest counts. */
  readonly times: number;
  /** The sites that are looked at. */
  readonly names: readonly string[];
}

export interface ChainProgram {
  readonly name: string;
  /** null where there is no form of the model. */
  prepare(posterior: Posterior): Promise<((question: ChainQuestion) => Promise<ChainRun>) | null>;
  stop(): void;
}

/** The latent sites of a posterior's model. */
export function latentSites({ name, data }: Posterior): string[] {
  const { model, args } = models[name].build(data);
  const density = infer.logDensity(model, [...args]);
  const sites = density.sites.map((site) => site.name);
  density.dispose();
  return sites;
}

/** In this process; a seed's first run compiles and is not counted. */
export const ours: ChainProgram = {
  name: "ours",
  prepare({ name, data }) {
    const { model, args } = models[name].build(data);
    return Promise.resolve(async ({ seed, times, names }) => {
      const mcmc = new MCMC(new NUTS(model), { chains: 1, seed, progress: false });
      let fit = await mcmc.run(...args);
      let seconds = Infinity;
      for (let i = 0; i < times; i++) {
        const start = performance.now();
        fit = await mcmc.run(...args);
        seconds = Math.min(seconds, (performance.now() - start) / 1000);
      }
      mcmc.dispose();
      const draws = Object.fromEntries(
        names.map((site) => [site, columns(fit.samples(site).data(), fit.draws)]),
      );
      return { seconds, gradients: fit.data.gradients, draws };
    });
  },
  stop: () => undefined,
};

/** Row-major draws of a site, entry by entry. */
function columns(data: ArrayLike<number>, draws: number): number[][] {
  const size = data.length / draws;
  return Array.from({ length: size }, (_, k) => Array.from({ length: draws }, (__, i) => data[i * size + k]));
}

function python(name: string, script: string, home: string): ChainProgram {
  const here = resolve("bench/peers");
  let server: LineServer | undefined;
  return {
    name,
    async prepare({ name: model, dataPath, points }) {
      server ??= new LineServer(name, join(home, "venv/bin/python"), [join(here, script)]);
      const live = server;
      const own = join(here, "stan", `${model}.${name}.stan`);
      const program = existsSync(own) ? own : join(here, "stan", `${model}.stan`);
      const request = { do: "prepare", model, data: dataPath, points, program };
      const { missing } = await live.ask<{ missing?: string }>(request);
      if (missing !== undefined) return null;
      return (question) => live.ask<ChainRun>({ do: "chain", model, ...question });
    },
    stop: () => server?.stop(),
  };
}

/** By the names that --peers takes. */
export const chainPeers: Readonly<Record<string, (home: string) => ChainProgram>> = {
  stanli: (home) => python("stanli", "stanli_bench.py", home),
  nutpie: (home) => python("nutpie", "nutpie_bench.py", home),
  numpyro: (home) => python("numpyro", "numpyro_bench.py", home),
};
