// Nothing in; the draws of three models, as bits, out: the same on every machine, engine, browser and number of workers.
import { constraints, dist, factor, HMC, MCMC, NUTS, np, plate, sample, type Tensor } from "sinter";
import type { MCMCOptions } from "sinter";

const schools = (y: Tensor, sigma: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const z = plate("schools", 8, () => sample("z", dist.Normal(0, 1)));
  plate("data", 8, () => sample("y", dist.Normal(mu.add(tau.mul(z)), sigma), { obs: y }));
};

/** Counts with more spread than Poisson's: gamma functions of a parameter, and a covariance estimated on the host. */
const counts = (x: Tensor, y: Tensor): void => {
  const level = sample("level", dist.Normal(1, 2));
  const slope = sample("slope", dist.Normal(0, 1));
  const shape = sample("shape", dist.Gamma(2, 0.5));
  const rate = np.exp(level.add(slope.mul(x)));
  plate("rows", x.size, () => sample("y", dist.NegativeBinomial2(rate, shape), { obs: y }));
};

/** Two hidden states: a loop whose steps wait for each other, a simplex per state and ordered levels. */
const hidden = (y: Tensor): void => {
  const moves = np.log(sample("moves", dist.Dirichlet(np.array([[4, 2], [2, 4]])).toEvent(1))); // prettier-ignore
  const level = sample("level", dist.ImproperUniform(constraints.orderedVector, [], [2]));
  factor("levels", dist.Normal(0, 3).logProb(level).sum());
  const start = dist.Normal(level, 1).logProb(y.at(0));
  const [last] = np.scan(
    (forward: Tensor, seen: Tensor): [Tensor, null] => {
      const reached = np.logsumexp(np.expandDims(forward, 1).add(moves), 0);
      return [reached.add(dist.Normal(level, 1).logProb(seen)), null];
    },
    start,
    np.slice(y, [1, null]),
  );
  factor("states", np.logsumexp(last));
};

const effects = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const errors = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const x = np.linspace(-1.5, 1.5, 24);
const ys = np.array([1, 0, 2, 0, 1, 3, 1, 0, 2, 5, 1, 4, 2, 3, 9, 4, 1, 7, 12, 6, 3, 15, 11, 20]);
const series = np.array([-1.2, -0.4, -2.1, 1.9, 2.6, 1.1, 3.0, -0.9, -1.6, 0.2, 2.2, 1.7, 2.9, 2.4]);

interface Case {
  readonly kernel: NUTS | HMC;
  readonly args: readonly unknown[];
}
const cases: Readonly<Record<string, Case>> = {
  schools: { kernel: new NUTS(schools), args: [effects, errors] },
  counts: { kernel: new NUTS(counts, { denseMass: true, adaptation: "draws" }), args: [x, ys] },
  hidden: {
    kernel: new HMC(hidden, { trajectoryLength: 1, initStrategy: "sample", stepSizeJitter: 0.1 }),
    args: [series],
  },
};

/** What is compared: the first draw of each chain, bits as hexadecimal text, and a hash of all draws and statistics. */
export interface Golden {
  readonly coordinates: readonly string[];
  readonly first: readonly (readonly string[])[];
  readonly sha256: string;
}

export async function goldenDraws(options: MCMCOptions = {}): Promise<Record<string, Golden>> {
  const all: Record<string, Golden> = {};
  for (const [name, { kernel, args }] of Object.entries(cases)) {
    const plan = { warmup: 200, samples: 100, chains: 2, seed: 7, progress: false };
    const { data } = await new MCMC(kernel, { ...plan, ...options }).run(...args);
    const draws = Float64Array.from(data.unconstrained.data());
    const constrained = [...data.sites.values()].map((site) => Float64Array.from(site.data()));
    const statistics = Object.values(data.stats).map((rows) => Float64Array.from(rows.flat()));
    const dim = data.coordinateNames.length;
    all[name] = {
      coordinates: data.coordinateNames,
      first: Array.from({ length: plan.chains }, (_, i) =>
        Array.from(draws.subarray(i * plan.samples * dim, (i * plan.samples + 1) * dim), bits),
      ),
      sha256: await hash([draws, ...constrained, ...statistics]),
    };
  }
  return all;
}

const bits = (x: number): string =>
  new BigUint64Array(Float64Array.of(x).buffer)[0]!.toString(16).padStart(16, "0");

async function hash(parts: readonly Float64Array[]): Promise<string> {
  const all = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const digest = await crypto.subtle.digest("SHA-256", all);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
