// Source to what users run: dist/ (bundles and declarations) and build/ (examples and benchmarks against dist/).
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";
import ts from "typescript";
import { bundle, shared } from "./bundle.mjs";
import { plainLoops } from "./plain-loops.mjs";

/** The source with its types, of which the build asks twice: for declarations, and which loops run over arrays. */
function typedSource() {
  const { config } = ts.readConfigFile("tsconfig.build.json", (path) => readFileSync(path, "utf8"));
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  const program = ts.createProgram(fileNames, options);
  const faults = [...errors, ...ts.getPreEmitDiagnostics(program)];
  if (faults.length === 0) return program;
  const host = { getCanonicalFileName: (f) => f, getCurrentDirectory: () => ".", getNewLine: () => "\n" };
  console.error(ts.formatDiagnosticsWithColorAndContext(faults, host));
  throw new Error(`build: ${faults.length} type errors in src; they are printed above.`);
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
  const source = typedSource();
  const bundled = bundle("dist", [plainLoops(source)]);
  // Declarations file by file.
  source.emit();
  await Promise.all([bundled, programs("examples"), programs("bench")]);
  // Written by hand: the public names as scripts see them.
  copyFileSync("src/script-language.d.ts", "dist/script-language.d.ts");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
