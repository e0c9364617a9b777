// Checks that a lower bound lies below an upper one, where both are known.
import type { Tensor } from "../tensor/index.js";
import { validationEnabled } from "./validation.js";

export function requireIncreasing(name: string, low: Tensor, high: Tensor): void {
  if (!validationEnabled() || low.link || high.link) return;
  const ok = low.lt(high).data();
  const bad = ok.indexOf(0);
  if (bad < 0) return;
  const at = (t: Tensor): number => t.data()[t.size === 1 ? 0 : bad]!;
  throw new RangeError(`${name}: low must lie below high, got low ${at(low)} and high ${at(high)}.`);
}
