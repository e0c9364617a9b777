// Source to what users run: dist/ (bundles and declarations) and build/ (examples and benchmarks against dist/).
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { bundle, shared } from "./bundle.mjs";

/** Declarations file by file, with types checked once more on the way. */
async function declare() {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = join(dirname(manifest), "bin/tsc");
  const child = spawn(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0)
    throw new Error(`build: tsc found type errors in src (exit code ${code}); they are printed above.`);
}

/** Programs of a folder, each on its own, importing the built package by its name as a user's program does. */
async function programs(folder) {
  rmSync(`build/${folder}`, { recursive: true, force: true });
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const entryPoints = names
    .filter((n) => /\.m?ts$/.test(n) && !n.endsWith(".test.ts"))
    .map((n) => `${folder}/${n}`);
  if (entryPoints.length === 0) return;
  const external = ["sinter", "sinter/*"];
  await build({
    ...shared,
    platform: "node",
    packages: "external",
    external,
    entryPoints,
    outdir: `build/${folder}`,
  });
}

// Chunk names change with their content, so a dist that is not emptied would keep, and publish, old ones.
rmSync("dist", { recursive: true, force: true });
try {
  await Promise.all([bundle("dist"), declare(), programs("examples"), programs("bench")]);
  // Written by hand: the public names as scripts see them.
  copyFileSync("src/script-language.d.ts", "dist/script-language.d.ts");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
