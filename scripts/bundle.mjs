// Source in; the JavaScript files of dist/, in any folder, out: the library with its runtime, and the command line.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { esbuildBundledSource } from "./bundled-source.mjs";

/** The parser of scripts is set up when a script is first read: it takes a new process two milliseconds. */
const lazyParser = {
  name: "lazy-parser",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^acorn$/ }, ({ namespace }) =>
      namespace === "file" ? { path: "acorn", namespace: "lazy-parser" } : undefined,
    );
    onLoad({ filter: /^acorn$/, namespace: "lazy-parser" }, () => ({
      contents: 'export const parse = (...args) => require("acorn").parse(...args);',
      resolveDir: ".",
    }));
  },
};

/** Programs in a cache are those of one build (src/runtime/build-id.ts). */
function buildId() {
  const hash = createHash("sha256");
  for (const entry of readdirSync("src", { recursive: true, withFileTypes: true }).sort(byPath))
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  return hash.digest("hex").slice(0, 16);
}
const byPath = (a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1);

export const shared = { bundle: true, format: "esm", target: "es2022", sourcemap: true, logLevel: "warning" };

/** Gives the names of the first entry. Two entries share chunks; a few files load faster than hundreds. Not minified, so that stack traces can be read. */
async function library(dist, plugins) {
  const { metafile } = await build({
    ...shared,
    platform: "neutral",
    entryPoints: { index: "src/index.ts", "runtime/entry": "src/runtime.ts" },
    outdir: dist,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    external: ["node:*"],
    metafile: true,
    define: { SINTER_BUILD: JSON.stringify(buildId()) },
    plugins: [esbuildBundledSource, lazyParser, ...plugins],
  });
  return Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === "src/index.ts").exports;
}

/**
 * For Node the library once more, as a script: V8 gives out what it compiled of a script, and takes it in the next process
 * (docs/adr/0012-compiled-library.md). `node.js` names what the script exports.
 */
async function nodeLibrary(dist, names, plugins) {
  const iife = { format: "iife", globalName: "library", platform: "node", charset: "ascii" };
  const wrapped = { banner: { js: "(function (location, kept) {" }, footer: { js: "return library;\n})" } };
  await build({
    ...shared,
    ...iife,
    ...wrapped,
    define: { "import.meta.url": "location", SINTER_BUILD: JSON.stringify(buildId()), KEPT_CODE: "kept" },
    entryPoints: { library: "src/index.ts" },
    plugins: [esbuildBundledSource, lazyParser, ...plugins],
    outdir: dist,
    outExtension: { ".js": ".cjs" },
  });
  const contents = `import { libraryScript, runLibrary } from "./src/node.ts";
const folder = new URL("./", import.meta.url);
const { ${names.map((name) => `${name}: $${name}`).join(", ")} } = runLibrary(libraryScript(folder), folder);
export { ${names.map((name) => `$${name} as ${name}`).join(", ")} };`;
  await build({
    ...shared,
    platform: "node",
    stdin: { contents, resolveDir: "." },
    outfile: join(dist, "node.js"),
  });
  // Each in a new process, the second of which finds what the first has made.
  for (const file of ["library.code", "library.cache"])
    await promisify(execFile)(process.execPath, ["scripts/compile-library.mjs", dist, file]);
}

/**
 * The command line: a user of the package, which it imports by its name, so that a model file and the command share one copy.
 * Its argument parser is inside, with the licence beside it.
 */
async function commandLine(dist) {
  const entryPoints = { "cli/main": "src/cli/main.ts", "cli/model-hooks": "src/cli/model-hooks.ts" };
  const external = ["sinter", "sinter/*", "esbuild"];
  // The parser is CommonJS and asks for Node's modules by require, which ES modules do not have.
  const requireFrom =
    'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';
  const banner = { js: `#!/usr/bin/env node\n${requireFrom}` };
  await build({
    ...shared,
    platform: "node",
    target: "node20",
    entryPoints,
    outdir: dist,
    splitting: true,
    chunkNames: "cli/[name]-[hash]",
    external,
    banner,
  });
  const parser = dirname(createRequire(import.meta.url).resolve("commander"));
  copyFileSync(join(parser, "LICENSE"), join(dist, "cli/LICENSE-commander"));
  chmodSync(join(dist, "cli/main.js"), 0o755);
}

/** What tools load: the ESLint plugin, the build plugin and the charts. Each stands alone. */
async function tools(dist) {
  const entryPoints = { "eslint-plugin": "src/lint/eslint-plugin.ts" };
  await build({ ...shared, platform: "neutral", entryPoints, outdir: dist, external: ["eslint"] });
  const drawn = { entryPoints: { plot: "src/plot.ts" }, external: ["@observablehq/plot", "linkedom"] };
  await build({ ...shared, ...drawn, platform: "neutral", outdir: dist });
  const external = ["unplugin", "ts-blank-space"];
  await build({
    ...shared,
    platform: "node",
    target: "node20",
    entryPoints: { plugin: "src/plugin/plugin.ts" },
    outdir: dist,
    external,
  });
}

/** All that runs; declarations are made by build.mjs. The library's source goes through the plugins. */
export const bundle = (dist, plugins = []) =>
  Promise.all([
    library(dist, plugins).then((names) => nodeLibrary(dist, names, plugins)),
    commandLine(dist),
    tools(dist),
  ]);
