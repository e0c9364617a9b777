// Scripts through real tools: what tsc, tsx, esbuild, Vite, Rolldown, webpack and Rollup make of them, with the build plugin and without it.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build as vite } from "vite";
import webpack from "webpack";
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

type Behaviour = (got: unknown, host: Host) => void;
interface Host {
  /** Where errors point. */
  readonly place: RegExp;
  readonly minified: boolean;
}
const gives =
  (expected: unknown): Behaviour =>
  (got) =>
    expect(got).toEqual(expected);

/** What every host must print. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  J10: gives([6, -3.25, 1]),
  J11: gives([11, 0, 0]),
  J12: gives([[12], [3, 9]]),
  J13: gives(true),
  J14: gives([5, 2]),
  J15: gives(["-4.337877", "-4.173106"]),
  J16: gives([true, "-1.917877", "-0.500000"]),
  J17: gives(true),
  J18: (got, { place }) => {
    expect(got).toMatch(place);
    expect(got).toMatch(/\| works on numbers known while compiling only/);
    // The text before any tool touched it, where the plugin kept it.
    const text = place === FILE ? /\n {2}\| return y \| 3;\n {2}\| {8}\^$/ : /\n {2}\| .*3.*\n {2}\| +\^$/;
    expect(got).toMatch(text);
  },
  J19: gives(true),
  J45: (got) => expect(got).toMatch(/Math\.random would be drawn once/),
  J65: (got, { minified }) => {
    // Where names have been shortened there is nothing left to recognise.
    if (minified) return;
    expect(got).toHaveLength(1);
    expect(String(got)).toMatch(/\?: \(tensor\) always takes the first branch/);
  },
};

function host(
  name: string,
  place: RegExp,
  minified: boolean,
  make: () => Promise<Record<string, unknown>>,
): void {
  describe(name, () => {
    let got: Record<string, unknown> = {};
    beforeAll(async () => void (got = await make()), 120_000);
    test.each(Object.keys(behaviours))("%s", (name) => behaviours[name]!(got[name], { place, minified }));
    test("no behaviour is left out", () => expect(Object.keys(got).sort()).toEqual(Object.keys(behaviours)));
  });
}

const FUNCTION = /^function (wrong|anonymous), \d+:\d+: /;
const FILE = /^(.*\/)?bare\.ts:\d+:12: /;
const external = ["sinter", "sinter/script"];
const options = { root: folder };

describe("with captures, as tools emit the source", () => {
  host("plain Node on what tsc emits", FUNCTION, false, async () => {
    for (const name of ["program", "helper"]) {
      const { outputText } = ts.transpileModule(readFileSync(at(`${name}.ts`), "utf8"), {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      writeFileSync(at(`${name}.js`), outputText);
    }
    const got = await results(at("program.js"));
    for (const name of ["program", "helper"]) rmSync(at(`${name}.js`));
    return got;
  });

  host("tsx", FUNCTION, false, async () => {
    const tsx = join(dirname(createRequire(import.meta.url).resolve("tsx/package.json")), "dist/cli.mjs");
    return results(at("program.ts"), tsx);
  });

  host("esbuild, one bundle with the library", FUNCTION, false, async () => {
    await esbuild({
      entryPoints: [at("program.ts")],
      outfile: at("one.js"),
      bundle: true,
      format: "esm",
      platform: "node",
    });
    return results(at("one.js"));
  });

  host("Vite", FUNCTION, false, async () => {
    await vite({
      configFile: false,
      logLevel: "error",
      root: folder,
      ssr: { external },
      build: { ssr: at("program.ts"), outDir: at("vite"), minify: false },
    });
    return results(at("vite/program.js"));
  });
});

describe("with the plugin, without captures", () => {
  host("esbuild, minified", FILE, true, async () => {
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
    return results(at("small.js"));
  });

  host("Vite, minified", FILE, true, async () => {
    await vite({
      configFile: false,
      logLevel: "error",
      root: folder,
      plugins: [plugin.vite(options) as never],
      ssr: { external },
      build: { ssr: at("bare.ts"), outDir: at("vite-plugin"), minify: true },
    });
    return results(at("vite-plugin/bare.js"));
  });

  host("Rolldown, minified", FILE, true, async () => {
    const bundle = await rolldown({
      input: at("bare.ts"),
      cwd: folder,
      platform: "node",
      external,
      plugins: [plugin.rolldown(options) as never],
    });
    await bundle.write({ file: at("rolldown.js"), format: "esm", minify: true });
    await bundle.close();
    return results(at("rolldown.js"));
  });

  host("webpack, minified", FILE, true, async () => {
    writeFileSync(
      at("types.cjs"),
      `const ts = require(${JSON.stringify(createRequire(import.meta.url).resolve("typescript"))});
      module.exports = (code) => ts.transpileModule(code, { compilerOptions: { module: "esnext", target: "es2022" } }).outputText;`,
    );
    const compiler = webpack({
      mode: "production",
      context: folder,
      entry: at("bare.ts"),
      target: "node20",
      experiments: { outputModule: true },
      output: { path: folder, filename: "webpack.js", module: true, library: { type: "module" } },
      resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
      externalsType: "module",
      externals: external,
      module: { rules: [{ test: /\.ts$/, use: at("types.cjs") }] },
      plugins: [plugin.webpack(options) as never],
    });
    await new Promise<void>((done, fail) => {
      compiler!.run((error, stats) => {
        if (error) return fail(error);
        if (stats?.hasErrors()) return fail(new Error(stats.toString()));
        compiler!.close(() => done());
      });
    });
    return results(at("webpack.js"));
  });

  host("Rollup, before the types are removed", FILE, false, async () => {
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
    return results(at("rollup.js"));
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
