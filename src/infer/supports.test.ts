// Observations and the bounds of their supports, where one or the other is not known before a point is; discrete sites that are marked.
import { describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { factor, plate, sample } from "../handlers/index.js";
import { np, type Tensor } from "../tensor/index.js";
import { logDensity } from "./log-density.js";

const modes = [{}, { backend: "interpret" }, { jit: false }] as const;

describe("an observation outside bounds that latent values set has density zero", () => {
  const at = (model: (y: Tensor | number[]) => void, theta: number, known: boolean): number[] =>
    modes.map((mode) => {
      const y = [1, 2, 0.5];
      const d = known ? logDensity(() => model(y), [], mode) : logDensity(model, [np.array(y)], mode);
      return d.logDensity(d.unconstrain({ theta }));
    });

  test.each([
    ["known observations", true],
    ["observations as arguments", false],
  ])("%s", (_, known) => {
    const uniform = (y: Tensor | number[]): void => {
      sample("y", dist.Uniform(0, sample("theta", dist.HalfNormal(5))), { obs: y });
    };
    expect(at(uniform, 1.5, known)).toEqual([-Infinity, -Infinity, -Infinity]);
    const prior = Math.log(2 / (5 * Math.sqrt(2 * Math.PI))) - 3 ** 2 / 50 + Math.log(3);
    at(uniform, 3, known).forEach((x) => expect(x).toBeCloseTo(prior - 3 * Math.log(3), 12));
    const pareto = (y: Tensor | number[]): void => {
      sample("y", dist.Pareto(sample("theta", dist.HalfNormal(5)), 2), { obs: y });
    };
    expect(at(pareto, 0.6, known)).toEqual([-Infinity, -Infinity, -Infinity]);
    at(pareto, 0.4, known).forEach((x) => expect(Number.isFinite(x)).toBe(true));
    const byHand = (y: Tensor | number[]): void => {
      factor("y", dist.Uniform(0, sample("theta", dist.HalfNormal(5))).logProb(y));
    };
    expect(at(byHand, 1.5, known)).toEqual([-Infinity, -Infinity, -Infinity]);
  });
});

describe("bounds of a larger shape than the value are alternatives", () => {
  const n = np.arange(0, 41).reshape([-1, 1]);

  test("a count is refused when no alternative allows it", () => {
    const d = dist.Binomial({ totalCount: n, probs: 0.5 });
    const density = d.logProb([3, 41 - 1]);
    expect(density.shape).toEqual([41, 2]);
    expect(density.at(2, 0).item()).toBe(-Infinity);
    expect(density.at(3, 0).item()).toBeCloseTo(3 * Math.log(0.5), 12);
    expect(() => d.logProb([3, 41])).toThrow("the value 41 at index [1] is outside the support");
  });

  test("and the impossible ones count for nothing in a sum over them, marked or written out", () => {
    const k = [16, 18, 22, 25, 27];
    const written = logDensity(() => {
      const p = sample("p", dist.Uniform(0, 1));
      const terms = dist.Binomial({ totalCount: n, probs: p }).logProb(k);
      factor("sum", np.logsumexp(terms.sum(1)).sub(Math.log(41)));
    });
    const marked = logDensity(() => {
      const p = sample("p", dist.Uniform(0, 1));
      const totalCount = sample("n", dist.DiscreteUniform(0, 40), { infer: { enumerate: "parallel" } });
      plate("k", 5, () => sample("k", dist.Binomial({ totalCount, probs: p }), { obs: k }));
    });
    const want = [-27.44287777031817, -22.302987863716837];
    [written, marked].forEach((d) => {
      expect(d.names).toEqual(["p"]);
      const got = [0.4, 0.8].map((p) => d.logDensity(d.unconstrain({ p })));
      got.forEach((x, i) => expect(x).toBeCloseTo(want[i], 9));
    });
  });

  test("a marked site whose values have no list says so", () => {
    const model = (): void => {
      sample("n", dist.Poisson(3), { infer: { enumerate: "parallel" } });
    };
    expect(() => logDensity(model)).toThrow(/site "n" is latent and discrete.*have no finite list/);
    expect(() => logDensity(() => sample("z", dist.Bernoulli({ probs: 0.5 })))).toThrow(
      'handlers.collapse(model) or by marking it { infer: { enumerate: "parallel" } }',
    );
  });
});

test("values under the false mask of a distribution may be anything; others are checked", () => {
  const observed = (obs: number[]): number => {
    const d = logDensity(() => {
      const rate = sample("rate", dist.Exponential(1));
      sample("y", dist.Poisson(rate).mask([true, false]), { obs });
    });
    return d.logDensity([0]);
  };
  expect(observed([2, -1])).toBe(observed([2, NaN]));
  expect(() => observed([-2, 1])).toThrow('site "y": the observed value -2 at index [0]');
});
