// The built command in a child process: output, files, exit codes, and one line on standard error for bad input.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../runtime/entry.js";
import { jit, np, type Tensor } from "../tensor/index.js";
import type { Summary } from "./artefact-file.js";
import { parametersOf } from "./parameters.js";

let folder: string;
const work = (name: string): string => join(folder, "work", name);

const MODEL = `
import { sample, dist, deterministic } from "sinter";
export default function schools({ y, sigma }) {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = sample("eta", dist.Normal(0, 1).expand([8]).toEvent(1));
  const theta = deterministic("theta", mu.add(tau.mul(eta)));
  sample("y", dist.Normal(theta, sigma).toEvent(1), { obs: y });
}
`;
const DATA = { y: [28, 8, -3, 7, -1, 1, 18, 12], sigma: [15, 10, 16, 11, 9, 11, 10, 18] };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sinter-cli-"));
  // The package as it is installed, made from the source at hand so that no stale dist is tested.
  const { bundle } = (await import("../../scripts/bundle.mjs" as string)) as {
    bundle(dist: string): Promise<unknown>;
  };
  await bundle(join(folder, "package/dist"));
  cpSync("package.json", join(folder, "package/package.json"));
  symlinkSync(resolve("node_modules"), join(folder, "package/node_modules"));
  const files = {
    "schools.mjs": `${MODEL}
import { np } from "sinter";
export const data = { y: np.array(${JSON.stringify(DATA.y)}), sigma: np.array(${JSON.stringify(DATA.sigma)}) };
`,
    "bare.mjs": MODEL,
    "data.json": JSON.stringify(DATA),
    "typed.ts": `import { sample, dist, type Tensor } from "sinter";\nimport { centre } from "./centre.js";\nexport default (y: Tensor, scale: number): void => {\n  const m: Tensor = sample("m", dist.Normal(centre as number, 10));\n  sample("y", dist.Normal(m, scale).expand([y.size]).toEvent(1), { obs: y });\n};\n`,
    "centre.ts": "export const centre: number = 1;\n",
    "typed.json": '{ "scale": 2, "y": [1, 2, 3.5], "unused": 1 }',
    "broken.mjs": "export default function (",
    "noModel.mjs": "export const model = 1;",
    "wrong.json": "[1, 2",
    "short.json": '{ "y": [1] }',
    "holes.json": '{ "y": [1, null], "sigma": [1, 2] }',
  };
  mkdirSync(join(folder, "work"));
  for (const [name, text] of Object.entries(files)) writeFileSync(work(name), text);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function sinter(...args: string[]): Promise<Result> {
  const main = join(folder, "package/dist/cli/main.js");
  return new Promise((done) =>
    execFile(process.execPath, [main, ...args], { cwd: join(folder, "work") }, (error, out, err) =>
      done({ code: error ? (error.code as number) : 0, out, err }),
    ),
  );
}

/** Progress, where standard error is no terminal. */
const CLOSING = /^2 chains of 300 iterations {2}step [^\n]* {2}ess \d+\n$/;
const QUICK = ["--chains", "2", "--warmup", "200", "--samples", "100"];

describe("run", () => {
  test.concurrent("prints the summary; the same seed gives the same table; --out keeps draws", async () => {
    const first = await sinter("run", "schools.mjs", ...QUICK, "--seed", "3", "--out", "fit");
    expect(first.err).toMatch(CLOSING);
    expect(first.code).toBe(0);
    expect(first.out).toContain("2 chains of 100 draws");
    for (const row of ["mu", "tau", "eta[7]", "theta[0]"])
      expect(first.out).toMatch(new RegExp(`^${row.replace(/[[\]]/g, "\\$&")} `, "m"));
    const draws = JSON.parse(readFileSync(work("fit/draws.json"), "utf8")) as Record<string, number[][][]>;
    expect([draws["mu"]!.length, draws["mu"]![0]!.length, draws["theta"]![1]![99]!.length]).toEqual([
      2, 100, 8,
    ]);
    const rows = JSON.parse(readFileSync(work("fit/summary.json"), "utf8")) as {
      name: string;
      mean: number;
    }[];
    const mu = rows.find((row) => row.name === "mu")!;
    expect(mu.mean).toBeCloseTo(draws["mu"]!.flat(2).reduce((a, b) => a + b) / 200, 10);
    const again = await sinter("run", "bare.mjs", "--data", "data.json", ...QUICK, "--seed", "3");
    expect(again.out).toBe(first.out.replace(/\n\nWrote[^]*$/, "\n"));
    expect((await sinter("run", "schools.mjs", ...QUICK, "--seed", "4")).out).not.toBe(again.out);
  });
  test.concurrent("TypeScript files with local imports; data matched by parameter name", async () => {
    const { code, out, err } = await sinter("run", "typed.ts", "--data", "typed.json", ...QUICK);
    expect([code, err]).toEqual([0, expect.stringMatching(CLOSING)]);
    expect(out).toMatch(/^m +\d/m);
  });
});

