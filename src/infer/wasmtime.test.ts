// An exported log density in wasmtime, from Python: the bits of the runtime in JavaScript, draws included.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { deterministic, plate, sample } from "../handlers/index.js";
import { load } from "../runtime/entry.js";
import { np, type Tensor } from "../tensor/index.js";
import { logDensity } from "./log-density.js";

// Installs on the first run; afterwards it only tells where Python is.
const setup = spawnSync("bash", ["scripts/wasmtime/setup.sh"], { encoding: "utf8", timeout: 120_000 });
const python = setup.status === 0 ? setup.stdout.trim() : null;
// A skipped test must be seen.
if (python === null)
  process.stderr.write(
    `SKIPPED: wasmtime cannot be installed, so exported files are not run in it.\n${setup.stderr}`,
  );

test.skipIf(python === null)(
  "eight schools",
  () => {
    const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
    const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
    const schools = (data: { y: Tensor; sigma: Tensor }): void => {
      const mu = sample("mu", dist.Normal(0, 5));
      const tau = sample("tau", dist.HalfCauchy(5));
      const eta = plate("schools", 8, () => sample("eta", dist.Normal(0, 1)));
      const theta = deterministic("theta", mu.add(tau.mul(eta)));
      plate("data", 8, () => sample("y", dist.StudentT(4, theta, data.sigma), { obs: data.y }));
    };
    const bytes = logDensity(schools, [{ y, sigma }]).export();
    const density = load(bytes);
    const folder = mkdtempSync(join(tmpdir(), "sinter-wasmtime-"));
    try {
      const file = join(folder, "schools.wasm");
      writeFileSync(file, bytes);
      const points = [0, 1, 2].map((k) => Array.from({ length: density.dim }, (_, i) => 2 * Math.sin(i + k)));
      const { stdout, stderr, status } = spawnSync(python!, ["scripts/wasmtime/density.py", file], {
        input: JSON.stringify(points),
        encoding: "utf8",
      });
      expect([status, stderr]).toEqual([0, ""]);
      const wanted = points.map((q) => {
        const gradient = new Float64Array(density.dim);
        const value = density.logDensityGradient(q, gradient);
        const constrained = Object.values(density.constrain(q)).map((x) => Array.from(x.data()));
        const predicted = Object.values(density.predict(q, 7)).map((x) => Array.from(x.data()));
        return { value, gradient: Array.from(gradient), constrained, predicted };
      });
      // Python prints the shortest decimal that reads back as the same double, as JavaScript does: equal numbers are equal bits.
      expect(JSON.parse(stdout)).toEqual(wanted);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  30_000,
);
