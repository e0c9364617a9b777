// A target and the draws so far in; whether every coordinate has reached it out.
import { essBulk } from "../diagnostics/ess-bulk.js";
import { rHat } from "../diagnostics/r-hat.js";
import { coordinateOf } from "../infer/chains/coordinate.js";
import type { ChainRecord } from "../infer/chains/record.js";
import type { Until } from "../infer/mcmc-options.js";

/** A coordinate that never moves has no R-hat and reaches nothing. */
export function targetReached(until: Until, records: readonly ChainRecord[], draws: number): boolean {
  const [{ dim }] = records;
  for (let k = 0; k < dim; k++) {
    const chains = records.map((record) => coordinateOf(record, k, draws));
    if (until.rHat !== undefined && !(rHat(chains) <= until.rHat)) return false;
    if (until.essBulk !== undefined && !(essBulk(chains) >= until.essBulk)) return false;
  }
  return true;
}
