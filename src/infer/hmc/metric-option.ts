// What a kernel was told of its metric in; the same, checked and with numbers filled in, out.
import type { KernelSpec, LowRank } from "../chains/kernel-spec.js";
import { between, checkOptions, wholeNumber } from "../known-options.js";

const RANK = 32;
const CUTOFF = 2;

type DenseMass = KernelSpec["denseMass"];

export function resolveMetric(
  label: string,
  given: DenseMass | "lowRank" | Partial<LowRank>,
  adaptation: KernelSpec["adaptation"],
): DenseMass {
  if (typeof given === "boolean" || given === "auto") return given;
  if (Array.isArray(given) && given.every(isGroup)) return given as DenseMass;
  if (given === "lowRank") return lowRank(label, {}, adaptation);
  if (typeof given === "object" && given !== null && !Array.isArray(given))
    return lowRank(label, given as Partial<LowRank>, adaptation);
  throw new TypeError(
    `${label}: denseMass must be true, false, "auto", "lowRank" or groups of site names such as [["alpha", "beta"]], got ${JSON.stringify(given)}.`,
  );
}

const isGroup = (group: unknown): boolean =>
  Array.isArray(group) && group.length > 0 && group.every((name) => typeof name === "string");

function lowRank(label: string, given: Partial<LowRank>, adaptation: KernelSpec["adaptation"]): LowRank {
  const name = `${label}: denseMass`;
  checkOptions(name, given, ["rank", "cutoff"]);
  const { rank = RANK, cutoff = CUTOFF } = given;
  wholeNumber(name, "rank", rank, 1);
  between(name, "cutoff", cutoff, 1);
  if (adaptation === "draws")
    throw new TypeError(
      `${label}: a metric of low rank is learnt from draws and gradients together; leave adaptation: "draws" out, or use denseMass: true.`,
    );
  return { rank, cutoff };
}
