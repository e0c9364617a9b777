// Kernel text of three programs: one loop over observations, one over the rows of a design matrix, one over rows and one over groups.
import { expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import type { Emit } from "../ir/op.js";
import type { Graph, Type, Value } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { optimise } from "../passes/optimise.js";
import { schedule } from "./schedule.js";

const f64 = (...shape: number[]): Type => ({ dtype: "f64", shape });

function build(
  inputs: Readonly<Record<string, Type>>,
  body: (e: Emit, x: readonly Value[]) => readonly Value[],
): Graph {
  const b = new Builder();
  const values = Object.entries(inputs).map(([name, t]) => b.input(t, name));
  return b.finish(body(ops.emitInto(b), values));
}

const spread = (e: Emit, x: Value, n: number): Value => e(ops.broadcast, [x], { shape: [n], dims: [] });
const kernels = (g: Graph): string => schedule(optimise(g, { verify: true }).main).toString();

test("a Normal log-density summed over the data is one loop without intermediates", () => {
  const graph = build({ mu: f64(), sigma: f64(), y: f64(1000) }, (e, [mu, sigma, y]) => {
    const z = e(ops.div, [e(ops.sub, [y!, spread(e, mu!, 1000)]), spread(e, sigma!, 1000)]);
    const half = e(ops.mul, [e.literal(-0.5, "f64", [1000]), e(ops.square, [z])]);
    return [e(ops.sum, [e(ops.sub, [half, spread(e, e(ops.log, [sigma!]), 1000)])], { axes: [0] })];
  });
  expect(kernels(graph)).toMatchInlineSnapshot(`
    "input mu: f64[1]
    input sigma: f64[1]
    input y: f64[1000]
    output out0: f64[1]
    %0 = sigma[0]
    %1 = log(%0)
    %2 = mu[0]
    for i0 in 0..1000 {
      %3 = y[i0]
      %4 = sub(%3, %2)
      %5 = square(%4)
      acc0 += %5
    }
    %6 = acc0
    %7 = div(%6, %0)
    %8 = div(%7, %0)
    %9 = mul(%8, -0.5)
    %10 = mul(%1, 1000)
    %11 = sub(%9, %10)
    out0[0] = %11"
  `);
});

test("a product with a matrix, a link and the transposed product are one loop over the rows", () => {
  const graph = build({ x: f64(500, 3), beta: f64(3), y: f64(500) }, (e, [x, beta, y]) => {
    const column = (v: Value, n: number): Value => e(ops.reshape, [v], { shape: [n, 1] });
    const eta = e(ops.reshape, [e(ops.matmul, [x!, column(beta!, 3)])], { shape: [500] });
    const rest = e(ops.sub, [y!, e(ops.sigmoid, [eta])]);
    const back = e(ops.matmul, [e(ops.transpose, [x!], { perm: [1, 0] }), column(rest, 500)]);
    return [e(ops.reshape, [back], { shape: [3] })];
  });
  expect(kernels(graph)).toMatchInlineSnapshot(`
    "input x: f64[1500]
    input beta: f64[3]
    input y: f64[500]
    output out0: f64[3]
    %0 = beta[0]
    %1 = beta[1]
    %2 = beta[2]
    for i0 in 0..500 {
      %3 = x[3*i0]
      %4 = mul(%3, %0)
      %5 = x[3*i0 + 1]
      %6 = mul(%5, %1)
      %7 = sum(%4, %6)
      %8 = x[3*i0 + 2]
      %9 = mul(%8, %2)
      %10 = sum(%7, %9)
      %11 = y[i0]
      %12 = sigmoid(%10)
      %13 = sub(%11, %12)
      %14 = mul(%3, %13)
      acc0 += %14
      %15 = mul(%5, %13)
      acc1 += %15
      %16 = mul(%8, %13)
      acc2 += %16
    }
    %17 = acc0
    %18 = acc1
    %19 = acc2
    out0[0] = %17
    out0[1] = %18
    out0[2] = %19"
  `);
});

test("looking up groups and adding up their residuals is one loop over rows and one over groups", () => {
  const graph = build(
    { a: f64(85), b: f64(), floor: f64(919), y: f64(919), county: { dtype: "i32", shape: [919] } },
    (e, [a, b, floor, y, county]) => {
      const level = e(ops.gather, [a!, county!], { axis: 0, batch: 0 });
      const mean = e(ops.add, [level, e(ops.mul, [floor!, spread(e, b!, 919)])]);
      const rest = e(ops.sub, [y!, mean]);
      const prior = e(ops.sum, [e(ops.square, [a!])], { axes: [0] });
      const data = e(ops.sum, [e(ops.square, [rest])], { axes: [0] });
      const groups = e(ops.scatterAdd, [e.literal(0, "f64", [85]), county!, rest], { axis: 0, batch: 0 });
      return [e(ops.add, [prior, data]), e(ops.sub, [groups, a!])];
    },
  );
  expect(kernels(graph)).toMatchInlineSnapshot(`
    "input a: f64[85]
    input b: f64[1]
    input floor: f64[919]
    input y: f64[919]
    input county: i32[919]
    temporary scatter: f64[340]
    output out0: f64[1]
    output out1: f64[85]
    %0 = b[0]
    scatter[..] = 0
    for i0 in 0..919 {
      %1 = y[i0]
      %2 = county[i0]
      %3 = max(%2, 0)
      %4 = min(%3, 84)
      %5 = a[%4]
      %6 = floor[i0]
      %7 = mul(%6, %0)
      %8 = add(%5, %7)
      %9 = sub(%1, %8)
      %10 = square(%9)
      acc0 += %10
      scatter[%4] += %9  (one of 4 copies, by SIMD lane)
    }
    for i1 in 0..85 {
      %11 = a[i1]
      %12 = square(%11)
      acc1 += %12
      %13 = scatter[i1]
      %14 = scatter[i1 + 85]
      %15 = sum(%13, %14)
      %16 = scatter[i1 + 170]
      %17 = sum(%15, %16)
      %18 = scatter[i1 + 255]
      %19 = sum(%17, %18)
      %20 = sub(%19, %11)
      out1[i1] = %20
    }
    %21 = acc1
    %22 = acc0
    %23 = add(%21, %22)
    out0[0] = %23"
  `);
});
