// In: a command line. Out: simulation-based calibration (Talts et al. 2018) of NUTS on four models: ranks of parameters drawn from the
// prior among posterior draws given data drawn with them, as histograms, here and as SVG; exit code 1 where ranks are not uniform at
// the 1% level.
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { dist, handlers, MCMC, np, NUTS, random, sample, factor, type Tensor } from "sinter";
import { plot } from "sinter/plot";

type Model = (data: Tensor | null) => void;

/** The data are a site "y", or, where the likelihood sums states out, made by `simulate` from the other sites. */
interface Case {
  readonly model: Model;
  readonly simulate?: (sites: Readonly<Record<string, Tensor>>, key: Tensor) => Tensor;
}

const observed = (y: Tensor | null) => (y === null ? {} : { obs: y });
const errors = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const x = np.linspace(-2, 2, 20);
const STEPS = 30;

const cases: Readonly<Record<string, Case>> = {
  "eight schools": {
    model(y) {
      const mu = sample("mu", dist.Normal(0, 5));
      const tau = sample("tau", dist.HalfNormal(5));
      const eta = sample("eta", dist.Normal(0, 1).expand([8]).toEvent(1));
      sample("y", dist.Normal(mu.add(tau.mul(eta)), errors).toEvent(1), observed(y));
    },
  },
  "logistic regression": {
    model(y) {
      const alpha = sample("alpha", dist.Normal(0, 1));
      const beta = sample("beta", dist.Normal(0, 1));
      sample("y", dist.Bernoulli({ logits: alpha.add(beta.mul(x)) }).toEvent(1), observed(y));
    },
  },
  // The components' priors lie apart, so that all but 1e-14 of the posterior is one mode, which a chain of one thousand draws explores.
  mixture: {
    model(y) {
      const weight = sample("weight", dist.Beta(2, 2));
      const low = sample("low", dist.Normal(-2, 0.5));
      const high = sample("high", dist.Normal(2, 0.5));
      const parts = dist.Normal(np.stack([low, high]), 1);
      const choice = dist.Categorical({ probs: np.stack([weight, np.subtract(1, weight)]) });
      sample("y", dist.MixtureSameFamily(choice, parts).expand([20]).toEvent(1), observed(y));
    },
  },
  "hidden Markov": {
    model(y) {
      const stay = sample("stay", dist.Beta(4, 2).expand([2]).toEvent(1));
      const centre = sample("centre", dist.Normal([-1, 1], 0.5).toEvent(1));
      if (y === null) return;
      const leave = np.subtract(1, stay);
      const moves = np.log(
        np.stack([np.stack([stay.at(0), leave.at(0)]), np.stack([leave.at(1), stay.at(1)])]),
      );
      const emission = dist.Normal(centre, 1).logProb(y.reshape([STEPS, 1]));
      const [last] = np.scan(
        (state: Tensor, e: Tensor): [Tensor, null] => [
          np.logsumexp(state.reshape([2, 1]).add(moves), 0).add(e),
          null,
        ],
        emission.at(0).sub(Math.LN2),
        emission.slice([1, STEPS]),
      );
      factor("likelihood", np.logsumexp(last));
    },
    simulate({ stay, centre }, key) {
      const uniforms = random.uniform(random.foldIn(key, 1), [STEPS]).data();
      const noise = random.normal(random.foldIn(key, 2), [STEPS]).data();
      let state = uniforms[0] < 0.5 ? 0 : 1;
      return np.array(
        Array.from({ length: STEPS }, (_, t) => {
          if (t > 0 && uniforms[t] >= stay.at(state).item()) state = 1 - state;
          return centre.at(state).item() + noise[t];
        }),
      );
    },
  },
};

const { values } = parseArgs({
  options: {
    simulations: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "build/sbc" },
  },
});
const simulations = Number(values.simulations);
const DRAWS = 99;
const BINS = 20;
/** A model's ranks count as uniform when none of its entries has a smaller p-value than this over the number of entries. */
const LEVEL = 0.01;

/** Of a chi-square statistic. */
const pValue = (chi2: number, freedom: number): number => np.special.gammaincc(freedom / 2, chi2 / 2).item();

async function ranks({ model, simulate }: Case): Promise<Map<string, number[]>> {
  const out = new Map<string, number[]>();
  const root = random.key(Number(values.seed));
  // From a draw of the prior: from uniform(-2, 2) one chain of the mixture in thirty begins, and stays, where its components are swapped.
  const mcmc = new MCMC(new NUTS(model, { targetAccept: 0.9, initStrategy: "sample" }), {
    warmup: 500,
    samples: DRAWS,
    thinning: 10,
    chains: 1,
    progress: false,
  });
  for (let i = 0; i < simulations; i++) {
    const key = random.foldIn(root, i);
    const { nodes } = handlers.trace(handlers.seed(model, key))(null);
    const sites = Object.fromEntries(Object.values(nodes).map((n) => [n.name, n.value]));
    const data = simulate ? simulate(sites, key) : sites.y;
    // With the same random numbers in every simulation ranks would not be independent.
    mcmc.seed = random.foldIn(key, 3);
    const fit = await mcmc.run(data);
    for (const [name, truth] of Object.entries(sites)) {
      if (name === "y") continue;
      const draws = fit.samples(name).reshape([DRAWS, -1]).data();
      const flat = truth.data();
      for (let k = 0; k < flat.length; k++) {
        let rank = 0;
        for (let d = 0; d < DRAWS; d++) if (draws[d * flat.length + k] < flat[k]) rank++;
        const entry = flat.length === 1 ? name : `${name}[${k}]`;
        out.set(entry, [...(out.get(entry) ?? []), rank]);
      }
    }
  }
  return out;
}

const blocks = " ▁▂▃▄▅▆▇█";
let failures = 0;
mkdirSync(values.out, { recursive: true });
for (const [name, c] of Object.entries(cases)) {
  const began = performance.now();
  const all = await ranks(c);
  console.log(`${name}: ${simulations} simulations, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const ps: number[] = [];
  for (const [entry, list] of all) {
    const counts = new Array<number>(BINS).fill(0);
    for (const rank of list) counts[Math.floor((rank * BINS) / (DRAWS + 1))]++;
    const expected = simulations / BINS;
    const chi2 = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    const bars = counts.map((n) => blocks[Math.min(8, Math.round((4 * n) / expected))]).join("");
    const p = pValue(chi2, BINS - 1);
    ps.push(p);
    console.log(`  ${entry.padEnd(10)} |${bars}|  chi-square ${chi2.toFixed(1)}, p ${p.toFixed(4)}`);
  }
  const least = Math.min(...ps);
  const fine = least >= LEVEL / ps.length;
  if (!fine) failures++;
  const file = `${values.out}/${name.replaceAll(" ", "-")}.svg`;
  writeFileSync(file, await plot.calibration(Object.fromEntries(all), { draws: DRAWS, bins: BINS }));
  console.log(
    `  least p ${least.toFixed(4)} of ${ps.length}, at least ${(LEVEL / ps.length).toFixed(4)}: ${fine ? "uniform" : "NOT UNIFORM"} (${file})`,
  );
}
console.log(
  failures === 0
    ? "the ranks of all models are uniform at the 1% level"
    : `${failures} models are not uniform at the 1% level`,
);
if (failures > 0) process.exitCode = 1;
