// In: a folder with the library as a script, and a file's name. Out: that file beside it, of what the models below make the library run:
// library.code, functions that are the same in every WebAssembly module, or library.cache, V8's compiled form of the script.
// Runs in a process of its own, so that nothing else has warmed V8 up.
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { build } from "esbuild";

// V8 throws away bytecode of functions that have not run for some collections, or run as machine code by then.
setFlagsFromString("--no-flush-bytecode");

const wanted = process.argv[3];
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
const kept = wanted === "library.code" ? {} : undefined;
const {
  constraints,
  deterministic,
  dist,
  factor,
  infer,
  HMC,
  MCMC,
  np,
  NUTS,
  plate,
  sample,
  SVI,
  guides,
  optim,
} = runLibrary(script, folder, kept);

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

/** A chain of hidden states: a recurrence of log-sum-exps. */
function hidden(y) {
  const stay = sample("stay", dist.Dirichlet([2, 1]));
  const leave = sample("leave", dist.Dirichlet([1, 2]));
  const mean = sample("mean", dist.ImproperUniform(constraints.positiveOrderedVector, [], [2]));
  factor("prior", dist.Normal([1, 3], 1).logProb(mean));
  const emission = dist.Normal(mean, 1).logProb(y.reshape([-1, 1]));
  const moves = np.log(np.stack([stay, leave], 0));
  const [last] = np.scan(
    (state, e) => [np.logsumexp(np.add(state.reshape([-1, 1]), moves), 0).add(e), null],
    emission.at(0),
    emission.slice([1, n]),
  );
  factor("likelihood", np.logsumexp(last));
}

/** A Gaussian process: a Cholesky factor of a matrix of parameters. */
function smooth(x, y) {
  const length = sample("length", dist.Gamma(25, 4));
  const scale = sample("scale", dist.HalfNormal(2));
  const noise = sample("noise", dist.HalfNormal(1));
  const square = np.power(x.reshape([10, 1]).sub(x.reshape([1, 10])), 2);
  const covarianceMatrix = np
    .power(scale, 2)
    .mul(np.exp(square.div(np.power(length, 2).mul(-2))))
    .add(noise.mul(np.eye(10)));
  sample("y", dist.MultivariateNormal({ loc: np.zeros([10]), covarianceMatrix }), { obs: y });
}

/** A mixture of two; a variance that follows the last residual. */
function mixture(y) {
  const mean = sample("mean", dist.ImproperUniform(constraints.orderedVector, [], [2]));
  const weight = sample("weight", dist.Beta(5, 5));
  const rate = sample("rate", dist.Uniform(0, 1));
  const part = (k) => dist.StudentT(3, mean.at(k), 1).logProb(y);
  factor(
    "likelihood",
    np.special.logaddexp(np.log(weight).add(part(0)), np.log1p(np.negative(weight)).add(part(1))),
  );
  const [, variance] = np.scan(
    (v, r) => {
      const next = rate.mul(r).add(v.mul(0.5)).add(1);
      return [next, next];
    },
    np.array(1),
    np.power(y.sub(mean.at(0)), 2),
  );
  sample("again", dist.Normal(0, np.sqrt(variance)), { obs: y });
}

/** An ordinary differential equation. */
function growth(times, y) {
  const theta = sample("theta", dist.LogNormal(0, 0.5).expand([2]).toEvent(1));
  const slope = (_t, z) => np.stack([z.at(1).mul(theta.at(0)), z.at(0).mul(theta.at(1)).mul(-1)], 0);
  const z = np.ode.rk45(slope, np.array([1, 0]), 0, times, { rtol: 1e-4, atol: 1e-4, maxSteps: 100 });
  sample("y", dist.Normal(z, 1), { obs: y });
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
  [hidden, y],
  [smooth, x.slice([0, 10]), y.slice([0, 10])],
  [mixture, y],
  [
    growth,
    np.array([1, 2, 3]),
    np.array([
      [1, 0],
      [0, 1],
      [1, 1],
    ]),
  ],
];

const { log } = console;
console.log = () => undefined;
for (const [model, ...args] of models) {
  const options = { warmup: 100, samples: 100, chains: 2, seed: 1, progress: false };
  const fit = await new MCMC(new NUTS(model), options).run(...args);
  fit.print();
}
if (kept)
  for (const kernel of [new NUTS(groups, { denseMass: false }), new HMC(groups)]) {
    const options = { warmup: 10, samples: 10, seed: 1, progress: false };
    await new MCMC(kernel, options).run(effect, error);
  }
const svi = new SVI(groups, guides.AutoNormal(groups), optim.adam({ lr: 0.01 }), infer.TraceELBO());
await svi.run(10, effect, error);
console.log = log;
// Compiled code is taken by processes of the same flags only.
setFlagsFromString("--flush-bytecode");
writeFileSync(join(process.argv[2], wanted), kept ? kept.keep() : script.createCachedData());
