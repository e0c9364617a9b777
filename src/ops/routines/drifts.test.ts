// Drifts of gamma and beta quantiles at hard points against 50-digit values, and the implicit gradients of draws that are made of them.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { apply } from "../../trace/apply.js";
import { jvp } from "../../trace/derivatives.js";
import { jit } from "../../trace/lazy-jit.js";
import { np, type Tensor } from "../../tensor/index.js";
import { betaDrift, betaDriftDown, first, gammaDrift, logGammaDraw } from "../index.js";
import { double } from "./doubles.fixture.js";

const golden = new Map<string, number[][]>();
for (const line of readFileSync(new URL("drifts.golden.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")) {
  const fields = line.split(" ");
  if (fields.length === 1) golden.set(line, []);
  else [...golden.values()].at(-1)!.push(fields.map(double));
}

const columns = (name: string): Tensor[] => {
  const rows = golden.get(name)!;
  return rows[0].map((_, i) => np.array(rows.map((row) => row[i])));
};

function near(name: string, got: Tensor, relative: number, skip: (row: number[]) => boolean = () => false) {
  const bad = golden.get(name)!.flatMap((row, i) => {
    const want = row.at(-1)!;
    const error = Math.abs(got.at(i).item() / want - 1);
    return skip(row) || error < relative ? [] : [`${row.join(" ")}: ${error.toExponential(1)}`];
  });
  expect(bad).toEqual([]);
}

test("gammaDrift, eager and compiled", () => {
  const [a, x] = columns("gammaDrift");
  const f = (u: Tensor, v: Tensor): Tensor => apply(gammaDrift, [u, v]);
  near("gammaDrift", f(a, x), 1e-13);
  expect(jit(f)(a, x).data()).toEqual(f(a, x).data());
});

test("betaDrift, eager and compiled", () => {
  const [a, b, x] = columns("betaDrift");
  const f = (u: Tensor, v: Tensor, w: Tensor): Tensor => apply(betaDrift, [u, v, w]);
  near("betaDrift", f(a, b, x), 1e-12);
  expect(jit(f)(a, b, x).data()).toEqual(f(a, b, x).data());
});

test("betaDriftDown is the mirror image of betaDrift", () => {
  const [a, b, x] = columns("betaDrift");
  // 1 - (1 - x) is x where the digits of x allow.
  const exact = (row: number[]): boolean => 1 - (1 - row[2]) === row[2];
  near("betaDrift", apply(betaDriftDown, [b, a, np.subtract(1, x)]), 1e-12, (row) => !exact(row));
});

test("gradients of gamma draws are drifts over concentrations", () => {
  const [a, x] = columns("gammaDrift");
  const log = np.log(x);
  const draw = (u: Tensor): Tensor =>
    apply(logGammaDraw, [log, u], { graph: first([log, u].map((t) => t.type)) });
  const [, slope] = jvp(draw, [a], [a]);
  // A draw is kept by its logarithm, whose rounding counts where the concentration is large.
  near("gammaDrift", slope, 1e-12);
  near("gammaDrift", jit((u: Tensor) => jvp(draw, [u], [u])[1])(a), 1e-12);
});