describe("compile and explain", () => {
  test.concurrent("the compiled file runs without the model", async () => {
    const { code, out } = await sinter("compile", "bare.mjs", "--data", "data.json", "-o", "schools.wasm");
    expect(code).toBe(0);
    expect(out).toMatch(/^schools\.wasm: bare with 10 coordinates, [\d,]+ bytes, compiled in \d+ ms\.\n$/);
    const density = load(readFileSync(work("schools.wasm")));
    expect(density.names.slice(0, 3)).toEqual(["mu", "tau", "eta[0]"]);
    expect(Number.isFinite(density.logDensity(new Float64Array(10)))).toBe(true);
  });
  test.concurrent("explain shows passes and loops, or one pass", async () => {
    const { code, out } = await sinter("explain", "schools.mjs");
    expect(code).toBe(0);
    expect(out).toMatch(/schools: 10 coordinates[^]*passes:\n[^]*simplify +[^]*loops:\n[^]*for i/);
    expect(out).toMatch(
      /kernels, with [^]*\nkernel +flops +bytes +instructions +from\n#0 8 +\d+ +\d+ +\d+ +.*y/,
    );
    const measured = (await sinter("explain", "schools.mjs", "--profile", "--wat")).out;
    expect(measured).toMatch(/\nkernel +flops +bytes +instructions +µs +share +from\n#0 8 .* \d+\.\d+ +\d+%/);
    expect(measured).toMatch(/\ncode:\n\(module/);
    const one = (await sinter("explain", "schools.mjs", "--pass", "simplify")).out;
    expect(one).toMatch(/^simplify: [^]*before:\n[^]*after:\n/);
  });
});

describe("predict and serve", () => {
  beforeAll(async () => {
    await sinter("run", "schools.mjs", ...QUICK, "--out", "fitted");
    await sinter("compile", "schools.mjs", "-o", "plain.wasm");
    const shift = jit((o: { x: Tensor }) => ({ up: o.x.add(1) }));
    writeFileSync(work("shift.wasm"), shift.export({ x: np.array([1, 2]) }));
    writeFileSync(work("shift.json"), '{ "x": [5, 6] }');
    writeFileSync(work("long.json"), '{ "x": [5, 6, 7] }');
    const wide = { y: DATA.y, sigma: DATA.sigma.map((s) => 10 * s) };
    writeFileSync(work("wide.json"), JSON.stringify(wide));
  });
  test("a function's result; a fitted model's predictions, also for other data", async () => {
    expect(await sinter("predict", "shift.wasm", "--data", "shift.json")).toEqual({
      code: 0,
      out: '{"up":[6,7]}\n',
      err: "",
    });
    const own = JSON.parse((await sinter("predict", "fitted/model.wasm")).out) as Record<string, Summary>;
    expect(Object.keys(own)).toEqual(["theta", "y"]);
    const { mean, sd, q5, q95 } = own["y"]! as unknown as Record<string, number[]>;
    expect(mean).toHaveLength(8);
    // 200 predictions with a standard deviation of at least sigma[0] = 15.
    expect(sd![0]).toBeGreaterThan(11);
    expect(q95![0]! - q5![0]!).toBeGreaterThan(2 * sd![0]!);
    const wide = JSON.parse(
      (await sinter("predict", "fitted/model.wasm", "--data", "wide.json")).out,
    ) as typeof own;
    expect((wide["y"]!.sd as number[])[0]! / sd![0]!).toBeGreaterThan(5);
    expect(wide["theta"]).toEqual(own["theta"]);
    const broken = await sinter("predict", "shift.wasm", "--data", "long.json");
    expect(broken.err).toMatch(
      /^sinter: call of anonymous: argument 0\.x must be f64\[2\], got an array of shape \[3\].*\n$/,
    );
    expect(broken.code).toBe(2);
    // Without draws the file's sampler makes them, for the data given.
    const sampled = JSON.parse(
      (await sinter("predict", "plain.wasm", "--data", "wide.json")).out,
    ) as typeof own;
    const draws = (x: typeof own): number => (x["y"]!.sd as number[])[0]!;
    expect(draws(sampled) / draws(wide)).toBeCloseTo(1, 0);
    expect((sampled["y"]!.mean as number[])[0]).not.toBe((wide["y"]!.mean as number[])[0]);
    expect((await sinter("predict", "data.json")).err).toContain("are no WebAssembly module");
  });
  test("data by name serve a file as they served the model, scripts too", async () => {
    const model = (text: string): string =>
      `import { dist, sample, script } from "sinter"; export default ${text};`;
    const sites = 'const mu = sample("mu", dist.Normal(0, 9)); sample("y", dist.Normal(mu, s), { obs: y });';
    writeFileSync(work("two.mjs"), model(`(y, s) => { ${sites} }`));
    writeFileSync(work("two.script.mjs"), model(`script((y, s) => { ${sites} })`));
    writeFileSync(work("one.mjs"), model(`(y) => { ${sites.replace(", s)", ", 1)")} }`));
    writeFileSync(work("y.json"), '{ "s": [1, 1], "y": [7, 8] }');
    writeFileSync(work("y.list.json"), "[[7, 8], [1, 1]]");
    const mean = async (...args: string[]): Promise<number> => {
      const { out, err } = await sinter("predict", ...args);
      expect(err).toBe("");
      return [(JSON.parse(out) as Record<string, { mean: number | number[] }>)["y"]!.mean].flat()[0]!;
    };
    for (const name of ["two", "two.script", "one"]) {
      await sinter("compile", `${name}.mjs`, "--data", "y.json", "-o", `${name}.wasm`);
      expect(await mean(`${name}.wasm`, "--data", "y.json")).toBeCloseTo(7.5, 0);
    }
    expect(await mean("two.wasm", "--data", "y.list.json")).toBe(await mean("two.wasm", "--data", "y.json"));
  });
  test("the same over HTTP", async () => {
    const main = join(folder, "package/dist/cli/main.js");
    const server = spawn(process.execPath, [main, "serve", "shift.wasm", "--port", "0"], { cwd: work("") });
    try {
      const [line] = (await once(server.stdout.setEncoding("utf8"), "data")) as [string];
      const url = /http:\S+/.exec(line)![0];
      const post = async (text: string): Promise<[number, unknown]> => {
        const response = await fetch(url, { method: "POST", body: text });
        return [response.status, await response.json()];
      };
      expect(await post('{ "x": [1, 2] }')).toEqual([200, { up: [2, 3] }]);
      expect(await post('{ "y": 1 }')).toEqual([
        400,
        { error: expect.stringContaining('"x" is missing') as string },
      ]);
      expect(await post("{")).toMatchObject([400, {}]);
      expect(await (await fetch(url)).json()).toMatchObject({ kind: "function", format: 1 });
      const taken = await sinter("serve", "shift.wasm", "--port", new URL(url).port);
      expect([taken.code, taken.err]).toEqual([
        2,
        expect.stringContaining("is in use; choose another with --port"),
      ]);
    } finally {
      server.kill();
    }
    expect(await once(server, "exit")).toEqual([0, null]);
  });
});

describe("bad input", () => {
  const cases: [string[], RegExp][] = [
    [[], /a command is needed/],
    [["rnu", "x"], /there is no command "rnu"/],
    [["run"], /missing required argument 'FILE'/],
    [["run", "schools.mjs", "--chians", "4"], /unknown option '--chians'/],
    [["run", "schools.mjs", "--chains", "none"], /--chains <N>' argument 'none' is invalid.*1 or more/],
    [["run", "schools.mjs", "extra"], /too many arguments/],
    [["run", "nowhere.mjs"], /cannot read the model nowhere\.mjs: there is no such file/],
    [["run", "data.json"], /must be a \.js, \.mjs, \.ts, \.mts file/],
    [["run", "broken.mjs"], /broken\.mjs cannot be loaded: /],
    [["run", "noModel.mjs"], /must export its model by default.*no default export/],
    [["run", "bare.mjs"], /the model needs data \(data\): give --data FILE/],
    [["run", "bare.mjs", "--data", "wrong.json"], /the data wrong\.json are not JSON/],
    [["run", "bare.mjs", "--data", "holes.json"], /the data hold null at y\[1\]/],
    [
      ["run", "typed.ts", "--data", "short.json"],
      /the data have no "scale", which the model takes; they have y/,
    ],
    [["compile", "schools.mjs"], /required option '-o, --output <F\.wasm>' not specified/],
    [["explain", "schools.mjs", "--pass", "magic"], /there is no pass "magic"; the passes are .*simplify/],
  ];
  test.concurrent.each(cases)("sinter %j", async (args, message) => {
    const { code, out, err } = await sinter(...args);
    expect(err).toMatch(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(err).toMatch(/^sinter: /);
    expect(out).toBe("");
    expect(code).toBe(2);
  });
  test.concurrent("help and version are no errors", async () => {
    expect(await sinter("--help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("run [options] <FILE>") as string,
    });
    expect(await sinter("--version")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });
});

test("the names of parameters", () => {
  const names = (fn: (...args: never[]) => unknown): (string | null)[] => parametersOf(fn).map((p) => p.name);
  expect(names((y: number, { a }: { a: number }, z = [1, 2]) => [y, a, z])).toEqual(["y", null, "z"]);
  expect(names((x: number) => x)).toEqual(["x"]);
  expect(names(() => 1)).toEqual([]);
  expect(parametersOf((a: number, b = ")") => [a, b]).map((p) => p.optional)).toEqual([false, true]);
});
