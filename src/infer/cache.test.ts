// Programs kept in a folder (J70): a second process compiles none and computes the same bits; another graph, option or build is another file.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { dist } from "../dist/index.js";
import { plate, sample } from "../handlers/index.js";
import { grad, jit, np, openProgramDatabase, type Tensor } from "../tensor/index.js";
import { logDensity } from "./log-density.js";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "sinter-cache-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const programs = (dir: string): string[] => readdirSync(dir).sort();

test("jit finds its program again, runs it with its own data, and compiles for anything else", async () => {
  const cacheDir = join(folder, "jit");
  const table = (n: number): Tensor => np.arange(40).astype("f64").mul(n);
  const make = (n: number, options = {}) => {
    const data = table(n);
    const loss = (w: Tensor): Tensor => data.mul(w).add(1).log().sum();
    return jit((w: Tensor) => grad(loss)(w) as Tensor, { cacheDir, name: "f", ...options });
  };
  const first = make(1);
  const w = np.array(0.3);
  expect(first(w).item()).toBe(
    jit((v: Tensor) => grad((u: Tensor) => table(1).mul(u).add(1).log().sum())(v))(w).item(),
  );
  expect([first.explain().length, first.explain().loaded, programs(cacheDir).length]).toEqual([1, 0, 1]);
  expect(first.explain()[0]!.bytes).toBeGreaterThan(100);
  // The same graph on other captured data: the file holds no data.
  const second = make(2);
  expect(second(w).item()).toBe(make(2, { cacheDir: undefined })(w).item());
  expect([second.explain().length, second.explain().loaded, programs(cacheDir).length]).toEqual([0, 1, 1]);
  expect(String(second.lower(w).kernels)).toContain("for i");
  const fast = make(1, { fastMath: true });
  fast(w);
  expect([fast.explain().length, programs(cacheDir).length]).toEqual([1, 2]);
  // A file that was cut short is written anew.
  for (const file of programs(cacheDir)) truncateSync(join(cacheDir, file), 50);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const third = make(1);
  expect(third(w).item()).toBe(first(w).item());
  expect(third.explain().length).toBe(1);
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/^f: cacheDir .*: a kept program cannot be used \(.+\); it is compiled anew\.$/)],
  ]);
  // A module that is none of ours, then one that is whole again.
  for (const file of programs(cacheDir))
    writeFileSync(join(cacheDir, file), Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  expect(make(1)(w).item()).toBe(first(w).item());
  expect(warn.mock.calls[1]![0]).toMatch(/it holds no manifest/);
  warn.mockRestore();
  const fourth = make(1);
  fourth(w);
  expect(fourth.explain().loaded).toBe(1);
  third.dispose();
  expect(third(w).item()).toBe(first(w).item());
  writeFileSync(join(folder, "a file"), "");
  expect(() => make(1, { cacheDir: join(folder, "a file/x") })(w)).toThrow(
    /cacheDir .* cannot be written .*ENOTDIR/,
  );
  const promised = openProgramDatabase("x");
  await expect(promised).rejects.toThrow(/no IndexedDB here; give a folder instead/);
  expect(() => make(1, { cacheDir: promised })(w)).toThrow(
    /f: cacheDir must be the path of a folder, or await openProgramDatabase.*got a promise \(write await/,
  );
});

test("logDensity too, in another process", async () => {
  const source = `
    import { dist, infer, np, plate, sample } from "${process.cwd()}/src/index.ts";
    const model = (y) => {
      const m = sample("m", dist.Normal(0, 1));
      const s = sample("s", dist.HalfNormal(1));
      plate("rows", 20, () => sample("y", dist.Normal(m, s), { obs: y }));
    };
    const density = infer.logDensity(model, [np.arange(20).astype("f64")], { cacheDir: "kept" });
    const gradient = new Float64Array(2);
    const value = density.logDensityGradient([0.1, 0.2], gradient);
    const s = density.constrain([0.1, 0.2]).s.item();
    console.log(JSON.stringify({ compiles: density.compiles, value, gradient: [...gradient], s }));`;
  const outfile = join(folder, "program.mjs");
  await build({
    stdin: { contents: source, resolveDir: process.cwd() },
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
  });
  const run = async (): Promise<Record<string, unknown>> => {
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: folder });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const first = await run();
  const second = await run();
  expect(first["compiles"]).toBe(2);
  expect(second).toEqual({ ...first, compiles: 0 });
  const model = (y: Tensor): void => {
    const m = sample("m", dist.Normal(0, 1));
    const s = sample("s", dist.HalfNormal(1));
    plate("rows", 20, () => sample("y", dist.Normal(m, s), { obs: y }));
  };
  const here = logDensity(model, [np.arange(20).astype("f64")]);
  expect(here.logDensity([0.1, 0.2])).toBe(first["value"]);
});
