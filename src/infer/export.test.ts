// A log density in a file: the same bits as in memory, in another process without the model; data and parameters replaceable.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deterministic, param, plate, sample, getParamStore } from "../handlers/index.js";
import { dist } from "../dist/index.js";
import { constraints } from "../bijectors/index.js";
import { load } from "../runtime/entry.js";
import { np, type Tensor } from "../tensor/index.js";
import { logDensity } from "./log-density.js";

const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);

function schools(data: { y: Tensor; sigma: Tensor }): void {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(param("width", 5, { constraint: constraints.positive })));
  const eta = plate("schools", 8, () => sample("eta", dist.Normal(0, 1)));
  const theta = deterministic("theta", mu.add(tau.mul(eta)));
  sample("weights", dist.Dirichlet(np.ones([3])));
  plate("data", 8, () => sample("y", dist.Normal(theta, data.sigma), { obs: data.y }));
}

let folder: string;
beforeAll(() => {
  getParamStore().clear();
  folder = mkdtempSync(join(tmpdir(), "sinter-export-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const point = (dim: number, shift = 0): Float64Array =>
  Float64Array.from({ length: dim }, (_, i) => Math.sin(i + shift));

describe.each(["f64", "f32"] as const)("eight schools in %s", (dtype) => {
  test("the bits of the compiled density, for new data and parameters too (D4, D5)", () => {
    const compiled = logDensity(schools, [{ y, sigma }], { dtype });
    const loaded = load(compiled.export());
    expect([loaded.dim, loaded.names]).toEqual([compiled.dim, compiled.names]);
    expect(loaded.sites.map((s) => [s.name, s.support])).toEqual(
      compiled.sites.map((s) => [s.name, s.support]),
    );
    const same = (): void => {
      for (let shift = 0; shift < 3; shift++) {
        const q = point(compiled.dim, shift);
        const [a, b] = [new Float64Array(q.length), new Float64Array(q.length)];
        expect(loaded.logDensityGradient(q, a)).toBe(compiled.logDensityGradient(q, b));
        expect(loaded.logDensity(q)).toBe(compiled.logDensity(q));
        expect(Array.from(a)).toEqual(Array.from(b));
        const [x, z] = [loaded.constrain(q), compiled.constrain(q)];
        expect(Object.keys(x)).toEqual(Object.keys(z));
        for (const name of Object.keys(z)) expect(x[name]!.toArray()).toEqual(z[name]!.toArray());
      }
    };
    same();
    const next = { y: y.mul(2), sigma: sigma.add(1) };
    const before = loaded.logDensity(point(loaded.dim));
    compiled.setArgs(next);
    loaded.setArgs({ y: next.y.toArray(), sigma: next.sigma });
    expect(loaded.logDensity(point(loaded.dim))).not.toBe(before);
    same();
    getParamStore().set("width", 2);
    loaded.set('param "width"', 2);
    same();
    getParamStore().clear();
  });
});

describe("predictions", () => {
  test("fresh draws at kept points, for new data, by key (D1, D5)", () => {
    const line = (x: Tensor, y: Tensor): void => {
      const slope = sample("slope", dist.Normal(0, 5));
      const mean = deterministic("mean", x.mul(slope));
      plate("rows", 3, () => sample("y", dist.Normal(mean, 0.1), { obs: y }));
    };
    const x = np.array([1, 2, 3]);
    const bytes = logDensity(line, [x, x.mul(2)]).export({ draws: np.array([[2], [3]]) });
    const loaded = load(bytes);
    expect(loaded.manifest).toMatchObject({ draws: 2 });
    const at = loaded.predict(loaded.draw(1), 7);
    expect(Object.keys(at)).toEqual(["mean", "y"]);
    expect(at["mean"]!.toArray()).toEqual([3, 6, 9]);
    (at["y"]!.toArray() as number[]).forEach((y, i) => expect(Math.abs(y - 3 * (i + 1))).toBeLessThan(0.6));
    expect(loaded.predict([3], 7)["y"]!.toArray()).toEqual(at["y"]!.toArray());
    expect(loaded.predict([3], 8)["y"]!.toArray()).not.toEqual(at["y"]!.toArray());
    loaded.setArgs([10, 20, 30], [0, 0, 0]);
    expect(loaded.predict(loaded.draw(0), 7)["mean"]!.toArray()).toEqual([20, 40, 60]);
    expect(() => loaded.draw(2)).toThrow("there are 2 draws, got number 2");
    const improper = (): void => void sample("y", dist.ImproperUniform(constraints.real, [], []), { obs: 1 });
    expect(() => load(logDensity(improper).export()).predict([], 1)).toThrow("the file has no predictions: ");
  });
});

describe("files", () => {
  test("errors name what is wrong", () => {
    const loaded = load(logDensity(schools, [{ y, sigma }]).export());
    expect(loaded.kept).toEqual(["argument 0.sigma", "argument 0.y", 'param "width"']);
    expect(() => loaded.setArgs({ y: [1, 2], sigma })).toThrow(
      "setArgs of schools: argument 0.y must be f64[8], got an array of shape [2]",
    );
    expect(() => loaded.call()).toThrow("the file holds the log density schools");
    expect(() => loaded.logDensity([1])).toThrow("there are 12 coordinates; got a point of 1 numbers");
    expect(() => logDensity(schools, [{ y, sigma }], { jit: false }).export()).toThrow("{ jit: false }");
  });

  test("eight schools are small, and the runtime holds no compiler and is at most 8 kB (D2)", async () => {
    expect(logDensity(schools, [{ y, sigma }]).export().length).toBeLessThan(30_000);
    const { metafile, outputFiles } = await build({
      entryPoints: ["src/runtime.ts"],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "neutral",
      external: ["node:*"],
      metafile: true,
      write: false,
    });
    for (const file of Object.keys(metafile.inputs))
      expect(file).toMatch(
        /^src\/(ir\/(types|size)|runtime|infer\/(chains\/(run-file|compiled-chain|chain|record)|hmc\/(philox|windows|covariance))|runtime\/(entry|sampler|load|artefact|array|arguments|entry-program|manifest|memory-view|plain))\.ts$/,
      );
    expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThanOrEqual(8192);
    writeFileSync(join(folder, "runtime.mjs"), outputFiles[0]!.contents);
  });

  test("a fresh process without model and compiler computes the same bits (D1)", () => {
    const compiled = logDensity(schools, [{ y, sigma }]);
    writeFileSync(join(folder, "schools.wasm"), compiled.export());
    const q = point(compiled.dim);
    const gradient = new Float64Array(q.length);
    const value = compiled.logDensityGradient(q, gradient);
    const source = `
      import { load } from "./runtime.mjs";
      const density = await load("schools.wasm");
      const q = Float64Array.from(${JSON.stringify(Array.from(q))});
      const gradient = new Float64Array(density.dim);
      const value = density.logDensityGradient(q, gradient);
      console.log(JSON.stringify({ value, gradient: [...gradient], theta: density.constrain(q).theta }));`;
    const flags = ["--input-type=module", "--disallow-code-generation-from-strings", "-e", source];
    const out = JSON.parse(
      execFileSync(process.execPath, flags, { cwd: folder, encoding: "utf8" }),
    ) as object;
    expect(out).toEqual({
      value,
      gradient: Array.from(gradient),
      theta: compiled.constrain(q).theta!.toArray(),
    });
  });
});
