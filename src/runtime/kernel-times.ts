// The program's kernels and a way to run it up to each of them in; microseconds per kernel, measured, out.
import type { KernelCost } from "../schedule/cost.js";
import type { KernelTime } from "./backend.js";

/** Each prefix of the program is run in batches of about this many milliseconds; the quickest of several batches counts. */
const BATCH_MS = 2;
const BATCHES = 7;
const MOST_RUNS = 100_000;

/** Microseconds of one run: the quickest batch, for whatever else the machine does only adds. */
function quickest(run: () => void): number {
  run();
  let runs = 1;
  let best = Infinity;
  for (let batch = 0; batch < BATCHES;) {
    const started = performance.now();
    for (let i = 0; i < runs; i++) run();
    const ms = performance.now() - started;
    best = Math.min(best, (1000 * ms) / runs);
    if (ms < BATCH_MS && runs < MOST_RUNS) runs *= 2;
    else batch++;
  }
  return best;
}

/** `runUntil(i)` runs the program and returns after kernel i. */
export function timeKernels(
  costs: readonly KernelCost[],
  runUntil: (stop: number) => void,
): readonly KernelTime[] {
  // No kernel has a number as high as the last entry's where that one is the scalar code behind all kernels: then all of it runs.
  let before = 0;
  const own = costs.map((_, i) => {
    const end = quickest(() => runUntil(i));
    // A prefix is never quicker than a shorter one; where the clock says so, the difference is below what it can show.
    const microseconds = Math.max(0, end - before);
    before = Math.max(before, end);
    return microseconds;
  });
  return withTable(
    costs.map((cost, i) => ({ ...cost, microseconds: own[i]!, share: before > 0 ? own[i]! / before : 0 })),
  );
}

export const costList = (costs: readonly KernelCost[]): readonly KernelCost[] => withTable(costs);

/** The list with a table as its string. */
function withTable<T extends KernelCost & Partial<KernelTime>>(rows: readonly T[]): readonly T[] {
  return Object.defineProperty([...rows], "toString", { value: () => table(rows), enumerable: false });
}

function table(rows: readonly (KernelCost & Partial<KernelTime>)[]): string {
  const timed = rows.some((row) => row.microseconds !== undefined);
  const head = ["kernel", "flops", "bytes", "instructions", ...(timed ? ["µs", "share"] : []), "from"];
  const lines = rows.map((row, i) => [
    `#${i} ${row.what}`,
    String(Math.round(row.flops)),
    String(row.bytes),
    String(row.instructions),
    ...(timed ? [row.microseconds!.toFixed(2), `${(100 * row.share!).toFixed(0)}%`] : []),
    row.origins.join(", "),
  ]);
  const widths = head.map((name, k) => Math.max(name.length, ...lines.map((line) => line[k]!.length)));
  const last = head.length - 1;
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : k === last ? cell : cell.padStart(widths[k]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
