// Draws on disk: ArviZ reads them; runs that were cut short, by a signal or by SIGKILL, go on to the same bits.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { esbuildBundledSource } from "../../scripts/bundled-source.mjs";
import { dist } from "../dist/index.js";
import { deterministic, plate, sample } from "../handlers/index.js";
import type { MCMCOptions } from "../infer/mcmc-options.js";
import { NUTS } from "../infer/nuts.js";
import { readChain } from "../infer/store/checkpoint.js";
import { openFolder } from "../infer/store/files.js";
import { np, type Tensor } from "../tensor/index.js";
import type { Fit } from "./fit.js";
import { killedRun, kinds, plan as killedPlan } from "./killed-model.fixture.js";
import { MCMC } from "./mcmc.js";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let fresh = 0;
const path = (): string => join(folder, `run-${fresh++}.zarr`);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sinter-store-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const y = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18]);
const schools = (y: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = plate("schools", 8, () => sample("eta", dist.Normal(0, 1)));
  const theta = deterministic("theta", mu.add(tau.mul(eta)));
  sample("w/eight", dist.Dirichlet(np.ones([2, 3])).toEvent(1));
  plate("data", 8, () => sample("y", dist.Normal(theta, sigma), { obs: y }));
};
const settings = { warmup: 120, samples: 150, chains: 3, seed: 4, progress: false } as const;
const run = (options: MCMCOptions = {}): Promise<Fit> =>
  new MCMC(new NUTS(schools), { ...settings, ...options }).run(y);

/** All that is drawn and counted. */
const contents = (fit: Fit): unknown => ({
  draws: Object.entries(fit.samples()).map(([name, t]) => [name, t.shape, Array.from(t.data())]),
  unconstrained: Array.from(fit.data.unconstrained.data()),
  stats: fit.stats,
  settings: fit.settings,
  gradients: fit.data.gradients,
  divergences: fit.data.warmupDivergences,
});

const setup = spawnSync("bash", ["scripts/arviz/setup.sh"], { encoding: "utf8", timeout: 600_000 });
const python = setup.status === 0 ? setup.stdout.trim() : null;
if (python === null)
  process.stderr.write(`SKIPPED: ArviZ cannot be installed, so it reads no folders.\n${setup.stderr}`);

test.skipIf(python === null)(
  "ArviZ opens what was streamed and what was saved, and computes the same summary",
  async () => {
    const [streamed, saved, short] = [path(), path(), path()];
    const fit = await run({ saveTo: streamed, thinning: 2 });
    fit.save(saved);
    const until = { rHat: 1.5 };
    const stopped = await run({ saveTo: short, until, samples: 1200 });
    expect(stopped.draws).toBe(100);
    const { stdout, stderr, status } = spawnSync(
      python!,
      ["scripts/arviz/summary.py", streamed, saved, short],
      {
        encoding: "utf8",
      },
    );
    expect([status, stderr]).toEqual([0, ""]);
    interface Found {
      groups: string[];
      shapes: Record<string, number[]>;
      dims: Record<string, string[]>;
      rows: Record<string, Record<string, number | null>>;
      diverging: number;
      types: Record<string, string>;
      steps: number;
      bfmi: number[];
      observed: Record<string, number[]>;
      library: string;
    }
    const found = JSON.parse(stdout) as Found[];
    for (const [i, wanted] of [fit, fit, stopped].entries()) {
      const one = found[i]!;
      expect(one.groups).toEqual(["observed_data", "posterior", "sample_stats", "unconstrained_posterior"]);
      expect(one.shapes).toEqual({
        mu: [3, wanted.draws],
        tau: [3, wanted.draws],
        eta: [3, wanted.draws, 8],
        theta: [3, wanted.draws, 8],
        w_eight: [3, wanted.draws, 2, 3],
      });
      expect(one.dims["theta"]).toEqual(["chain", "draw", "theta_dim_0"]);
      expect(one.observed).toEqual({ y: y.toArray() });
      expect(one.library).toBe("sinter");
      expect(one.types).toMatchObject({ diverging: "bool", tree_depth: "int64", step_size: "float64" });
      const total = (xs: readonly (readonly number[])[]): number => xs.flat().reduce((a, b) => a + b, 0);
      expect(one.diverging).toBe(total(wanted.stats.divergent));
      expect(one.steps).toBe(total(wanted.stats.leapfrogs));
      for (const row of wanted.summary()) {
        const name = row.name.replace("w/eight", "w_eight").replace(",", ", ");
        const theirs = one.rows[name]!;
        const near = (mine: number, other: string, digits = 8): void =>
          expect(theirs[other]! / mine, `${name} ${other}`).toBeCloseTo(1, digits);
        near(row.mean, "mean");
        near(row.sd, "sd");
        near(row.mcse, "mcse_mean", 6);
        near(row.essBulk, "ess_bulk", 6);
        near(row.essTail, "ess_tail", 6);
        near(row.rHat, "r_hat");
      }
    }
  },
  // Importing ArviZ takes a minute on a busy machine.
  240_000,
);

