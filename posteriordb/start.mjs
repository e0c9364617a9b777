// In: the command line of `npm run posteriordb`. Out: run.ts bundled with today's source of the library, and run.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
process.chdir(root);
const outfile = "build/posteriordb/run.js";
await build({
  entryPoints: ["posteriordb/run.ts"],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
});
await import(pathToFileURL(resolve(root, outfile)).href);
