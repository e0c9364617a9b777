// A fit in a file: the runtime runs its sampler to the same draws, in a fresh process without model and compiler too.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { dist } from "../dist/index.js";
import { deterministic, factor, plate, sample } from "../handlers/index.js";
import { HMC } from "../infer/hmc.js";
import { initToUniform, initToValue } from "../infer/init/strategy.js";
import { logDensity } from "../infer/log-density.js";
import { NUTS } from "../infer/nuts.js";
import { load, runChains } from "../runtime.js";
import { np, type Tensor } from "../tensor/index.js";
import { MCMC } from "./mcmc.js";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sinter-fit-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const schools = (y: Tensor, sigma: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = plate("schools", 8, () => sample("eta", dist.Normal(0, 1)));
  const theta = deterministic("theta", mu.add(tau.mul(eta)));
  plate("data", 8, () => sample("y", dist.Normal(theta, sigma), { obs: y }));
};
const options = { warmup: 200, samples: 100, chains: 2, seed: 7, progress: false } as const;

test.each([
  ["NUTS", new NUTS(schools)],
  ["NUTS with a dense metric", new NUTS(schools, { denseMass: true, targetAccept: 0.9 })],
  ["NUTS with a metric of low rank", new NUTS(schools, { denseMass: { rank: 4, cutoff: 1.1 } })],
  ["HMC", new HMC(schools, { numSteps: 8 })],
  ["a start closer to 0", new NUTS(schools, { initStrategy: initToUniform({ radius: 0.5 }) })],
  ["a start at a draw from the prior", new NUTS(schools, { initStrategy: "sample" })],
])("%s from the file: the draws of the fit, and of another run with other data", async (_, kernel) => {
  const mcmc = new MCMC(kernel, options);
  const fit = await mcmc.run(y, sigma);
  const other = await mcmc.run(y.mul(2), sigma);
  // The file holds the data of its fit, whatever ran since.
  const file = load(fit.export());
  const again = runChains(file, { seed: 7 });
  expect(Object.keys(again.samples)).toEqual(fit.names);
  for (const name of fit.names) expect(again.samples[name]!.toArray()).toEqual(fit.samples(name).toArray());
  expect(again.stats("energy").map((column) => Array.from(column))).toEqual(fit.stats.energy);
  file.setArgs(y.mul(2), sigma);
  const { samples } = runChains(file, { seed: 7 });
  // Starts that need the model are those of the run in the file.
  if (kernel.initStrategy.radius !== undefined)
    expect(samples["tau"]!.toArray()).toEqual(other.samples("tau").toArray());
  expect(runChains(file, { chains: 1, samples: 3, seed: 1 }).samples["eta"]!.shape).toEqual([1, 3, 8]);
  expect(Array.from(file.draw(150))).toEqual(fit.data.unconstrained.at(1).at(50).toArray());
});

test("eight schools with NUTS take at most 40 kB; a fresh process draws the same bits (D1)", async () => {
  const fit = await new MCMC(new NUTS(schools), options).run(y, sigma);
  const bytes = fit.export();
  expect(bytes.length - fit.data.unconstrained.size * 8).toBeLessThanOrEqual(40_000);
  writeFileSync(join(folder, "schools.wasm"), bytes);
  await build({
    entryPoints: ["src/runtime.ts"],
    ...{ bundle: true, format: "esm", platform: "neutral", external: ["node:*"] },
    outfile: join(folder, "runtime.mjs"),
  });
  const source = `
    import { load, runChains } from "./runtime.mjs";
    const file = await load("schools.wasm");
    console.log(JSON.stringify(runChains(file, { seed: 7 }).samples.theta));`;
  const flags = ["--input-type=module", "--disallow-code-generation-from-strings", "-e", source];
  const out = execFileSync(process.execPath, flags, { cwd: folder, encoding: "utf8" });
  expect(JSON.parse(out)).toEqual(fit.samples("theta").toArray());
});

const setup = spawnSync("bash", ["scripts/wasmtime/setup.sh"], { encoding: "utf8", timeout: 120_000 });
const python = setup.status === 0 ? setup.stdout.trim() : null;
if (python === null)
  process.stderr.write(`SKIPPED: wasmtime cannot be installed, so it runs no samplers.\n${setup.stderr}`);

test.skipIf(python === null).each(["uniform", "median"] as const)(
  "wasmtime, from Python, draws the same bits (initStrategy: %s)",
  async (initStrategy) => {
    const fit = await new MCMC(new NUTS(schools, { initStrategy }), options).run(y, sigma);
    const path = join(folder, "sampled.wasm");
    writeFileSync(path, fit.export());
    const { stdout, stderr, status } = spawnSync(python!, ["scripts/wasmtime/sampler.py", path, "7"], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual(fit.data.unconstrained.toArray());
  },
);

test("starts that were kept serve any number of chains, and say where new data do not allow them", async () => {
  const model = (limit: Tensor): void => {
    const x = sample("x", dist.Normal(0, 1));
    factor("limit", np.log(limit.sub(x)));
  };
  const kernel = new NUTS(model, { initStrategy: initToValue({ values: { x: 0.5 } }) });
  const file = load((await new MCMC(kernel, options).run(np.array(5))).export());
  const { stats } = runChains(file, { chains: 3, seed: 8, warmup: 0, samples: 1 });
  expect(stats("energy")).toHaveLength(3);
  file.setArgs(np.array(0.25));
  expect(() => runChains(file)).toThrow(
    /chain 1 found no finite log density at its kept start; check the data/,
  );
});

test("a file without a sampler says where to get one", () => {
  const file = load(logDensity(schools, [y, sigma]).export());
  expect(() => runChains(file)).toThrow(
    /the file of schools holds no sampler; write it with fit\.export\(\) instead of/,
  );
});

test("bad options", async () => {
  const fit = await new MCMC(new NUTS(schools), { ...options, samples: 3, warmup: 3 }).run(y, sigma);
  const file = load(fit.export());
  expect(() => runChains(file, { samples: 0 })).toThrow("samples must be a whole number; got 0");
  expect(() => runChains(file, { seed: 0.5 })).toThrow("A seed is a whole number");
});
