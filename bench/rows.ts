// Logistic regressions of 10 columns and 1e3 to 1e6 rows in; nanoseconds a row, ours and XLA's in one run, answers checked, out.
// Both layouts of the design are measured, a line per row and a line per column, as either may be what a user has.
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { dist, infer, np, sample, type Tensor } from "sinter";
import { readAlone } from "./read-alone.js";
import { LineServer } from "./peers/line-server.js";
import { Random } from "./peers/random.js";

const COLUMNS = 10;
const SIZES = [1e3, 1e4, 1e5, 1e6];
const ROUNDS = 4;
/** Seconds of a batch. */
const BATCH = 0.05;

const LAYOUTS = ["rows", "columns"] as const;

const beta = (): Tensor => sample("beta", dist.Normal(0, 1).expand([COLUMNS]).toEvent(1));
const models = {
  rows: (x: Tensor, y: Tensor): void => {
    sample("y", dist.Bernoulli({ logits: np.matmul(x, beta()) }), { obs: y });
  },
  columns: (x: Tensor, y: Tensor): void => {
    sample("y", dist.Bernoulli({ logits: np.matmul(beta(), x) }), { obs: y });
  },
};

interface Answer {
  readonly value: number;
  readonly gradient: readonly number[];
}

const home =
  process.env.SINTER_PEERS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sinter-peers");
const folder = resolve("build/rows");
mkdirSync(folder, { recursive: true });
const xla = new LineServer("xla", join(home, "venv/bin/python"), [resolve("bench/peers/rows_bench.py")]);
const point = Float64Array.from({ length: COLUMNS }, (_, j) => 0.3 - 0.06 * j);
let failed = false;

console.log("layout   rows         ours ns/row    XLA ns/row    XLA/ours   reading alone ns/row");
for (const layout of LAYOUTS) {
  const perRow: number[] = [];
  for (const n of SIZES) {
    const random = new Random(20);
    const x = Float64Array.from({ length: n * COLUMNS }, () => random.normal());
    const y = Float64Array.from({ length: n }, (_, i) => {
      let t = 0;
      for (let j = 0; j < COLUMNS; j++) t += point[j] * x[i * COLUMNS + j];
      return random.uniform() < 1 / (1 + Math.exp(-t)) ? 1 : 0;
    });
    const design =
      layout === "rows" ? x : Float64Array.from(x, (_, i) => x[(i % n) * COLUMNS + Math.floor(i / n)]);
    const shape = layout === "rows" ? [n, COLUMNS] : [COLUMNS, n];
    const [xPath, yPath] = [join(folder, "x.f64"), join(folder, "y.f64")];
    writeFileSync(xPath, new Uint8Array(design.buffer));
    writeFileSync(yPath, new Uint8Array(y.buffer));
    const density = infer.logDensity(models[layout], [np.array(design).reshape(shape), np.array(y)]);
    const gradient = new Float64Array(COLUMNS);
    const value = density.logDensityGradient(point, gradient);
    const theirs = await xla.ask<Answer>({ do: "prepare", x: xPath, y: yPath, shape, point: [...point] });
    const apart = Math.max(
      Math.abs(value / theirs.value - 1),
      ...theirs.gradient.map((g, j) => Math.abs(g - gradient[j]) / (1 + Math.abs(g))),
    );
    if (!(apart < 1e-8)) {
      console.error(
        `bench:rows: FAILED ${layout}, ${n}: ours and XLA's answers are ${apart.toExponential(1)} apart; not timed.`,
      );
      failed = true;
      continue;
    }
    const q = point.slice();
    const calls = (count: number): number => {
      const start = performance.now();
      for (let i = 0; i < count; i++) {
        q[i % COLUMNS] += 1e-12;
        density.logDensityGradient(q, gradient);
      }
      return (performance.now() - start) / 1000;
    };
    let count = 1;
    while (calls(count) < BATCH / 4) count *= 2;
    // The same bytes, design and response, read and added up.
    const read = readAlone(n * (COLUMNS + 1));
    const reads = (): number => {
      const start = performance.now();
      for (let i = 0; i < count; i++) read();
      return (performance.now() - start) / 1000;
    };
    let [ours, xlas, alone] = [Infinity, Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      for (let part = 0; part < 4; part++) {
        ours = Math.min(ours, calls(count) / count);
        alone = Math.min(alone, reads() / count);
      }
      xlas = Math.min(xlas, (await xla.ask<{ seconds: number }>({ do: "time", seconds: BATCH })).seconds);
    }
    density.dispose();
    const [a, b, c] = [ours, xlas, alone].map((seconds) => (seconds / n) * 1e9);
    perRow.push(a);
    console.log(
      `${layout.padEnd(9)}${n.toExponential(0).padEnd(8)}${a.toFixed(2).padStart(16)}${b.toFixed(2).padStart(14)}${(b / a).toFixed(2).padStart(12)}${c.toFixed(2).padStart(20)}`,
    );
  }
  console.log(
    `${layout}: slowest over quickest size ${(Math.max(...perRow) / Math.min(...perRow)).toFixed(2)}`,
  );
}
xla.stop();
if (failed) process.exitCode = 1;
