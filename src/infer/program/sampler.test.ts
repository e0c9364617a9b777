// NUTS as one program: the posterior, its statistics, reproducibility, compiled against eager, and what a second run compiles.
import { describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { factor, sample } from "../../handlers/index.js";
import { MCMC } from "../../report/mcmc.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { runToEnd, type ChainRecord } from "../chains/record.js";
import { LogDensity } from "../log-density.js";
import { NUTS } from "../nuts.js";
import { SamplerProgram, type RunOptions } from "./sampler.js";

/** Sd 1 and 10, correlation 0.9, beside an independent exponential. */
const correlated = (scale: Tensor): void => {
  const covariance = np.array([
    [1, 9],
    [9, 100],
  ]);
  sample("x", dist.MultivariateNormal(np.zeros([2]), covariance.mul(scale)));
  sample("y", dist.Exponential(2).expand([4]).toEvent(1));
};

const eightSchools = (y: Tensor, sigma: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = sample("eta", dist.Normal(0, 1).expand([8]).toEvent(1));
  sample("y", dist.Normal(mu.add(tau.mul(eta)), sigma), { obs: y });
};
const schools = [np.array([28, 8, -3, 7, -1, 1, 18, 12]), np.array([15, 10, 16, 11, 9, 11, 10, 18])] as const;

const plan: RunOptions = {
  key: random.key(1),
  warmup: 500,
  samples: 4000,
  thinning: 1,
  stepSize: 1,
  targetAccept: 0.8,
  adaptStepSize: true,
  adaptMass: true,
};

function setUp(
  model: (...args: never[]) => void,
  args: readonly Tensor[],
  jit = true,
  depth = 10,
): (options?: Partial<RunOptions>) => ChainRecord {
  const density = new LogDensity(model as never, args);
  const sampler = new SamplerProgram(density, { maxTreeDepth: depth, jit });
  const q = new Float64Array(density.dim).fill(0.2);
  const g = new Float64Array(density.dim);
  const logp = density.logDensityGradient(q, g);
  return (options = {}) => {
    const run = { ...plan, ...options };
    return runToEnd(sampler.chain({ q, g, logp }, run), density.dim, run);
  };
}

const mean = (xs: ArrayLike<number>): number => Array.from(xs).reduce((a, b) => a + b, 0) / xs.length;

describe("the program", () => {
  test("finds the moments of a correlated normal and of constrained sites", () => {
    const run = setUp(correlated as never, [np.array(1)]);
    const chain = run();
    const { draws, counts } = chain;
    const column = (k: number): number[] => Array.from({ length: 4000 }, (_, i) => draws[6 * i + k]!);
    const [x0, x1, y] = [column(0), column(1), column(2).map(Math.exp)];
    expect(Math.abs(mean(x0))).toBeLessThan(0.12);
    expect(Math.abs(mean(x0.map((x) => x * x)) - 1)).toBeLessThan(0.15);
    expect(Math.abs(mean(x1.map((x) => x * x)) / 100 - 1)).toBeLessThan(0.15);
    expect(Math.abs(mean(x0.map((x, i) => x * x1[i]!)) / 10 - 0.9)).toBeLessThan(0.15);
    expect(Math.abs(mean(y) - 0.5)).toBeLessThan(0.04);
    expect(mean(chain.column("divergent"))).toBe(0);
    expect(mean(chain.column("acceptance"))).toBeGreaterThan(0.7);
    expect(mean(chain.column("leapfrogs")) * 4000).toBeCloseTo(counts.gradients, 6);
  });

  test("a fixed coarse step size is exact, and the tree-depth limit is kept", () => {
    const normal = (): void => void sample("x", dist.Normal(0, 1));
    const run = setUp(normal as never, [], true, 3);
    const chain = run({ warmup: 0, samples: 20000, stepSize: 1.2, adaptStepSize: false });
    const { draws } = chain;
    expect(Math.abs(mean(draws))).toBeLessThan(0.04);
    expect(Math.abs(mean(draws.map((x) => x * x)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(draws.map((x) => x ** 4)) - 3)).toBeLessThan(0.35);
    expect(Math.max(...chain.column("leapfrogs"))).toBeLessThanOrEqual(7);
    expect(chain.column("stepSize").every((e) => e === 1.2)).toBe(true);
  });

  test("compiled follows eager, warm-up included", () => {
    const short = { warmup: 20, samples: 3, targetAccept: 0.6 };
    const a = setUp(eightSchools as never, schools)(short);
    const b = setUp(eightSchools as never, schools, false)(short);
    expect(Array.from(a.column("leapfrogs"))).toEqual(Array.from(b.column("leapfrogs")));
    a.draws.forEach((x, i) => expect(x).toBeCloseTo(b.draws[i]!, 6));
    expect(a.column("stepSize").at(-1)).toBeCloseTo(b.column("stepSize").at(-1)!, 8);
    expect(a.counts.gradients).toEqual(b.counts.gradients);
  });

  test("equal keys give equal draws; thinning keeps some of the same", () => {
    const run = setUp(eightSchools as never, schools);
    const [a, b, c] = [run({ samples: 60 }), run({ samples: 60 }), run({ key: random.key(2), samples: 60 })];
    expect(a.draws).toEqual(b.draws);
    expect(a.draws).not.toEqual(c.draws);
    const thin = run({ samples: 20, thinning: 3 });
    expect(thin.draws.subarray(0, 10)).toEqual(a.draws.subarray(20, 30));
  });

  test("what is not a number beyond a wall is a divergence", () => {
    const wall = (): void => {
      const x = sample("x", dist.Normal(0, 1));
      factor("wall", np.log(np.subtract(2, x)).mul(0));
    };
    const { draws, counts } = setUp(wall as never, [])({ samples: 1000 });
    expect(draws.every((x) => x < 2)).toBe(true);
    expect(counts.warmupDivergences + counts.divergences).toBeGreaterThan(0);
  });
});

describe('NUTS with program: "whole"', () => {
  const options = { warmup: 300, samples: 500, progress: false, seed: 3 } as const;

  test("agrees with the sampler that runs in JavaScript", async () => {
    const fits = await Promise.all(
      (["whole", "steps"] as const).map((program) =>
        new MCMC(new NUTS(eightSchools as never, { program, targetAccept: 0.9 }), {
          ...options,
          samples: 1500,
        }).run(...schools),
      ),
    );
    const [a, b] = fits.map((fit) => fit.summary());
    for (const name of ["mu", "tau", "eta[0]"]) {
      const [x, y] = [a, b].map((s) => s.find((row) => row.name === name)!);
      expect(Math.abs(x!.mean - y!.mean)).toBeLessThan(4 * Math.hypot(x!.mcse, y!.mcse));
      expect(Math.abs(x!.sd / y!.sd - 1)).toBeLessThan(0.2);
      expect(x!.rHat).toBeLessThan(1.02);
    }
  });

  test("chain i of several equals a single run with its key, and new data compile nothing", async () => {
    const make = (chains: number, seed: number | Tensor): MCMC =>
      new MCMC(new NUTS(eightSchools as never, { program: "whole" }), {
        ...options,
        samples: 50,
        chains,
        seed,
      });
    const many = make(2, 3);
    const two = await many.run(...schools);
    const one = await make(1, random.split(random.key(3), 2).at(1)).run(...schools);
    const all = two.samples("eta").data();
    expect(Array.from(all.subarray(all.length / 2))).toEqual(Array.from(one.samples("eta").data()));
    const { compiles } = many;
    const other = await many.run(schools[0].add(10), schools[1]);
    expect(many.compiles).toBe(compiles);
    expect(other.samples("mu").mean().item()).toBeGreaterThan(two.samples("mu").mean().item() + 2);
  });

  test("options that it does not have are errors", () => {
    expect(() => new NUTS(eightSchools as never, { program: "whole", denseMass: true })).toThrow("denseMass");
    expect(() => new NUTS(eightSchools as never, { program: "half" as never })).toThrow('"steps" or "whole"');
  });
});
