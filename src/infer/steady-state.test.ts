// A long run of compiled gradients and SVI steps leaves nothing behind (J68).
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { clearParamStore, plate, sample } from "../handlers/index.js";
import { np } from "../tensor/index.js";
import { TraceELBO } from "./elbo/trace-elbo.js";
import { AutoNormal } from "./guides/index.js";
import { logDensity } from "./log-density.js";
import { adam } from "./optim/index.js";
import { SVI } from "./svi.js";

afterEach(clearParamStore);

setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;

/** The least of several growths: what leaks does so every time, what the engine keeps for itself comes once. */
function growth(work: () => void): number {
  const heap = (): number => {
    work();
    collect();
    return process.memoryUsage().heapUsed;
  };
  let before = heap();
  const grown = Array.from({ length: 3 }, () => {
    const after = heap();
    const by = after - before;
    before = after;
    return by;
  });
  return Math.min(...grown);
}

const y = np.array([1, 2, 3]);
const model = (): void => {
  const mu = sample("mu", dist.Normal(0, 1));
  plate("n", 3, () => sample("y", dist.Normal(mu, 1), { obs: y }));
};

test("500,000 gradients", () => {
  const d = logDensity(model, [], { backend: "wasm" });
  const q = Float64Array.of(0.1);
  const out = new Float64Array(1);
  const work = (): void => {
    for (let i = 0; i < 100_000; i++) d.logDensityGradient(q, out);
  };
  work();
  const bytes = d.lowered.memory.arenaBytes;
  expect(growth(work)).toBeLessThan(300_000);
  expect(d.lowered.memory.arenaBytes).toBe(bytes);
  expect(d.compiles).toBe(1);
});

test("20,000 SVI steps", () => {
  const svi = new SVI(model, AutoNormal(model), adam({ lr: 1e-3 }), TraceELBO(), { backend: "wasm" });
  const work = (): void => {
    for (let i = 0; i < 5000; i++) svi.step();
  };
  expect(growth(work)).toBeLessThan(300_000);
  expect(svi.compiles).toBe(1);
});
