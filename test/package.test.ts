// The package as users get it: what `npm pack` writes, type-checked strictly and run in Node, Bun and Deno with equal bits.
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Installs on the first run; afterwards it only tells where the programs are.
const setup = spawnSync("bash", ["scripts/hosts/setup.sh"], { encoding: "utf8", timeout: 180_000 });
const [bun, deno] = setup.status === 0 ? setup.stdout.trim().split("\n") : [];
// A skipped test must be seen.
if (setup.status !== 0)
  process.stderr.write(
    `SKIPPED: Bun and Deno cannot be installed, so nothing is run in them.\n${setup.stderr}`,
  );

const folder = mkdtempSync(join(tmpdir(), "sinter-package-"));
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
let inNode = "";

beforeAll(() => {
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    encoding: "utf8",
  });
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@types"), { recursive: true });
  run("tar", "xzf", packed.trim());
  run("mv", "package", "node_modules/sinter");
  symlinkSync(resolve("node_modules/@types/node"), join(modules, "@types/node"));
  copyFileSync("test/consumer/program.ts", join(folder, "program.ts"));
  cpSync("test/golden", join(folder, "golden"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const compilerOptions = {
    ...{
      strict: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
    },
    ...{ module: "nodenext", target: "es2022", types: ["node"], outDir: "out" },
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["program.ts", "golden/print.ts"] }),
  );
  // The declarations are checked too, as skipLibCheck is off: a name that they lack would be `any` to users.
  const { stdout, status } = spawnSync(
    process.execPath,
    [resolve("node_modules/typescript/bin/tsc"), "-p", "."],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  expect([status, stdout]).toEqual([0, ""]);
  inNode = run(process.execPath, "out/program.js");
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("type-checks strictly and runs in Node", () => {
  const { missing, slope, value, exported } = JSON.parse(inNode) as Record<string, unknown>;
  expect(missing).toBe(0);
  expect(slope).toEqual([0.5, 1]);
  expect(exported).toBe(value);
});

const golden = JSON.parse(readFileSync("test/golden/draws.json", "utf8")) as unknown;
const inDeno = ["run", "--quiet", "--no-lock", "--allow-all", "--node-modules-dir=manual"];

// Chromium: test/browser.test.ts. Draws that are meant to change: node scripts/run.mjs test/golden/print.ts > test/golden/draws.json
describe("three models draw the bits that are checked in", () => {
  for (const [name, program, ...args] of [
    ["Node", process.execPath, "out/golden/print.js"],
    ["Bun", bun, "golden/print.ts"],
    ["Deno", deno, ...inDeno, "out/golden/print.js"],
  ] as const)
    test.skipIf(program === undefined)(`${name}, here and in workers`, () => {
      expect(JSON.parse(run(program!, ...args))).toEqual(golden);
      expect(JSON.parse(run(program!, ...args, "2"))).toEqual(golden);
    });
});

test.skipIf(bun === undefined)("prints the same bits in Bun, from the TypeScript source", () => {
  expect(run(bun!, "program.ts")).toBe(inNode);
});

test.skipIf(deno === undefined)("prints the same bits in Deno", () => {
  expect(run(deno!, ...inDeno, "out/program.js")).toBe(inNode);
});
