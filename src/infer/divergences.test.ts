// A divergence is put down to the site that broke down, whatever ran the chain; what is known of it survives in a folder.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { factor, plate, sample } from "../handlers/index.js";
import { MCMC } from "../report/mcmc.js";
import type { Fit } from "../report/fit.js";
import { np, type Tensor } from "../tensor/index.js";
import { noCounts, STATISTICS } from "./chains/chain.js";
import { ChainRecord } from "./chains/record.js";
import { divergencesOf } from "./divergences.js";
import { LogDensity } from "./log-density.js";
import { HMC } from "./hmc.js";
import type { MCMCOptions } from "./mcmc-options.js";
import { NUTS, type NUTSOptions } from "./nuts.js";

const funnel = (): void => {
  const tau = sample("tau", dist.HalfCauchy(1));
  const theta = plate("groups", 5, () => sample("theta", dist.Normal(0, tau)));
  sample("y", dist.Normal(theta, 3).toEvent(1), { obs: np.array([1, -2, 0, 2, 1]) });
};
/** No covariance where |rho| is above 1. */
const singular = (): void => {
  sample("other", dist.Normal(0, 1));
  const rho = sample("rho", dist.Normal(0, 1));
  const one = np.ones([]);
  const covarianceMatrix = np.stack([np.stack([one, rho]), np.stack([rho, one])]);
  sample("pair", dist.MultivariateNormal(np.zeros([2]), { covarianceMatrix }), { obs: np.array([0.5, 0.3]) });
};
/** Infinity over infinity for x above 1.02. */
const overflow = (): void => {
  const x = sample("x", dist.Normal(0, 1));
  const large = np.exp(x.mul(700));
  factor("share", large.div(large.add(2)));
};
/** Smooth sites, and a wall that nothing but its slope gives away. */
function walled(): () => void {
  return () => {
    const x = sample("x", dist.Normal(0, 1));
    const y = sample("y", dist.Normal(x, 1));
    factor("wall", np.maximum(x.add(y).sub(1), 0).mul(-100));
  };
}
const plan = { warmup: 200, samples: 200, chains: 2, seed: 4, progress: false };
const run = (model: (y: Tensor) => void, options: MCMCOptions = {}, kernel: NUTSOptions = {}): Promise<Fit> =>
  new MCMC(new NUTS(model, kernel), { ...plan, ...options }).run();

describe.each([
  [
    "a funnel",
    funnel,
    "theta",
    "energy",
    /site "theta" fell far below its usual density at \d+; see fit\.divergences\), so .* raise targetAccept/,
  ],
  [
    "a singular matrix",
    singular,
    "pair",
    "density",
    /site "pair" had a log density that is not finite at .*give the parameters of that site a support/,
  ],
  ["overflow", overflow, "share", "density", /site "share" had a log density that is not finite/],
] as const)("%s", (_, model, site, why, said) => {
  test("is named, in the fit and in its table", async () => {
    const fit = await run(model, { samples: 500 }, { targetAccept: 0.6 });
    const { divergences } = fit;
    const blamed = divergences.filter((d) => d.site === site && d.why === why);
    expect(divergences.length).toBeGreaterThan(0);
    expect(blamed.length).toBeGreaterThan(0.8 * divergences.length);
    for (const { logDensity, usual, point } of blamed) {
      expect(Number.isFinite(usual)).toBe(true);
      expect(Number.isFinite(logDensity)).toBe(why === "energy");
      if (why === "energy") expect(logDensity).toBeLessThan(usual);
      expect(point.every(Number.isFinite)).toBe(true);
    }
    expect(fit.toString().replaceAll(/\n +/g, " ")).toMatch(said);
    // The first 32 of each chain, at the draws that say so.
    expect(divergences.map(({ chain, draw }) => [chain, draw])).toEqual(
      fit.stats.divergent.flatMap((column, chain) =>
        column.flatMap((x, draw) => (x === 1 ? [[chain, draw]] : [])).slice(0, 32),
      ),
    );
  });
});

describe.each([
  ["NUTS", 20, new NUTS(walled())],
  ["NUTS with a dense metric", 20, new NUTS(walled(), { denseMass: true })],
  ["HMC", 1, new HMC(walled(), { trajectoryLength: 2, adaptStepSize: false, stepSize: 0.9 })],
] as const)("%s", (_, least, kernel) => {
  test("a site that flings others away is blamed, not those that it moved", async () => {
    const fit = await new MCMC(kernel, { ...plan, samples: 1000 }).run();
    const { divergences } = fit;
    const sharp = divergences.filter((d) => d.why === "slope");
    expect(sharp.length).toBeGreaterThanOrEqual(least);
    expect(new Set(divergences.map((d) => d.site))).toEqual(new Set(["wall"]));
    // It is fine where the trajectory ended.
    for (const { logDensity } of sharp) expect(logDensity).toBeGreaterThan(-1000);
    expect(String(fit).replaceAll(/\n +/g, " ")).toMatch(
      /site "wall" bends too sharply for the step size at \d+/,
    );
  });
});

