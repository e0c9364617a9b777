// In: a posterior's name. Out: how its run differs from four chains of 1,000 + 1,000 draws by NUTS as it stands, and why.
import type { NUTSOptions } from "sinter";

export interface Settings extends NUTSOptions {
  readonly warmup?: number;
  readonly samples?: number;
  readonly seed?: number;
}

export const settings: Readonly<Record<string, Settings>> = {
  // A funnel: small steps reach further into its neck, and draws are correlated.
  "eight_schools-eight_schools_centered": { targetAccept: 0.98, samples: 4000 },
  // Predictors are strongly correlated; variances alone leave trajectories of hundreds of steps.
  "diamonds-diamonds": { denseMass: true },
  // Scales of abilities and of discriminations trade off along one slow direction.
  "irt_2pl-irt_2pl": { samples: 2000 },
};
