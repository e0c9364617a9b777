// Programs kept in a folder (J70): samplers and steps of SVI are found again, compile nothing and draw the same.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { clearParamStore, sample } from "../handlers/index.js";
import { guides, HMC, infer, NUTS, optim, SVI } from "../infer/index.js";
import { np, type Tensor } from "../tensor/index.js";
import { MCMC } from "./mcmc.js";

const folder = mkdtempSync(join(tmpdir(), "sinter-cache-"));
afterAll(() => rmSync(folder, { recursive: true }));

const normal = (y: Tensor): void => {
  const m = sample("m", dist.Normal(0, 1));
  const s = sample("s", dist.HalfNormal(1));
  sample("y", dist.Normal(m, s), { obs: y });
};
const observed = np.arange(20).astype("f64").div(10);

test("NUTS, HMC and SVI find their programs, samplers included, and draw the same", async () => {
  const cacheDir = join(folder, "inference");
  const plan = { warmup: 100, samples: 50, chains: 2, progress: false } as const;
  const fit = async (kernel: NUTS | HMC) => {
    const mcmc = new MCMC(kernel, plan);
    const fitted = await mcmc.run(observed);
    return { draws: fitted.samples("s").data(), compiles: mcmc.compiles };
  };
  for (const Kernel of [NUTS, HMC]) {
    const plain = await fit(new Kernel(normal));
    expect(plain.compiles).toBe(2);
    // What constrains draws is the same program for both.
    expect(await fit(new Kernel(normal, { cacheDir }))).toEqual({
      ...plain,
      compiles: Kernel === NUTS ? 2 : 1,
    });
    expect(await fit(new Kernel(normal, { cacheDir }))).toEqual({ ...plain, compiles: 0 });
  }
  // Another metric is another sampler.
  expect((await fit(new NUTS(normal, { cacheDir, denseMass: false }))).compiles).toBe(1);
  const steps = async (options: object) => {
    clearParamStore();
    const svi = new SVI(
      normal,
      guides.AutoNormal(normal),
      optim.adam({ lr: 0.05 }),
      infer.TraceELBO(),
      options,
    );
    const { losses } = await svi.run(30, observed);
    return { losses, compiles: svi.compiles };
  };
  const plain = await steps({});
  expect(plain.compiles).toBe(1);
  expect(await steps({ cacheDir })).toEqual(plain);
  expect(await steps({ cacheDir })).toEqual({ ...plain, compiles: 0 });
});
