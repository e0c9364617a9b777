// A model in, sampled by NUTS; its posterior means against the long reference runs, and whether the chains agree, out.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MCMC, NUTS } from "sinter";
import type { Posterior as Built } from "./models.js";
import { settings } from "./settings.js";

/** Means of the reference runs with their Monte Carlo standard errors; names count from 1: `theta[1]`. */
export interface Reference {
  readonly names: readonly string[];
  readonly mean: readonly number[];
  readonly mcse_mean: readonly number[];
}

export interface SamplingCheck {
  leapfrogs: number;
  divergences: number;
  seconds: number;
  rHat: number;
  /** Largest |mean - reference| in combined standard errors, and where; null without a reference. */
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

function worstMean(
  name: string,
  rows: readonly { name: string; mean: number; mcse: number }[],
  reference: Reference,
): { z: number; name: string } {
  const byName = new Map(rows.map((row) => [row.name, row]));
  let worst = { z: 0, name: "" };
  reference.names.forEach((theirs, i) => {
    const row = byName.get(fromZero(theirs));
    if (!row)
      throw new Error(
        `${name}: the reference has "${theirs}", the model only ${[...byName.keys()].join(", ")}.`,
      );
    const z = Math.abs(row.mean - reference.mean[i]) / Math.hypot(row.mcse, reference.mcse_mean[i]);
    // A NaN is as wrong as can be.
    if (!(z <= worst.z)) worst = { z: Number.isNaN(z) ? Infinity : z, name: row.name };
  });
  return worst;
}

export async function checkSampling(
  name: string,
  built: Built,
  reference: Reference | null,
): Promise<SamplingCheck> {
  const { warmup = 1000, samples = 1000, seed = 1, ...kernel } = settings[name] ?? {};
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
      worst: reference && worstMean(name, rows, reference),
    };
  } finally {
    mcmc.dispose();
  }
}
