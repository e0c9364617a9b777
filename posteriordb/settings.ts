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
    targetAccept: 0.99,
    warmup: 3000,
    samples: 20_000,
    denseMass: false,
  },
  // A minor mode, 60 nats lower, holds chains that start beside it for a thousand iterations: start where both states differ.
  "bball_drive_event_0-hmm_drive_0": {
    initStrategy: infer.initToValue({
      values: { theta1: [0.8, 0.2], theta2: [0.2, 0.8], phi: [0.5, 2], lambda: [0.5, 2] },
    }),
  },
  // Populations explode or vanish at most random starting points: start at the prior's modes.
  "hudson_lynx_hare-lotka_volterra": {
    initStrategy: infer.initToValue({
      values: { theta: [1, 0.05, 1, 0.05], z_init: [10, 10], sigma: [0.5, 0.5] },
    }),
  },
  // Scales of abilities and of discriminations trade off along one slow direction.
  "irt_2pl-irt_2pl": { samples: 2000 },
};
