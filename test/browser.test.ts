// The built package in Chromium: bundled by Vite and by esbuild and not bundled at all, under a strict policy, with Node's bits.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build as esbuild, type BuildOptions } from "esbuild";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build as vite } from "vite";
import { everything, type PageReport } from "./browser/page.js";
import type { cachePage } from "./browser/cache-page.js";
import { serve, type Site } from "./browser/site.js";

// Installs on the first run; afterwards it only tells where the program is.
const setup = spawnSync("bash", ["scripts/hosts/chromium.sh"], { encoding: "utf8", timeout: 300_000 });
// A skipped test must be seen.
if (setup.status !== 0)
  process.stderr.write(`SKIPPED: there is no Chromium, so nothing is run in a browser.\n${setup.stderr}`);

/** Nothing that makes code of text, but WebAssembly; workers from blobs, which is how the package starts its own. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:";
const WITH_WORKERS = `${POLICY}; worker-src blob:`;
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--disable-quic"],
];

const folder = mkdtempSync(join(tmpdir(), "sinter-browser-"));
const at = (name: string): string => join(folder, name);
const PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Sinter</title><script type="module" src="page.js"></script>';
let site: Site;
let browser: Browser;

/** What users' tools make of a page, from the package as it is published. */
async function buildPages(): Promise<void> {
  cpSync(resolve("test/browser"), at("src/browser"), { recursive: true });
  cpSync(resolve("test/golden"), at("src/golden"), { recursive: true });
  cpSync(resolve("examples/browser"), at("example"), { recursive: true });
  mkdirSync(at("node_modules"));
  symlinkSync(resolve("."), at("node_modules/sinter"));
  symlinkSync(resolve("dist"), at("sinter"));
  const entry = at("src/browser/page.ts");
  mkdirSync(at("cache"));
  writeFileSync(at("cache/index.html"), PAGE.replace("page.js", "cache-page.js"));
  const shared: BuildOptions = {
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
    tsconfigRaw: {},
  };
  for (const name of ["esm", "esbuild"]) {
    mkdirSync(at(name));
    writeFileSync(at(`${name}/index.html`), PAGE);
  }
  const files = { sinter: "/sinter/index.js", "sinter/runtime": "/sinter/runtime/entry.js" };
  const byPath = {
    name: "by-path",
    setup: (builder: { onResolve: (o: { filter: RegExp }, f: (a: { path: string }) => object) => void }) =>
      builder.onResolve({ filter: /^sinter(\/runtime)?$/ }, ({ path }) => ({
        path: files[path as keyof typeof files],
        external: true,
      })),
  };
  writeFileSync(at("src/browser/index.html"), PAGE.replace("page.js", "./page.ts"));
  await Promise.all([
    esbuild({ ...shared, entryPoints: [entry], outfile: at("esm/page.js"), plugins: [byPath] }),
    esbuild({ ...shared, entryPoints: [entry], outdir: at("esbuild"), minify: true, splitting: true }),
    esbuild({ ...shared, entryPoints: [at("src/browser/cache-page.ts")], outdir: at("cache") }),
    esbuild({ ...shared, entryPoints: [at("example/main.ts")], outdir: at("example") }),
    vite({
      root: at("src/browser"),
      base: "./",
      logLevel: "error",
      configFile: false,
      build: { outDir: at("vite"), target: "es2022", modulePreload: { polyfill: false } },
    }),
  ]);
}

