// Scripts through real tools: what tsc, tsx, esbuild, Vite and Rollup make of them, with the build plugin and without it.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build as vite } from "vite";
import plugin from "../src/plugin/plugin.js";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "sinter-hosts-"));
const source = join(import.meta.dirname, "script-hosts");
const at = (name: string): string => join(folder, name);

/** What the tools are given: the program with its captures written out, and the same without, for the plugin. */
beforeAll(async () => {
  const home = at("node_modules/sinter");
  mkdirSync(home, { recursive: true });
  await esbuild({
    entryPoints: [join(import.meta.dirname, "../src/index.ts")],
    outfile: join(home, "index.js"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    external: ["node:*"],
  });
  const exports = { ".": "./index.js", "./script": "./index.js" };
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "sinter", type: "module", exports }));
  writeFileSync(at("package.json"), JSON.stringify({ type: "module" }));
  cpSync(source, folder, { recursive: true });
  const program = readFileSync(join(source, "program.ts"), "utf8");
  writeFileSync(at("bare.ts"), program.replace(/, \/\* captures \*\/ \{[^}]*\}/g, ""));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function results(file: string, ...through: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [...through, file], { cwd: folder });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** What every host must print; `place` is where the errors point. */
function check(got: Record<string, unknown>, place: RegExp, minified = false): void {
  const { J18, J45, J65, ...rest } = got;
  expect(rest).toEqual({
    J10: [6, -3.25, 1],
    J11: [11, 0, 0],
    J12: [[12], [3, 9]],
    J13: true,
    J14: [5, 2],
    J15: ["-4.337877", "-4.173106"],
    J16: true,
    J17: true,
    J19: true,
  });
  expect(J18).toMatch(place);
  expect(J18).toMatch(/\| works on numbers known while compiling only/);
  // The text before any tool touched it, where the plugin kept it.
  expect(J18).toMatch(
    place === FILE ? /\n {2}\| return y \| 3;\n {2}\| {8}\^$/ : /\n {2}\| .*3.*\n {2}\| +\^$/,
  );
  expect(J45).toMatch(/Math\.random would be drawn once/);
  // Where names have been shortened there is nothing left to recognise.
  if (minified) return;
  expect(J65).toHaveLength(1);
  expect(String(J65)).toMatch(/\?: \(tensor\) always takes the first branch/);
}

const FUNCTION = /^function (wrong|anonymous), \d+:\d+: /;
const FILE = /^(.*\/)?bare\.ts:\d+:12: /;
const external = ["sinter", "sinter/script"];
const options = { root: folder };

describe("with captures, as tools emit the source", { timeout: 120_000 }, () => {
  test("plain Node on what tsc emits", async () => {
    for (const name of ["program", "helper"]) {
      const { outputText } = ts.transpileModule(readFileSync(at(`${name}.ts`), "utf8"), {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      writeFileSync(at(`${name}.js`), outputText);
    }
    check(await results(at("program.js")), FUNCTION);
    for (const name of ["program", "helper"]) rmSync(at(`${name}.js`));
  });

  test("tsx", async () => {
    const tsx = join(dirname(createRequire(import.meta.url).resolve("tsx/package.json")), "dist/cli.mjs");
    check(await results(at("program.ts"), tsx), FUNCTION);
  });

  test("esbuild, one bundle with the library", async () => {
    await esbuild({
      entryPoints: [at("program.ts")],
      outfile: at("one.js"),
      bundle: true,
      format: "esm",
      platform: "node",
    });
    check(await results(at("one.js")), FUNCTION);
  });

  test("Vite", async () => {
    await vite({
      configFile: false,
      logLevel: "error",
      root: folder,
      ssr: { external },
      build: { ssr: at("program.ts"), outDir: at("vite"), minify: false },
    });
    check(await results(at("vite/program.js")), FUNCTION);
  });
});

describe("with the plugin, without captures", { timeout: 120_000 }, () => {
  test("esbuild, minified", async () => {
    await esbuild({
      entryPoints: [at("bare.ts")],
      outfile: at("small.js"),
      bundle: true,
      minify: true,
      format: "esm",
      platform: "node",
      external,
      plugins: [plugin.esbuild(options)],
    });
    check(await results(at("small.js")), FILE, true);
  });

  test("Vite, minified", async () => {
    await vite({
      configFile: false,
      logLevel: "error",
      root: folder,
      plugins: [plugin.vite(options) as never],
      ssr: { external },
      build: { ssr: at("bare.ts"), outDir: at("vite-plugin"), minify: true },
    });
    check(await results(at("vite-plugin/bare.js")), FILE, true);
  });

  test("Rollup, before the types are removed", async () => {
    const types = {
      name: "types",
      resolveId: (id: string) => (id.startsWith("./") ? at(id.replace(/\.js$/, ".ts")) : null),
      transform: (code: string, id: string) =>
        id.endsWith(".ts")
          ? ts.transpileModule(code, {
              compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
            }).outputText
          : null,
    };
    const bundle = await rollup({
      input: at("bare.ts"),
      external,
      plugins: [plugin.rollup(options) as never, types],
    });
    await bundle.write({ file: at("rollup.js"), format: "esm" });
    await bundle.close();
    check(await results(at("rollup.js")), FILE);
  });
});

test(
  "without the plugin a name that was not captured is an error that names it",
  { timeout: 60_000 },
  async () => {
    const text = `import { script } from "sinter/script";
    const K = 3;
    try { script((x) => x * K)(2); } catch (error) { console.log(JSON.stringify({ message: error.message })); }`;
    writeFileSync(at("missing.js"), text);
    const { message } = await results(at("missing.js"));
    expect(message).toMatch(/K is not known here.*Write script\(fn, \{ K \}\)/);
  },
);
