// In: one row a model. Out: the printed table of microseconds and ratios, with geometric means.

export interface Row {
  model: string;
  dim: number;
  simulated: boolean;
  /** Microseconds a gradient by contender; absent where it has no form of the model or failed. */
  us: Record<string, number>;
  compileMs: Record<string, number>;
}

/** Geometric mean of positive numbers; NaN when there are none. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  return Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
}

/** Peer's time over ours, for every row that has both. */
export function ratios(rows: readonly Row[], peer: string): number[] {
  return rows.filter((r) => r.us[peer] > 0 && r.us.ours > 0).map((r) => r.us[peer] / r.us.ours);
}

const figure = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "-" : value >= 100 ? value.toFixed(0) : value.toPrecision(3);

export function table(rows: readonly Row[], contenders: readonly string[]): string {
  const withOurs = contenders.includes("ours");
  const others = contenders.filter((c) => c !== "ours");
  const header = [
    "model",
    "dim",
    ...contenders.map((c) => `${c} us`),
    ...(withOurs ? others.map((c) => `${c}/ours`) : []),
  ];
  const lines = rows.map((row) => [
    row.model + (row.simulated ? " (SIMULATED)" : ""),
    String(row.dim),
    ...contenders.map((c) => figure(row.us[c])),
    ...(withOurs ? others.map((c) => figure(row.us[c] / row.us.ours)) : []),
  ]);
  if (withOurs) {
    const means = others.map((c) => figure(geometricMean(ratios(rows, c))));
    lines.push(["geometric mean", "", ...contenders.map(() => ""), ...means]);
  }
  const widths = header.map((_, i) => Math.max(...[header, ...lines].map((line) => line[i].length)));
  const print = (line: readonly string[]): string =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  return [print(header), ...lines.map(print)].join("\n");
}
