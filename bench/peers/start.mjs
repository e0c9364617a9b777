// In: the command line of `npm run bench:peers`. Out: run.ts bundled with today's source of the library, and run.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");
process.chdir(root);
const out = "build/peers";
const withOurs = !process.argv.includes("--no-ours");
const entryPoints = ["bench/peers/run.ts"];
if (withOurs) {
  // Two entries that share chunks, so that models and benchmark see one copy of the library.
  entryPoints.push("src/index.ts");
  if (existsSync("posteriordb/models.ts")) entryPoints.push("posteriordb/models.ts");
}
try {
  await build({
    entryPoints,
    outdir: out,
    outbase: ".",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: true,
    logLevel: "warning",
  });
} catch {
  console.error("bench:peers: the library does not bundle (above). To time the peers alone, add --no-ours.");
  process.exit(1);
}
await import(pathToFileURL(resolve(root, out, "bench/peers/run.js")).href);
