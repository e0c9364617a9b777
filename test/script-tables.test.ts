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

/** The optimised graph's text of a script over one vector. */
function textOf(model: unknown, ...args: unknown[]): { text: string; at: (q: readonly number[]) => number } {
  const density = infer.logDensity(model as never, args);
  return { text: String(density.lowered.optimized), at: (q) => density.logDensity(q) };
}
const y = Array.from({ length: 30 }, (_, t) => Math.sin(t) + t / 20);
const half = 0.5 * Math.log(2 * Math.PI);

test("a table that each step writes and reads in one place only is not carried", () => {
  const model = script((y: Vector) => {
    const theta = sample("theta", dist.Normal(0, 1));
    const nu = np.zeros([y.length]) as unknown as number[];
    const error = np.zeros([y.length]) as unknown as number[];
    nu[0] = theta;
    error[0] = y[0] - nu[0];
    for (let t = 1; t < y.length; t++) {
      nu[t] = theta * error[t - 1] + 0.3;
      error[t] = y[t] - nu[t];
    }
    for (let t = 0; t < y.length; t++) factor(`e_${t}`, -error[t] * error[t] + nu[t]);
  });
  const { text, at } = textOf(model, np.array(y));
  expect(text).not.toContain("setAt");
  const wanted = (theta: number): number => {
    let [nu, e] = [theta, y[0]! - theta];
    let sum = -e * e + nu;
    for (let t = 1; t < y.length; t++) {
      nu = theta * e + 0.3;
      e = y[t]! - nu;
      sum += -e * e + nu;
    }
    return sum - theta ** 2 / 2 - half;
  };
  for (const theta of [0.4, -0.8]) expect(at([theta])).toBeCloseTo(wanted(theta), 10);
});

test("a loop that slides along with the loop around it runs over its own length", () => {
  const model = script((n: number, w: number) => {
    const x = sample("x", dist.Normal(0, 1).expand([n]).toEvent(1));
    for (let t = w; t < n; t++) {
      let s = 0;
      for (let k = t - w; k <= t - 1; k++) {
        if (k === 3) continue;
        s += x[k] * (k - t);
      }
      factor(`s_${t}`, s * s);
    }
  });
  const { text, at } = textOf(model, 40, 11);
  expect(text).not.toMatch(/\[29,(39|40)\]/);
  const q = Array.from({ length: 40 }, (_, i) => Math.cos(3 * i));
  let value = 0;
  for (let t = 11; t < 40; t++) {
    let s = 0;
    for (let k = t - 11; k < t; k++) if (k !== 3) s += q[k]! * (k - t);
    value += s * s;
  }
  expect(at(q)).toBeCloseTo(value - q.reduce((s, v) => s + v * v, 0) / 2 - 40 * half, 9);
});

test("elements chosen by several indices make no rows", () => {
  const model = script((row: Vector, column: Vector) => {
    const m = sample("m", dist.Normal(0, 1).expand([4, 50]).toEvent(2)) as unknown as number[][];
    for (let i = 0; i < row.length; i++)
      factor(`f_${i}`, m[row[i]][column[i]] * i + m[row[i]][7] + m[2][column[i]]);
  });
  const [row, column] = [0, 1, 2].map((k) =>
    Array.from({ length: 30 }, (_, i) => (i * (7 + k) + k) % (k ? 50 : 4)),
  );
  const { text, at } = textOf(model, np.array(row!), np.array(column!));
  expect(text).not.toContain("f64[30,50]");
  const q = Array.from({ length: 200 }, (_, i) => Math.sin(i));
  const value = row!.reduce(
    (s, r, i) => s + q[50 * r + column![i]!]! * i + q[50 * r + 7]! + q[100 + column![i]!]!,
    0,
  );
  expect(at(q)).toBeCloseTo(value - q.reduce((s, v) => s + v * v, 0) / 2 - 200 * half, 9);
});
