// In: a folder with the library as a script. Out: library.cache beside it, V8's compiled form of what the models below make it run.
// Runs in a process of its own, so that nothing else has warmed V8 up.
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { build } from "esbuild";

// V8 throws away bytecode of functions that have not run for some collections, or run as machine code by then.
setFlagsFromString("--no-flush-bytecode");

const folder = pathToFileURL(`${resolve(process.argv[2])}/`);
const { outputFiles } = await build({
  entryPoints: ["src/node.ts"],
  bundle: true,
  format: "esm",
  platform: "node",
  write: false,
  logLevel: "warning",
});
const { libraryScript, runLibrary } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`
);
const script = libraryScript(folder);
const { deterministic, dist, infer, MCMC, np, NUTS, plate, sample, SVI, guides, optim } = runLibrary(
  script,
  folder,
);

/** Groups that differ, non-centred. */
function groups(y, error) {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  plate("groups", 8, () => {
    const theta = deterministic("theta", mu.add(tau.mul(sample("z", dist.Normal(0, 1)))));
    sample("y", dist.Normal(theta, error), { obs: y });
  });
}

/** A regression with a slope by group: rows, gathers, sums over rows. */
function rows(x, group, y) {
  const alpha = sample("alpha", dist.Normal(0, 1).expand([4]).toEvent(1));
  const beta = sample("beta", dist.Normal(0, 1));
  const sigma = sample("sigma", dist.Exponential(1));
  sample("y", dist.Normal(np.take(alpha, group).add(x.mul(beta)), sigma).toEvent(1), { obs: y });
}

/** Coefficients of a design, which the factor of the data answers. */
function design(x, y) {
  const beta = sample("beta", dist.Normal(0, 10).expand([3]).toEvent(1));
  const sigma = sample("sigma", dist.HalfCauchy(2.5));
  sample("y", dist.Normal(x.matmul(beta), sigma).toEvent(1), { obs: y });
}

function logistic(x, y) {
  const beta = sample("beta", dist.Normal(0, 1).expand([3]).toEvent(1));
  sample("y", dist.Bernoulli({ logits: x.matmul(beta) }).toEvent(1), { obs: y });
}

const n = 120;
const line = (f) => np.array(Float64Array.from({ length: n }, (_, i) => f(i)));
const x = line((i) => Math.sin(i));
const y = line((i) => Math.cos(3 * i));
const group = np.array(Int32Array.from({ length: n }, (_, i) => i % 4));
const matrix = np.stack([line(() => 1), x, line((i) => Math.sin(2 * i))], 1);
const effect = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const error = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const models = [
  [groups, effect, error],
  [rows, x, group, y],
  [design, matrix, y],
  [logistic, matrix, y.gt(0)],
];

const { log } = console;
console.log = () => undefined;
for (const [model, ...args] of models) {
  const options = { warmup: 100, samples: 100, chains: 2, seed: 1, progress: false };
  const fit = await new MCMC(new NUTS(model), options).run(...args);
  fit.print();
}
const svi = new SVI(groups, guides.AutoNormal(groups), optim.adam({ lr: 0.01 }), infer.TraceELBO());
await svi.run(10, effect, error);
console.log = log;
// Compiled code is taken by processes of the same flags only.
setFlagsFromString("--flush-bytecode");
writeFileSync(join(process.argv[2], "library.cache"), script.createCachedData());