test("workers, other slices, single precision and no compiler find the same points", async () => {
  const wanted = (await run(singular)).divergences;
  expect((await run(singular, { workers: 2 })).divergences).toEqual(wanted);
  expect((await run(singular, { until: { essBulk: 1e9 } })).divergences).toEqual(wanted);
  const short = { warmup: 10, samples: 30, chains: 1 };
  const shallow = { maxTreeDepth: 3 };
  const [eager, compiled] = [
    await run(singular, short, { ...shallow, jit: false }),
    await run(singular, short, shallow),
  ];
  expect(compiled.divergences.length).toBeGreaterThan(0);
  expect(eager.divergences.map((d) => [d.site, d.chain, d.draw])).toEqual(
    compiled.divergences.map((d) => [d.site, d.chain, d.draw]),
  );
  const single = await run(singular, {}, { dtype: "f32" });
  expect(new Set(single.divergences.map((d) => d.site))).toEqual(new Set(["pair"]));
});

test("a gradient that is not finite leaves coordinates that are not", () => {
  const density = new LogDensity(singular, []);
  const record = new ChainRecord(2, 2);
  const counts = noCounts();
  const points = [Float64Array.of(0.5, NaN), Float64Array.of(-Infinity, 0.5)];
  const diverged = points.map((point, i) => ({ iteration: 12 + i, point }));
  const statistics = new Float64Array(2 * STATISTICS.length);
  record.add({ draws: Float64Array.of(0, 0, 1, 0.5), statistics, counts, diverged });
  const met = divergencesOf({
    records: [record],
    draws: 2,
    warmup: 10,
    thinning: 1,
    terms: density.siteTerms(),
  });
  expect(met.map(({ draw, site, why }) => [draw, site, why])).toEqual([[1, "rho", "gradient"]]);
  const later = divergencesOf({
    records: [record],
    draws: 2,
    warmup: 11,
    thinning: 1,
    terms: density.siteTerms(),
  });
  expect(later.map(({ draw, site, why }) => [draw, site, why])).toEqual([
    [0, "rho", "gradient"],
    [1, "other", "gradient"],
  ]);
});

test("HMC; thinning leaves some without a draw", async () => {
  const kernel = new HMC(singular, { trajectoryLength: 2 });
  const fit = await new MCMC(kernel, { ...plan, thinning: 2 }).run();
  const draws = fit.divergences.map((d) => d.draw);
  expect(draws).toContain(null);
  const kept = fit.divergences.filter((d) => d.draw !== null);
  expect(kept.length).toBeGreaterThan(0);
  for (const { chain, draw } of kept) expect(fit.stats.divergent[chain][draw!]).toBe(1);
  // Few are flung out of the trajectory by the slope beside the border, and met where nothing is wrong with any site.
  const outside = kept.filter((d) => d.why === "density");
  expect(outside.length).toBeGreaterThan(0.5 * kept.length);
  for (const { site } of outside) expect(site).toBe("pair");
  expect(kept.filter((d) => d.site === "pair").length).toBeGreaterThan(0.8 * kept.length);
});

test("a folder keeps points and sites; what is drawn without the model has none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sinter-diverged-"));
  try {
    const fit = await run(overflow);
    fit.save(join(folder, "fit.zarr"));
    const again = await MCMC.resume(join(folder, "fit.zarr"), { progress: false });
    expect(again.divergences).toEqual(fit.divergences);
    expect(String(again)).toBe(String(fit));
    const saveTo = join(folder, "run.zarr");
    const short = await run(singular, { saveTo, samples: 15 });
    const known = short.divergences.length;
    const longer = await MCMC.resume(saveTo, { samples: 100, progress: false });
    expect(known).toBeGreaterThan(0);
    expect(longer.divergences.length).toBeGreaterThan(known);
    const unknown = longer.divergences.filter((d) => d.site === null);
    expect(unknown.length).toBe(longer.divergences.length - known);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("later data of the same driver do not move the sites of an earlier fit", async () => {
  const model = (scale: Tensor): void => {
    const x = sample("x", dist.Normal(0, 1));
    sample("y", dist.Normal(0, np.sqrt(scale.sub(x))), { obs: 0 });
  };
  const mcmc = new MCMC(new NUTS(model), plan);
  const first = await mcmc.run(np.array(0.5));
  await mcmc.run(np.array(100));
  expect(first.divergences.length).toBeGreaterThan(0);
  expect(new Set(first.divergences.map((d) => d.site))).toEqual(new Set(["y"]));
});
