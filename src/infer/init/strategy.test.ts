// Where chains and guides start: means of priors given the means before, points that ask nothing of a prior, and what stands in.
import { describe, expect, test } from "vitest";
import { constraints } from "../../bijectors/index.js";
import { dist } from "../../dist/index.js";
import { clearParamStore, factor, getParamStore, handlers, sample } from "../../handlers/index.js";
import { np, random } from "../../tensor/index.js";
import { AutoNormal } from "../guides/index.js";
import { RandomStream } from "../hmc/philox.js";
import { LogDensity } from "../log-density.js";
import { initialPoint } from "./initial-point.js";
import { initToFeasible, initToMean, type InitStrategy } from "./strategy.js";

const model = (): void => {
  const mu = sample("mu", dist.Normal(3, 10));
  const tau = sample("tau", dist.Gamma({ concentration: 4, rate: 2 }));
  sample("theta", dist.Normal(mu, tau).expand([2]).toEvent(1));
  sample("p", dist.Beta(2, 6));
  // No mean at all, and none that is known to be inside.
  sample("far", dist.Cauchy(5, 0.001));
  sample("free", dist.ImproperUniform(constraints.positive, [], []));
};
const start = (fn: () => unknown, strategy: InitStrategy, key = 1) => {
  const density = new LogDensity(fn);
  const { q } = initialPoint("test", density, strategy, new RandomStream(1, 2), random.key(key));
  return density.constrain(q);
};

describe("initToMean", () => {
  test("means of priors, given those before; medians where there are none", () => {
    const { mu, tau, theta, p, far } = start(model, initToMean());
    expect([mu, tau, theta, p].map((x) => x!.toArray())).toEqual([
      expect.closeTo(3, 12),
      expect.closeTo(2, 12),
      [expect.closeTo(3, 12), expect.closeTo(3, 12)],
      expect.closeTo(0.25, 12),
    ]);
    expect(far!.item()).toBeCloseTo(5, 1);
  });

  test("where the density is not finite there, uniform points are tried", () => {
    const elsewhere = (): void => {
      const x = sample("x", dist.Normal(0, 1));
      factor("positive", np.log(x));
    };
    expect(start(elsewhere, initToMean())["x"]!.item()).toBeGreaterThan(0);
  });

  test("guides start there, too", () => {
    clearParamStore();
    const short = (): void => void sample("p", dist.Beta(2, 6));
    handlers.seed(AutoNormal(short, { initStrategy: initToMean() }), 0)();
    const loc = getParamStore().get("p_auto_loc");
    expect(loc.item()).toBeCloseTo(Math.log(0.25 / 0.75), 12);
  });
});

test("initToFeasible asks nothing of priors", () => {
  const { mu, tau, theta, p, free } = start(model, initToFeasible());
  expect([mu, tau, theta, p, free].map((x) => x!.toArray())).toEqual([0, 1, [0, 0], 0.5, 1]);
});
