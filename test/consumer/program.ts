// A user's program in strict TypeScript: every public name imported, and one line of numbers printed, the same on every host.
import {
  bijectors,
  checkTrace,
  clearParamStore,
  constraints,
  deterministic,
  diagnostics,
  dist,
  factor,
  getParamStore,
  grad,
  guides,
  handlers,
  hessian,
  HMC,
  infer,
  jacobian,
  jit,
  jvp,
  LazyJIT,
  markov,
  MCMC,
  np,
  NUTS,
  optim,
  param,
  plate,
  Predictive,
  random,
  reparam,
  sample,
  script,
  setSeed,
  subsample,
  SVI,
  valueAndGrad,
  vjp,
  vmap,
  type Tensor,
} from "sinter";
import { load } from "sinter/runtime";

const schools = (y: Tensor, sigma: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  plate("schools", 8, () => {
    const theta = sample("theta", dist.Normal(mu, tau));
    sample("y", dist.Normal(theta, sigma), { obs: y });
  });
};
const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);

const density = infer.logDensity(schools, [y, sigma]);
const gradient = new Float64Array(density.dim);
const value = density.logDensityGradient(new Float64Array(density.dim).fill(0.3), gradient);
const exported = load(density.export()).logDensity(new Float64Array(density.dim).fill(0.3));

const kernel = new NUTS(schools, { targetAccept: 0.9 });
const fit = await new MCMC(kernel, { warmup: 200, samples: 100, chains: 2, seed: 3, progress: false }).run(
  y,
  sigma,
);
const svi = new SVI(schools, guides.AutoNormal(schools), optim.adam({ lr: 0.01 }), infer.TraceELBO());
const { losses } = await svi.run(50, y, sigma);

const softplusSum = (x: Tensor): Tensor => np.log(np.exp(x).add(1)).sum();
const slope = jit(grad(softplusSum));
const draws = random.gamma(random.key(5), np.array([0.3, 4]));

const names = [
  ...[bijectors, checkTrace, clearParamStore, constraints, deterministic, diagnostics, factor, getParamStore],
  ...[handlers, hessian, HMC, jacobian, jvp, LazyJIT, markov, param, Predictive, reparam, script, setSeed],
  ...[subsample, valueAndGrad, vjp, vmap],
];
console.log(
  JSON.stringify({
    value,
    gradient: Array.from(gradient),
    exported,
    mu: Array.from(fit.samples("mu").data()),
    losses: Array.from(losses),
    slope: slope(np.array([0, 800])).toArray(),
    draws: draws.toArray(),
    missing: names.filter((name) => name === undefined).length,
  }),
);
