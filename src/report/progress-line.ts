// The state of one chain in; its line of text in a progress display out; or the states of all, and one line that closes a run.

import type { ChainProgress } from "../infer/chains/progress.js";

const BAR_WIDTH = 24;

/** For example `chain 1  sampling   [=========>      ] 1400/2000  step 0.42  3 divergences`. */
export function progressLine(chain: number, chains: number, total: number, state: ChainProgress): string {
  const number = String(chain + 1).padStart(String(chains).length);
  const counted = String(state.iteration).padStart(String(total).length);
  const parts = [
    `chain ${number}`,
    state.phase.padEnd("compiling".length),
    `${bar(state.iteration, total)} ${counted}/${total}`,
  ];
  if (state.stepSize !== undefined) parts.push(`step ${state.stepSize.toPrecision(3)}`);
  if (state.divergences) parts.push(divergenceCount(state.divergences));
  if (state.ess !== undefined) parts.push(`ess ${Math.round(state.ess)}`);
  return parts.join("  ");
}

/** For example `4 chains of 2000 iterations  step 0.42 to 0.47  3 divergences  ess 512`; sizes of chains add up. */
export function closingLine(total: number, states: readonly ChainProgress[]): string {
  const known = (name: "stepSize" | "divergences" | "ess"): number[] =>
    states.map((state) => state[name]).filter((x) => x !== undefined);
  const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
  const chains = `${states.length} ${states.length === 1 ? "chain" : "chains"}`;
  const far = states.map((state) => state.iteration);
  const least = Math.min(...far);
  const parts = [`${chains} of ${total} iterations`];
  if (states.some((state) => state.phase !== "done"))
    parts.push(`stopped at ${least === Math.max(...far) ? least : `${least} to ${Math.max(...far)}`}`);
  else if (least < total) parts.push(`enough at ${least}`);
  const steps = known("stepSize").map((step) => step.toPrecision(3));
  const ordered = steps.sort((a, b) => Number(a) - Number(b));
  const [low, high] = [ordered[0], ordered.at(-1)];
  if (steps.length > 0) parts.push(`step ${low === high ? low : `${low} to ${high}`}`);
  const divergences = sum(known("divergences"));
  if (divergences > 0) parts.push(divergenceCount(divergences));
  const sizes = known("ess");
  if (sizes.length === states.length) parts.push(`ess ${Math.round(sum(sizes))}`);
  return parts.join("  ");
}

const divergenceCount = (n: number): string => `${n} ${n === 1 ? "divergence" : "divergences"}`;

function bar(iteration: number, total: number): string {
  const share = total > 0 ? Math.min(Math.max(iteration / total, 0), 1) : 0;
  const filled = Math.floor(share * BAR_WIDTH);
  const head = filled > 0 && filled < BAR_WIDTH ? ">" : "";
  return `[${"=".repeat(filled - head.length)}${head}${" ".repeat(BAR_WIDTH - filled)}]`;
}