describe("MCMC.resume", () => {
  test("a finished run is read as it was, streamed or saved; both folders hold the same draws", async () => {
    const [streamed, saved] = [path(), path()];
    const fit = await run({ saveTo: streamed });
    fit.save(saved);
    for (const from of [streamed, saved]) {
      const again = await MCMC.resume(from, { progress: false });
      expect(contents(again)).toEqual(contents(fit));
      expect(again.seconds).toEqual(fit.seconds);
      expect(String(again)).toBe(String(fit));
    }
    const chunk = "posterior/theta/1.0.0";
    expect(readFileSync(join(streamed, chunk))).toEqual(readFileSync(join(saved, chunk)));
    // What was resumed can be saved once more.
    const third = path();
    (await MCMC.resume(saved, { progress: false })).save(third);
    expect(contents(await MCMC.resume(third, { progress: false }))).toEqual(contents(fit));
  });

  test("a run is made longer: the draws of a run that was as long from the start", async () => {
    const from = path();
    await run({ saveTo: from });
    const longer = await MCMC.resume(from, { samples: 400, workers: 2, progress: false });
    expect(contents(longer)).toEqual(contents(await run({ samples: 400 })));
    expect(contents(await MCMC.resume(from, { progress: false }))).toEqual(contents(longer));
  });

  test.each([0, 2])("a cancelled run goes on, warm-up included (workers: %i)", async (workers) => {
    const from = path();
    const long = { warmup: 400_000, samples: 300, chains: 2 };
    const abort = new AbortController();
    const running = run({ ...long, workers, saveTo: from, signal: abort.signal });
    const started = setInterval(() => existsSync(join(from, ".sinter/run.json")) && abort.abort(), 5);
    await expect(running).rejects.toThrow(/abort/i);
    clearInterval(started);
    const { iteration } = readChain("test", openFolder("test", from), 0);
    expect(iteration).toBeLessThan(400_000);
    const fit = await MCMC.resume(from, { progress: false });
    expect(contents(fit)).toEqual(contents(await run(long)));
  });

  test("what cannot be resumed says why", async () => {
    const from = path();
    const fit = await run({ saveTo: from, samples: 20, warmup: 5, chains: 1 });
    await expect(MCMC.resume(join(folder, "nowhere"))).rejects.toThrow(
      /MCMC\.resume: ".*nowhere" holds no run of sinter \(nothing was written yet, or the path is wrong\)/,
    );
    await expect(MCMC.resume(from, { samples: 10 })).rejects.toThrow(
      /was to have 20 draws per chain, so samples must be that or more; got 10/,
    );
    await expect(MCMC.resume(from, { warmup: 10 } as never)).rejects.toThrow(/unknown option "warmup"/);
    expect(() => fit.save(from)).toThrow(
      /fit\.save: ".*" exists already and is not overwritten\. Continue that run with MCMC\.resume/,
    );
    await expect(run({ saveTo: from })).rejects.toThrow(/new MCMC: saveTo: ".*" exists already/);
    expect(() => new MCMC(new NUTS(schools, { jit: false }), { saveTo: path() })).toThrow(
      /saveTo keeps the compiled program; with jit: false there is none, so leave saveTo out/,
    );
    const file = join(from, ".sinter/run.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"sinter":"[^"]*"/, '"sinter":"0.0.1"'));
    await expect(MCMC.resume(from)).rejects.toThrow(
      /was written by sinter 0\.0\.1 \(format 2\); this is .*Resume it with that version/,
    );
  });
});

// `npm run test:kill` runs all 50; the usual run a few of them.
const KILLS = Number(process.env["SINTER_KILLS"] ?? 4);

test(
  `a process killed at a random time loses at most a slice, and its run ends in the same bits: ${KILLS} trials`,
  async () => {
    const program = join(folder, "killed.mjs");
    await build({
      entryPoints: ["src/report/killed-run.fixture.ts"],
      ...{ outfile: program, bundle: true, format: "esm", platform: "node", logLevel: "warning" },
      plugins: [esbuildBundledSource],
    });
    const wanted = new Map<string, unknown>();
    const met = { nothing: 0, warmup: 0, sampling: 0, done: 0 };
    for (let trial = 0; trial < KILLS; trial++) {
      const kind = kinds[trial % kinds.length]!;
      if (!wanted.has(kind)) wanted.set(kind, contents(await killedRun(kind)));
      const from = path();
      const child = spawn(process.execPath, [program, from, kind], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      const begun = join(from, ".sinter/run.json");
      while (!existsSync(begun) && child.exitCode === null) await new Promise((r) => setTimeout(r, 5));
      // Low discrepancy, so that few trials spread as well as many.
      const delay = 500 * ((trial * 0.618034 + 0.1) % 1);
      await new Promise((r) => setTimeout(r, delay));
      child.kill("SIGKILL");
      const killed = Date.now();
      await exited;
      const places = [0, 1].map((i) => readChain("test", openFolder("test", from), i).iteration);
      const total = killedPlan.warmup + killedPlan.samples * killedPlan.thinning;
      const running = places.filter((p) => p > 0 && p < total);
      if (places.every((p) => p === total)) met.done++;
      else if (running.length === 0) met.nothing++;
      else if (running.some((p) => p < killedPlan.warmup)) met.warmup++;
      else met.sampling++;
      // Where a chain is under way, its checkpoint is younger than two slices and their writing; a loaded machine gets more time.
      if (running.length > 0 && places.some((p) => p < total)) {
        const youngest = Math.max(...[0, 1].map((i) => statSync(join(from, `.sinter/chain-${i}`)).mtimeMs));
        expect(killed - youngest).toBeLessThan(1500);
      }
      const fit = await MCMC.resume(from, { progress: false, workers: trial % 3 === 0 ? 2 : 0 });
      expect(contents(fit), `trial ${trial}: ${kind}, killed at ${places.join(" and ")}`).toEqual(
        wanted.get(kind),
      );
    }
    if (KILLS >= 20) {
      console.log("killed in", met);
      expect(Math.min(met.warmup, met.sampling)).toBeGreaterThan(0);
    }
  },
  60_000 + 20_000 * KILLS,
);
