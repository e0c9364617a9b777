// What Node loads for "sinter": the names of the ES module, out of a script whose compiled code V8 takes.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { libraryScript, runLibrary } from "./node.js";

let root: string;
const folderOf = (name: string): URL => pathToFileURL(`${join(root, name, "dist")}/`);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sinter-node-"));
  const { bundle } = (await import("../scripts/bundle.mjs" as string)) as {
    bundle(dist: string): Promise<unknown>;
  };
  await bundle(join(root, "package/dist"));
  cpSync("package.json", join(root, "package/package.json"));
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a module inside of the package, which it imports by its name. */
async function run(...conditions: string[]): Promise<unknown> {
  const program = join(root, "package/names.mjs");
  writeFileSync(
    program,
    `import * as sinter from "sinter";
import { MCMC, NUTS, sample, dist, np } from "sinter";
const model = (y) => void sample("y", dist.Normal(sample("m", dist.Normal(0, 1)), 1).expand([3]).toEvent(1), { obs: y });
const fit = await new MCMC(new NUTS(model), { warmup: 50, samples: 50, seed: 1, progress: false }).run(np.array([1, 2, 3]));
console.log(JSON.stringify([Object.keys(sinter), import.meta.resolve("sinter"), fit.summary()]));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...conditions.flatMap((c) => ["-C", c]),
    program,
  ]);
  return JSON.parse(stdout) as unknown;
}

test("Node takes the script, bundlers the ES module: the same names and the same draws", async () => {
  const [names, url, draws] = (await run()) as [string[], string, unknown];
  const [others, module, same] = (await run("module")) as [string[], string, unknown];
  expect(url).toMatch(/dist\/node\.js$/);
  expect(module).toMatch(/dist\/index\.js$/);
  expect(names).toEqual(others);
  expect(names).toContain("MCMC");
  expect(draws).toEqual(same);
});

test("compiled code is taken where it fits, and left where it does not or is absent", () => {
  expect(libraryScript(folderOf("package")).cachedDataRejected).toBe(false);

  // Of another library.
  mkdirSync(join(root, "other/dist"), { recursive: true });
  writeFileSync(join(root, "other/dist/library.cjs"), "(function (location) { return { np: location }; })");
  const absent = libraryScript(folderOf("other"));
  expect(absent.cachedDataRejected).toBeUndefined();
  expect(runLibrary(absent, folderOf("other")).np).toMatch(/^file:.*library\.cjs$/);

  writeFileSync(join(root, "other/dist/library.cjs"), "(function (location) { return { np: 2 }; })");
  cpSync(join(root, "package/dist/library.cache"), join(root, "other/dist/library.cache"));
  const foreign = libraryScript(folderOf("other"));
  expect(foreign.cachedDataRejected).toBe(true);
  expect(runLibrary(foreign, folderOf("other")).np).toBe(2);
});

test("a folder without the library says which file is missing", () => {
  expect(() => libraryScript(folderOf("nowhere"))).toThrow(/ENOENT.*library\.cjs/);
  expect(readFileSync(join(root, "package/dist/node.js"), "utf8")).toContain("library.cjs");
});
