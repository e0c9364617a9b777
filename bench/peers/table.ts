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
export function ratios(rows: readonly Row[], peer: string, ours = "ours"): number[] {
  return rows.filter((r) => r.us[peer] > 0 && r.us[ours] > 0).map((r) => r.us[peer] / r.us[ours]);
}

const figure = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "-" : value >= 100 ? value.toFixed(0) : value.toPrecision(3);

/** `ours`: the ways in which we are called, each with a ratio to every peer. */
export function table(rows: readonly Row[], ours: readonly string[], peers: readonly string[]): string {
  const contenders = [...ours, ...peers];
  const pairs = ours.flatMap((own) => peers.map((peer) => ({ own, peer })));
  const header = [
    "model",
    "dim",
    ...contenders.map((c) => `${c} us`),
    ...pairs.map(({ own, peer }) => `${peer}/${own}`),
  ];
  const lines = rows.map((row) => [
    row.model + (row.simulated ? " (SIMULATED)" : ""),
    String(row.dim),
    ...contenders.map((c) => figure(row.us[c])),
    ...pairs.map(({ own, peer }) => figure(row.us[peer] / row.us[own])),
  ]);
  if (pairs.length > 0) {
    const means = pairs.map(({ own, peer }) => figure(geometricMean(ratios(rows, peer, own))));
    lines.push(["geometric mean", "", ...contenders.map(() => ""), ...means]);
  }
  const widths = header.map((_, i) => Math.max(...[header, ...lines].map((line) => line[i].length)));
  const print = (line: readonly string[]): string =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  return [print(header), ...lines.map(print)].join("\n");
}
