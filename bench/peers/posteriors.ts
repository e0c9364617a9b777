// In: a posterior's name. Out: its data on disk, the points where answers are compared, and how closely they must agree.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Answers, Tolerance } from "./agreement.js";
import { Random } from "./random.js";
import { simulate, simulators } from "./simulate.js";
import type { Data } from "./simulate.js";

export const names: readonly string[] = Object.keys(simulators);

/** The five that the headline figure is made of. */
export const headline: readonly string[] = [
  "eight_schools-eight_schools_noncentered",
  "nes_logit_data-nes_logit_model",
  "radon_mn-radon_hierarchical_intercept_noncentered",
  "kidiq-kidscore_interaction",
  "arK-arK",
];

/** Number of unconstrained coordinates, for points when there are no gold ones. */
const dims: Record<string, number> = {
  "arK-arK": 7,
  "bball_drive_event_0-hmm_drive_0": 6,
  "diamonds-diamonds": 26,
  "dogs-dogs": 3,
  "earnings-logearn_interaction": 5,
  "eight_schools-eight_schools_centered": 10,
  "eight_schools-eight_schools_noncentered": 10,
  "garch-garch11": 4,
  "gp_pois_regr-gp_regr": 3,
  "hmm_example-hmm_example": 4,
  "hudson_lynx_hare-lotka_volterra": 8,
  "irt_2pl-irt_2pl": 144,
  "kidiq-kidscore_interaction": 5,
  "kidiq-kidscore_momhsiq": 4,
  "kilpisjarvi_mod-kilpisjarvi": 3,
  "low_dim_gauss_mix-low_dim_gauss_mix": 5,
  "mesquite-logmesquite": 8,
  "nes1980-nes": 10,
  "nes_logit_data-nes_logit_model": 2,
  "radon_mn-radon_hierarchical_intercept_noncentered": 90,
  "sblrc-blr": 6,
  "wells_data-wells_dist": 2,
};

export interface Posterior {
  name: string;
  data: Data;
  /** The same data as a file, for the peers. */
  dataPath: string;
  simulated: boolean;
  points: number[][];
  /** Answers of posteriordb's gold file, where there is one. */
  gold?: Answers;
  tolerance: Tolerance;
}

interface GoldFile {
  points: { q: number[]; grad: number[]; lp_minus_first: number }[];
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** A full name from a full name or an unambiguous part of one ("kidscore_interaction", "radon"). */
export function fullName(part: string): string {
  if (names.includes(part)) return part;
  const hits = names.filter((n) => n.split("-").includes(part) || n.includes(part));
  if (hits.length === 1) return hits[0];
  throw new Error(
    hits.length === 0
      ? `--models: nothing matches "${part}". Known: ${names.join(", ")}.`
      : `--models: "${part}" matches ${hits.join(" and ")}. Say more.`,
  );
}

/** Data and points of `name`, from posteriordb's folder or, said by `simulated`, made with a fixed seed under `home`. */
export function load(name: string, folder: string, home: string): Posterior {
  const real = join(folder, name, "data.json");
  const simulated = !existsSync(real);
  let dataPath = resolve(real);
  if (simulated) {
    dataPath = join(home, "data", `${name}.json`);
    mkdirSync(join(home, "data"), { recursive: true });
    writeFileSync(dataPath, JSON.stringify(simulate(name)));
  }
  // The reference program's solver is coarse: an exact one differs from it by 1.4e-2 at posteriordb's points.
  const tolerance =
    name === "hudson_lynx_hare-lotka_volterra" ? { gradient: 3e-2, lp: 3e-2 } : { gradient: 1e-8, lp: 1e-9 };
  const posterior = { name, data: readJson(dataPath) as Data, dataPath, simulated, tolerance };

  const goldPath = join(folder, name, "gold.json");
  if (!simulated && existsSync(goldPath)) {
    const { points } = readJson(goldPath) as GoldFile;
    const gold = { lp: points.map((p) => p.lp_minus_first), gradient: points.map((p) => p.grad) };
    return { ...posterior, points: points.map((p) => p.q), gold };
  }
  const random = new Random(7);
  const point = (): number[] => Array.from({ length: dims[name] }, () => random.uniform() - 0.5);
  return { ...posterior, points: [point(), point(), point()] };
}
