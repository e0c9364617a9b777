// In: a TypeScript program of this repository and its arguments. Out: it is bundled with today's source of the library, and run.
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { esbuildBundledSource } from "./bundled-source.mjs";

process.chdir(resolve(import.meta.dirname, ".."));
const [entry, ...rest] = process.argv.slice(2);
if (!entry) {
  console.error("usage: node scripts/run.mjs FILE.ts [arguments]");
  process.exit(2);
}
const outfile = resolve("build", dirname(entry), `${basename(entry, ".ts")}.run.js`);
try {
  await build({
    entryPoints: [entry],
    // The types of "sinter/script" stand in a file of declarations; what runs is the library.
    alias: { "sinter/script": resolve("src/index.ts") },
    // Loaded when a plot is made.
    external: ["@observablehq/plot", "linkedom"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: true,
    logLevel: "warning",
    plugins: [esbuildBundledSource],
  });
} catch {
  console.error(`run: ${entry} does not bundle; the errors are printed above.`);
  process.exit(1);
}
process.argv = [process.argv[0], outfile, ...rest];
await import(pathToFileURL(outfile).href);
