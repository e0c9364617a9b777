// A model in, sampled by NUTS; its posterior means and spreads against the long reference runs, and whether the chains agree, out.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { diagnostics, MCMC, NUTS } from "sinter";
import type { Posterior as Built } from "./models.js";
import { settings } from "./settings.js";

/** Means of the reference runs with their Monte Carlo standard errors, and standard deviations; names count from 1: `theta[1]`. */
export interface Reference {
  readonly names: readonly string[];
  readonly mean: readonly number[];
  readonly mcse_mean: readonly number[];
  readonly sd: readonly number[];
}

export interface SamplingCheck {
  leapfrogs: number;
  divergences: number;
  seconds: number;
  rHat: number;
  /** Largest difference of a mean or spread in combined standard errors, and of what; null without a reference. */
  worst: { z: number; name: string } | null;
}

/** Two posteriors that are one and the same, in other coordinates. */
const SAME_AS: Readonly<Record<string, string>> = {
  "eight_schools-eight_schools_centered": "eight_schools-eight_schools_noncentered",
};

export function referenceOf(name: string, folder: string): Reference | null {
  const path = join(folder, SAME_AS[name] ?? name, "reference.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Reference) : null;
}

/** `theta[1,2]` of the reference is `theta[0,1]` here. */
export const fromZero = (name: string): string =>
  name.replace(/\[([\d,]+)\]$/, (_, at: string) => `[${at.split(",").map((i) => Number(i) - 1)}]`);

type Fit = Awaited<ReturnType<MCMC["run"]>>;

/** (chains, draws) of one entry, `theta` or `theta[0,1]`. */
function drawsOf(fit: Fit, name: string): number[][] {
  const [, site, at] = /^(.*?)(?:\[([\d,]+)\])?$/.exec(name)!;
  const samples = fit.samples(site);
  const [chains, draws, ...shape] = samples.shape;
  const place = (at?.split(",") ?? []).reduce((sum, i, axis) => sum * shape[axis] + Number(i), 0);
  const each = shape.reduce((n, d) => n * d, 1);
  const data = samples.data();
  return Array.from({ length: chains }, (_, c) =>
    Array.from({ length: draws }, (__, i) => data[(c * draws + i) * each + place]),
  );
}

function worstDifference(name: string, fit: Fit, reference: Reference): { z: number; name: string } {
  const byName = new Map(fit.summary().map((row) => [row.name, row]));
  let worst = { z: 0, name: "" };
  // A NaN is as wrong as can be.
  const look = (z: number, what: string): void => {
    if (!(z <= worst.z)) worst = { z: Number.isNaN(z) ? Infinity : z, name: what };
  };
  reference.names.forEach((theirs, i) => {
    const row = byName.get(fromZero(theirs));
    if (!row)
      throw new Error(
        `${name}: the reference has "${theirs}", the model only ${[...byName.keys()].join(", ")}.`,
      );
    const [mean, error, sd] = [reference.mean[i], reference.mcse_mean[i], reference.sd[i]];
    look(Math.abs(row.mean - mean) / Math.hypot(row.mcse, error), `mean of ${row.name}`);
    // Of n independent draws: sd / sqrt(n) is the error of the mean, sd / sqrt(2 n) that of the standard deviation.
    const ours = diagnostics.mcse(drawsOf(fit, row.name), { method: "sd" });
    look(Math.abs(row.sd - sd) / Math.hypot(ours, error / Math.SQRT2), `sd of ${row.name}`);
  });
  return worst;
}

export async function checkSampling(
  name: string,
  built: Built,
  reference: Reference | null,
  seed: number,
): Promise<SamplingCheck> {
  const { warmup = 1000, samples = 1000, ...kernel } = settings[name] ?? {};
  const start = performance.now();
  const mcmc = new MCMC(new NUTS(built.model, kernel), { warmup, samples, chains: 4, seed, progress: false });
  try {
    const fit = await mcmc.run(...built.args);
    const rows = fit.summary();
    const total = (chains: readonly (readonly number[])[]): number =>
      chains.flat().reduce((a, b) => a + b, 0);
    return {
      leapfrogs: total(fit.stats.leapfrogs),
      divergences: total(fit.stats.divergent),
      seconds: (performance.now() - start) / 1000,
      // Entries that never move, such as fixed zeros of a triangle, have no R-hat.
      rHat: rows.reduce((most, row) => (row.sd === 0 ? most : Math.max(most, row.rHat)), 0),
      worst: reference && worstDifference(name, fit, reference),
    };
  } finally {
    mcmc.dispose();
  }
}
