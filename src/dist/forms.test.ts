// How distributions may be written, and what is said of near misses.
import { describe, expect, test } from "vitest";
import { handlers, sample } from "../handlers/index.js";
import { LocScaleReparam } from "../infer/reparam/loc-scale.js";
import { np, random } from "../tensor/index.js";
import { dist } from "./index.js";

describe("forms", () => {
  test("new is allowed, and names of NumPyro for what is made of others", () => {
    const Normal = dist.Normal as unknown as new (
      loc: number,
      scale: number,
    ) => ReturnType<typeof dist.Normal>;
    expect(new Normal(1, 2).mean.item()).toBe(1);
    const [mixing, parts] = [dist.Categorical({ probs: [0.25, 0.75] }), dist.Normal([0, 4], 1)];
    const named = dist.MixtureSameFamily({ mixingDistribution: mixing, componentDistribution: parts });
    expect(named.mean.item()).toBe(3);
    expect(dist.MixtureSameFamily(mixing, parts).mean.item()).toBe(3);
    const general = dist.MixtureGeneral(mixing, [dist.Normal(0, 1), dist.Normal(4, 1)]);
    expect(general.mean.item()).toBe(3);
    expect(dist.HurdlePoisson({ gate: 0.5, rate: 2 }).mean.item()).toBe(
      dist.HurdlePoisson(0.5, 2).mean.item(),
    );
    expect(dist.LKJCholesky({ dim: 3, concentration: 2 }).eventShape).toEqual([3, 3]);
    expect(dist.LKJ({ dimension: 2 }).eventShape).toEqual([2, 2]);
    expect(() => dist.MixtureSameFamily({ mixing, component: parts })).toThrow(
      "no parameter is called mixing, component; it takes mixingDistribution, componentDistribution",
    );
  });

  test("centred alone", () => {
    const model = handlers.reparam(() => sample("x", dist.Normal(3, 2)), { x: LocScaleReparam(0) });
    expect(Object.keys(handlers.trace(handlers.seed(model, 0))().nodes)).toContain("x_decentered");
  });
});

describe("near misses", () => {
  test.each([
    [
      () => sample("y", dist.Normal(0, 1), 3 as never),
      'site "y": the third argument of sample holds options',
    ],
    [
      () => sample("y", dist.Normal(0, 1), np.array(3) as never),
      "an observed value is given as { obs: value }",
    ],
    [
      () => dist.Normal(dist.Normal(0, 1) as never, 1),
      "loc is a distribution (Normal); a parameter is a value",
    ],
    [
      () => handlers.condition({ x: 1 } as never, (() => 0) as never),
      "handlers.condition: the first argument must be the function",
    ],
    [
      () => handlers.seed(0 as never, (() => 0) as never),
      "handlers.seed: the first argument must be the function whose sites",
    ],
    [() => np.stack(np.zeros([2]) as never), "given as a list, as in np.stack([a, b])"],
  ])("%#", (run, message) => {
    expect(() => handlers.seed(run as () => unknown, random.key(0))()).toThrow(message);
  });
});
