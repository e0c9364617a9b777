// Source in; the JavaScript files of dist/, in any folder, out: the library with its runtime, and the command line.
import { chmodSync, copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";

export const shared = { bundle: true, format: "esm", target: "es2022", sourcemap: true, logLevel: "warning" };

/** Two entries share chunks; a few files load faster than hundreds. Not minified, so that stack traces can be read. */
async function library(dist) {
  await build({
    ...shared,
    platform: "neutral",
    entryPoints: { index: "src/index.ts", "runtime/entry": "src/runtime/entry.ts" },
    outdir: dist,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    external: ["node:*"],
  });
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

/** All that runs; declarations are made by build.mjs. */
export const bundle = (dist) => Promise.all([library(dist), commandLine(dist)]);