beforeAll(async () => {
  if (setup.status !== 0) return;
  await buildPages();
  site = await serve(folder, WITH_WORKERS, { alone: POLICY });
  browser = await chromium.launch({ executablePath: setup.stdout.trim(), args: FLAGS });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  site?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page with its complaints, which must be none unless said. */
async function opened(
  path: string,
  complaints: string[],
  where: Browser | BrowserContext = browser,
): Promise<Page> {
  const page = await where.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${site.url}/${path}`);
  return page;
}

async function reportOf(path: string): Promise<{ report: PageReport; complaints: string[] }> {
  const complaints: string[] = [];
  const page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  const report = new Promise<PageReport>(
    (done) => void page.exposeFunction("report", done).then(() => page.goto(`${site.url}/${path}`)),
  );
  const result = { report: await report, complaints };
  await page.close();
  return result;
}

type CachePage = typeof cachePage;
type CacheReport = Awaited<ReturnType<CachePage["work"]>>;

const golden = JSON.parse(readFileSync("test/golden/draws.json", "utf8")) as PageReport["golden"];

describe.skipIf(setup.status !== 0)("in Chromium", () => {
  let inNode: PageReport;
  beforeAll(async () => {
    inNode = await everything(true);
  }, 60_000);

  test.each(["esm", "esbuild", "vite"])(
    "%s: a model becomes draws, here and in workers, with Node's bits",
    async (kind) => {
      const { report, complaints } = await reportOf(`${kind}/index.html`);
      expect(report).not.toHaveProperty("failure");
      expect(complaints).toEqual([]);
      expect(report.evaluates).toBe("EvalError");
      expect(report.isolated).toBe(false);
      expect(report.golden).toEqual(golden);
      expect(report.goldenInWorkers).toEqual(golden);
      expect(report.exported).toEqual({ ...inNode.exported, same: true });
      expect(report.exported.loaded).toBe(report.exported.value);
      expect(report.losses).toEqual(inNode.losses);
      // A look every tenth of a second may miss any phase but the last.
      expect(["compiling", "done", "sampling", "waiting", "warm-up"]).toEqual(
        expect.arrayContaining(report.phases!),
      );
      expect(report.phases).toContain("done");
      for (const cancelled of [report.cancelledHere, report.cancelledInWorkers!]) {
        expect(cancelled).toMatchObject({ reason: "by the page", begun: true });
        expect(cancelled.milliseconds).toBeLessThan(2000);
      }
    },
    60_000,
  );

  test("a policy against blobs leaves the chains of the page, and workers say why not", async () => {
    const { report } = await reportOf("esbuild/index.html?workers=no&policy=alone");
    expect(report.golden).toEqual(golden);
    expect((report.goldenInWorkers as unknown as { failure: string }).failure).toMatch(
      /the worker of chain \d died 3 times .*chainMethod: "sequential"/,
    );
  });

  test("programs outlive a page in IndexedDB, and whatever happens to the database, the results are the same (J70)", async () => {
    const complaints: string[] = [];
    const context = await browser.newContext();
    /** A new page each time: all that stays is the database. */
    const inPage = async (what: keyof CachePage, name: string): Promise<CacheReport> => {
      const page = await opened("cache/index.html", complaints, context);
      const result = await page.evaluate(
        ([key, database]): Promise<unknown> =>
          (globalThis as unknown as { cachePage: CachePage }).cachePage[key](database),
        [what, name] as const,
      );
      await page.close();
      return result as CacheReport;
    };
    const first = await inPage("work", "kept");
    expect(first).toMatchObject({ held: 0, size: 4, compiles: 4, loaded: 0, problems: [] });
    const second = await inPage("work", "kept");
    expect(second).toEqual({ ...first, held: 4, compiles: 0, loaded: 1 });
    expect(complaints).toEqual([]);

    await inPage("spoil", "kept");
    const spoilt = await inPage("work", "kept");
    expect(spoilt).toMatchObject({ held: 3, size: 4, compiles: 2, results: first.results });
    expect(spoilt.problems).toEqual([
      "1 entries hold no program; they are left out.",
      expect.stringMatching(/^a kept program cannot be used \(.*\); it is compiled anew\.$/),
    ]);
    expect(complaints).toEqual(spoilt.problems.map((p) => `openProgramDatabase("kept"): ${p}`));
    // What was compiled anew is whole again.
    expect(await inPage("work", "kept")).toEqual(second);

    const gone = await inPage("deletedMeanwhile", "kept");
    expect(gone).toMatchObject({ held: 4, compiles: 0, results: first.results });
    expect(gone.problems).toEqual([
      "the database cannot be used (another page deletes or changes it); programs are kept until the page ends.",
    ]);
    await inPage("newer", "kept");
    const refused = await inPage("work", "kept");
    expect(refused).toMatchObject({ held: 0, size: 4, compiles: 4, results: first.results });
    expect(refused.problems).toEqual([
      expect.stringMatching(/cannot be used \(VersionError: .*until the page ends/),
    ]);

    const page = await opened("cache/index.html", complaints, context);
    const devtools = await context.newCDPSession(page);
    const origin = site.url;
    const meanwhile = (name: string): Promise<CacheReport> =>
      page.evaluate(
        (database) =>
          (globalThis as unknown as { meanwhile: (name: string) => Promise<CacheReport> }).meanwhile(
            database,
          ),
        name,
      );
    await page.exposeFunction("pause", () =>
      devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" }),
    );
    const closed = await meanwhile("closed");
    expect(closed).toMatchObject({ held: 0, compiles: 4, results: first.results });
    expect(closed.problems).toEqual([
      "the database cannot be used (the browser closed it); programs are kept until the page ends.",
    ]);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
    const full = await page.evaluate(
      () =>
        (globalThis as unknown as { cachePage: CachePage }).cachePage.work("full") as Promise<CacheReport>,
    );
    expect(full).toMatchObject({ held: 0, compiles: 4, results: first.results });
    expect(full.problems.join()).toMatch(/QuotaExceededError/);
    await context.close();
  }, 60_000);

  test("the example fits eight schools, shows a table, and stops when told to", async () => {
    const complaints: string[] = [];
    const page = await opened("example/index.html", complaints);
    await page.click("#run");
    await page.waitForSelector("#summary tr:nth-child(19)");
    expect(await page.textContent("#progress")).toMatch(
      /^chain 1 {2}done +2000\/2000 {2}step [\d.]+.* {2}ess \d+$/m,
    );
    expect(await page.textContent("#summary tr:nth-child(2)")).toMatch(/^mu4\.\d\d3\.\d\d/);
    await page.screenshot({ path: "build/browser-example.png" });
    // In one go: the run takes less time than two clicks from here.
    await page.evaluate(() => ["run", "stop"].forEach((id) => document.getElementById(id)!.click()));
    await page.getByText(/\nstopped$/).waitFor();
    expect(await page.isEnabled("#run")).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
