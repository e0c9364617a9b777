// Which metric a kernel asks for: groups of sites by name, errors, and a posterior that a group makes short work of.
import { describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { sample } from "../../handlers/index.js";
import { MCMC } from "../../report/mcmc.js";
import { np } from "../../tensor/index.js";
import { LogDensity } from "../log-density.js";
import { NUTS, type NUTSOptions } from "../nuts.js";
import { samplerPlan } from "./kernel-spec.js";

/** a and b are nearly one number; s is apart from them. */
const model = (): void => {
  const a = sample("a", dist.Normal(0, 1));
  sample("s", dist.HalfNormal(1).expand([3]).toEvent(1));
  sample("b", dist.Normal(a, 0.05));
};

const metric = (denseMass: NonNullable<NUTSOptions["denseMass"]>, adaptation?: NUTSOptions["adaptation"]) => {
  const latent = new LogDensity(model).sites;
  return samplerPlan(new NUTS(model, { denseMass, adaptation }).spec, { dim: 5, latent }).metric;
};

describe("denseMass", () => {
  test("true is one group, names are the coordinates of their sites", () => {
    const gradients = { above: 0 };
    expect(metric(false)).toEqual({ kind: "diagonal" });
    expect(metric(true)).toEqual({ kind: "dense", blocks: [[0, 1, 2, 3, 4]], gradients });
    expect(metric([["a", "b"]])).toEqual({ kind: "dense", blocks: [[0, 4]], gradients });
    expect(metric([["s"], ["b", "a"]])).toEqual({
      kind: "dense",
      blocks: [
        [1, 2, 3],
        [4, 0],
      ],
      gradients,
    });
  });

  test("from draws alone the host sets the factors", () => {
    expect(metric([["a", "b"]], "draws")).toEqual({ kind: "dense", blocks: [[0, 4]] });
  });

  test('"auto" is all coordinates where correlations are large, of 2 to 32 coordinates, learnt from gradients', () => {
    const auto = (dim: number, options: NUTSOptions = {}) =>
      samplerPlan(new NUTS(model, options).spec, { dim, latent: [] }).metric;
    const blocks = [Array.from({ length: 32 }, (_, i) => i)];
    expect(auto(32)).toEqual({ kind: "dense", blocks, gradients: { above: 1.5 } });
    expect(auto(32, { denseMass: "auto" })).toEqual(auto(32));
    for (const metric of [auto(33), auto(1), auto(4, { adaptation: "draws" })])
      expect(metric).toEqual({ kind: "diagonal" });
  });

  test('"lowRank" has at most 32 directions, no more than coordinates, of variances that are 2 times off', () => {
    expect(metric("lowRank")).toEqual({ kind: "lowRank", rank: 5, cutoff: 2 });
    expect(metric({ rank: 3, cutoff: 1.5 })).toEqual({ kind: "lowRank", rank: 3, cutoff: 1.5 });
    const wide = samplerPlan(new NUTS(model, { denseMass: "lowRank" }).spec, { dim: 500, latent: [] });
    expect(wide.metric).toEqual({ kind: "lowRank", rank: 32, cutoff: 2 });
    const one = samplerPlan(new NUTS(model, { denseMass: "lowRank" }).spec, { dim: 1, latent: [] });
    expect(one.metric).toEqual({ kind: "diagonal" });
  });

  test("errors", () => {
    expect(() => metric({ rank: 0 })).toThrow(
      "new NUTS: denseMass: rank must be a whole number, 1 or more; got 0.",
    );
    expect(() => metric({ cutoff: 1 })).toThrow("new NUTS: denseMass: cutoff must be above 1; got 1.");
    expect(() => metric({ ranks: 3 } as never)).toThrow(/new NUTS: denseMass.*"?ranks"?.*rank/);
    expect(() => metric("lowRank", "draws")).toThrow(
      'new NUTS: a metric of low rank is learnt from draws and gradients together; leave adaptation: "draws" out, or use denseMass: true.',
    );
    expect(() => metric([["a", "tau"]])).toThrow(
      'denseMass names the site "tau", which the model does not sample; its sites are "a", "s", "b".',
    );
    expect(() => metric([["a"], ["a", "b"]])).toThrow('denseMass names the site "a" twice');
    expect(() => new NUTS(model, { denseMass: ["a"] as never })).toThrow(
      'new NUTS: denseMass must be true, false, "auto", "lowRank" or groups of site names such as [["alpha", "beta"]], got ["a"].',
    );
    expect(() => new NUTS(model, { adaptation: "both" as never })).toThrow(
      'new NUTS: adaptation must be "draws" or "gradients", got "both".',
    );
    expect(() => new NUTS(model, { stepSizeJitter: 1 })).toThrow(
      "new NUTS: stepSizeJitter must be at least 0 and below 1; got 1.",
    );
  });

  test("a group of correlated sites takes fewer leapfrogs than variances, to the same posterior", async () => {
    const run = (options: NUTSOptions) =>
      new MCMC(new NUTS(model, options), { chains: 1, progress: false, seed: 3 }).run();
    const [diagonal, grouped] = [await run({ denseMass: false }), await run({ denseMass: [["b", "a"]] })];
    expect(grouped.data.gradients).toBeLessThan(0.6 * diagonal.data.gradients);
    for (const fit of [diagonal, grouped]) {
      const [a, b] = ["a", "b"].map((name) => fit.samples(name));
      expect(np.std(a!).item()).toBeCloseTo(1, 0);
      expect(np.std(np.subtract(b!, a!)).item()).toBeCloseTo(0.05, 2);
    }
  });
});
