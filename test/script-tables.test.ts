// Tables that a sequential loop fills while it reads all that it wrote before (renewal equations, dynamic programs): values and
// gradients against plain JavaScript, and one slice written a step however many loops run at once.
import { expect, test } from "vitest";
import { infer, np } from "sinter";
import { dist, factor, sample, script, type Matrix, type Vector } from "sinter/script";

const T = 12;
const weights = Array.from({ length: T }, (_, t) => 0.5 * Math.exp(-0.4 * t));
const drift = Array.from({ length: 3 }, (_, m) =>
  Array.from({ length: T }, (_, t) => Math.sin(t + 2 * m) / 4),
);

/** The sum of all cases, in plain JavaScript. */
function cases(start: readonly number[]): number {
  let total = 0;
  start.forEach((y, m) => {
    const x = [y, y];
    for (let t = 2; t < T; t++) {
      let c = 0;
      for (let s = 0; s < t; s++) c += x[s]! * weights[t - s - 1]!;
      x[t] = Math.exp(drift[m]![t]!) * c * (1 - 0.01 * x[t - 1]!);
    }
    for (const v of x) total += v;
  });
  return total;
}

const ownTables = script((w: Vector, drift: Matrix) => {
  const y = sample("y", dist.Normal(0, 1).expand([drift.length]).toEvent(1));
  for (let m = 0; m < drift.length; m++) {
    const x = np.zeros([w.length]) as unknown as number[];
    for (let t = 0; t < 2; t++) x[t] = y[m];
    for (let t = 2; t < w.length; t++) {
      let c = 0;
      for (let s = 0; s < t; s++) c += x[s] * w[t - s - 1];
      x[t] = Math.exp(drift[m][t]) * c * (1 - 0.01 * x[t - 1]);
    }
    for (let t = 0; t < w.length; t++) factor(`x_${m}_${t}`, x[t]);
  }
});

const oneTable = script((w: Vector, drift: Matrix) => {
  const y = sample("y", dist.Normal(0, 1).expand([drift.length]).toEvent(1));
  const x = np.zeros([drift.length, w.length]) as unknown as number[][];
  for (let m = 0; m < drift.length; m++) for (let t = 0; t < 2; t++) x[m][t] = y[m];
  for (let t = 2; t < w.length; t++)
    for (let m = 0; m < drift.length; m++) {
      let c = 0;
      for (let s = 0; s < t; s++) c += x[m][s] * w[t - s - 1];
      x[m][t] = Math.exp(drift[m][t]) * c * (1 - 0.01 * x[m][t - 1]);
    }
  for (let m = 0; m < drift.length; m++) for (let t = 0; t < w.length; t++) factor(`x_${m}_${t}`, x[m][t]);
});

test.each([
  ["a table each", ownTables],
  ["one table", oneTable],
] as const)("%s", (_, model) => {
  const density = infer.logDensity(model as never, [np.array(weights), np.array(drift)]);
  const q = [0.4, -0.7, 1.3];
  const gradient = new Float64Array(3);
  const prior = 3 * Math.log(Math.sqrt(2 * Math.PI));
  const wanted = (y: readonly number[]): number => cases(y) - y.reduce((s, v) => s + v * v, 0) / 2 - prior;
  expect(density.logDensityGradient(q, gradient)).toBeCloseTo(wanted(q), 11);
  q.forEach((_, i) => {
    const at = (h: number): number => wanted(q.map((v, k) => (k === i ? v + h : v)));
    const h = 1e-3;
    expect(gradient[i]).toBeCloseTo((8 * (at(h) - at(-h)) - at(2 * h) + at(-2 * h)) / (12 * h), 8);
  });
  const text = String(density.lowered.optimized);
  const forward = text.split("back_")[0]!;
  expect(forward).toContain("setAt");
  expect(forward).not.toContain("scatterAdd");
  density.dispose();
});

test("with a test on what was computed, and an index that is computed", () => {
  const model = script((n: number) => {
    const a = sample("a", dist.Normal(0, 1).expand([n]).toEvent(1));
    const x = np.zeros([n, 2]) as unknown as number[][];
    let at = 0;
    for (let t = 0; t < n; t++) {
      if (x[at][0] < 1.5) x[at][t % 2 === 0 ? 0 : 1] += a[t];
      at = (at + 2) % n;
    }
    for (let t = 0; t < n; t++) for (let k = 0; k < 2; k++) factor(`x_${t}_${k}`, (1 + t) * x[t][k]);
  });
  const q = [1, 0.3, -0.4, 0.9, 0.2];
  const x = q.map(() => [0, 0]);
  let at = 0;
  q.forEach((a, t) => {
    if (x[at]![0]! < 1.5) x[at]![t % 2]! += a;
    at = (at + 2) % 5;
  });
  const value = x.reduce((s, row, t) => s + (1 + t) * (row[0]! + row[1]!), 0);
  const prior = q.reduce((s, a) => s - (a * a) / 2 - Math.log(Math.sqrt(2 * Math.PI)), 0);
  const density = infer.logDensity(model as never, [5]);
  expect(density.logDensity(q)).toBeCloseTo(value + prior, 11);
  density.dispose();
});
