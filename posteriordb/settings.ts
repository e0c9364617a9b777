// In: a posterior's name. Out: how its run differs from four chains of 1,000 + 1,000 draws by NUTS as it stands, and why.
import { infer, type NUTSOptions } from "sinter";

export interface Settings extends NUTSOptions {
  readonly warmup?: number;
  readonly samples?: number;
}

export const settings: Readonly<Record<string, Settings>> = {
  // A funnel: small steps reach further into its neck, long warm-up finds them, and draws are correlated; correlations in its mouth
  // are others than in its neck.
  "eight_schools-eight_schools_centered": {
    targetAccept: 0.995,
    warmup: 10_000,
    samples: 20_000,
    denseMass: false,
  },
  // Minor modes, 40 to 60 nats lower, hold chains that start beside them for a thousand iterations, Stan's too.
  "bball_drive_event_0-hmm_drive_0": { initStrategy: infer.initToOptimum() },
  "hudson_lynx_hare-lotka_volterra": { initStrategy: infer.initToOptimum() },
  // Scales of abilities and of discriminations trade off along one slow direction.
  "irt_2pl-irt_2pl": { samples: 4000 },
};
