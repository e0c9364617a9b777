// A long run of compiled gradients and SVI steps leaves nothing behind (J68).
import { afterEach, expect, test } from "vitest";
import { growth } from "../../bench/steady-memory.js";
import { dist } from "../dist/index.js";
import { clearParamStore, plate, sample } from "../handlers/index.js";
import { np } from "../tensor/index.js";
import { TraceELBO } from "./elbo/trace-elbo.js";
import { AutoNormal } from "./guides/index.js";
import { logDensity } from "./log-density.js";
import { adam } from "./optim/index.js";
import { SVI } from "./svi.js";

afterEach(clearParamStore);

const y = np.array([1, 2, 3]);
const model = (): void => {
  const mu = sample("mu", dist.Normal(0, 1));
  plate("n", 3, () => sample("y", dist.Normal(mu, 1), { obs: y }));
};

test("300,000 gradients", () => {
  const d = logDensity(model, [], { backend: "wasm" });
  const q = Float64Array.of(0.1);
  const out = new Float64Array(1);
  d.logDensityGradient(q, out);
  const bytes = d.lowered.memory.arenaBytes;
  expect(growth(() => void d.logDensityGradient(q, out), 100_000).heap).toBeLessThan(300_000);
  expect(d.lowered.memory.arenaBytes).toBe(bytes);
  expect(d.compiles).toBe(1);
});

test("15,000 SVI steps", () => {
  const svi = new SVI(model, AutoNormal(model), adam({ lr: 1e-3 }), TraceELBO(), { backend: "wasm" });
  expect(growth(() => void svi.step(), 5000).heap).toBeLessThan(300_000);
  expect(svi.compiles).toBe(1);
});
