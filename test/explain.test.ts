// What the compiler makes of five models, as `sinter explain` tells it: rules that fired in each pass, the loops and what each costs, against a golden text.
// After a change that is meant: `npm run explain:update`, read the difference, commit it with the change.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deterministic, dist, factor, infer, np, plate, sample, type Tensor } from "../src/index.js";

const golden = new URL("explain.golden.txt", import.meta.url);

const rows = Array.from({ length: 40 }, (_, i) => [1, Math.sin(i), Math.cos(3 * i)]);
const series = Array.from({ length: 30 }, (_, i) => Math.sin(i) + i / 10);

const models: Readonly<Record<string, () => void>> = {
  "eight schools": () => {
    const mu = sample("mu", dist.Normal(0, 5));
    const tau = sample("tau", dist.HalfCauchy(5));
    plate("schools", 8, () => {
      const z = sample("z", dist.Normal(0, 1));
      const theta = deterministic("theta", mu.add(tau.mul(z)));
      const error = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
      sample("y", dist.Normal(theta, error), { obs: [28, 8, -3, 7, -1, 1, 18, 12] });
    });
  },
  "logistic regression": () => {
    const beta = sample("beta", dist.Normal(0, 1).expand([3]).toEvent(1));
    const logits = np.matmul(np.array(rows), beta);
    sample("y", dist.Bernoulli({ logits }), { obs: rows.map((_, i) => i % 2) });
  },
  "linear regression through a factor of the data": () => {
    const beta = sample("beta", dist.Normal(0, 10).expand([3]).toEvent(1));
    const sigma = sample("sigma", dist.HalfNormal(1));
    sample("y", dist.Normal(np.matmul(np.array(rows), beta), sigma), { obs: rows.map((_, i) => i / 10) });
  },
  "moving average": () => {
    const theta = sample("theta", dist.Normal(0, 1));
    const sigma = sample("sigma", dist.HalfNormal(1));
    const [, errors] = np.scan(
      (e: Tensor, y: Tensor): [Tensor, Tensor] => {
        const next = y.sub(theta.mul(e));
        return [next, next];
      },
      np.array(0),
      np.array(series),
    );
    sample("e", dist.Normal(0, sigma), { obs: errors });
  },
  mixture: () => {
    const weight = sample("weight", dist.Beta(1, 1));
    const mu = sample("mu", dist.Normal([-1, 1], 1).toEvent(1));
    const y = np.array(series);
    const first = np.log(weight).add(dist.Normal(mu.at(0), 1).logProb(y));
    const second = np.log1p(weight.neg()).add(dist.Normal(mu.at(1), 1).logProb(y));
    factor("y", np.logaddexp(first, second));
  },
};

test("the rules that fire and the loops of five models are those of the golden text", () => {
  const told = Object.entries(models).map(([name, model]) => {
    const density = infer.logDensity(model);
    const { passes, graph, optimized, kernels, kernelCosts } = density.lowered;
    const fired = passes.map((pass) => {
      const rules = Object.entries(pass.fired).map(([rule, n]) => (n === 1 ? rule : `${rule} x${n}`));
      return `  ${pass.name}: ${rules.join(", ") || "nothing to do"}`;
    });
    const sizes = `${graph.equations.length} equations as traced, ${optimized.equations.length} after the passes`;
    return [`# ${name}`, sizes, ...fired, String(kernels).trimEnd(), String(kernelCosts)].join("\n");
  });
  const text = `${told.join("\n\n")}\n`;
  if (process.env["UPDATE_EXPLAIN"] !== undefined) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, "utf8"));
});
