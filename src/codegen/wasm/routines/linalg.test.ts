// Factorisations and solves compiled against their reference rows, bit for bit, for sides around the panel and lane sizes.
import { describe, expect, test } from "vitest";
import { Builder } from "../../../ir/builder.js";
import type { Op } from "../../../ir/op.js";
import type { Data, Params, Type } from "../../../ir/types.js";
import { allocate, sizeOf } from "../../../ir/types.js";
import * as ops from "../../../ops/index.js";
import { firstDifference, runBoth } from "../../../runtime/run-both.fixture.js";

/** Repeatable numbers in [-1, 1). */
function fill(type: Type, seed: number): Data {
  const out = allocate(type);
  let state = seed;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state / 2 ** 31 - 1;
  }
  return out;
}

/** x x' + n on the diagonal: well conditioned and positive definite. */
function definite(type: Type, seed: number): Data {
  const x = fill(type, seed);
  const n = type.shape[type.shape.length - 1]!;
  const out = allocate(type);
  for (let b = 0; b < sizeOf(type.shape.slice(0, -2)); b++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let s = i === j ? n : 0;
        for (let k = 0; k < n; k++) s += x[(b * n + i) * n + k]! * x[(b * n + j) * n + k]!;
        out[(b * n + i) * n + j] = s;
      }
  return out;
}

function agree(op: Op, types: readonly Type[], data: readonly Data[], params: Params = {}): void {
  const b = new Builder(op.name);
  const graph = b.finish(
    b.emit(
      op,
      types.map((t) => b.input(t)),
      params,
    ),
  );
  const { wanted, got } = runBoth(graph, data);
  const shown = types.map((t) => `${t.dtype}[${t.shape.join(",")}]`).join(" ");
  expect(firstDifference(wanted, got), `${op.name} ${shown} ${JSON.stringify(params)}`).toBeNull();
}

const sides = [1, 2, 3, 4, 5, 7, 8, 13, 21, 26];

describe.each(["f64", "f32"] as const)("%s", (dtype) => {
  const matrix = (...shape: number[]): Type => ({ dtype, shape });
  test("cholesky", () => {
    for (const n of sides) agree(ops.cholesky, [matrix(2, n, n)], [definite(matrix(2, n, n), n)]);
    const bad = definite(matrix(9, 9), 3);
    bad[7 * 9 + 7] = -1;
    agree(ops.cholesky, [matrix(9, 9)], [bad]);
  });
  test("triangularSolve", () => {
    for (const n of sides)
      for (const columns of [1, 2, 3, 6])
        for (const how of [0, 1, 2, 3, 4, 5, 6, 7]) {
          const params = { lower: (how & 1) === 1, trans: (how & 2) === 2, unit: (how & 4) === 4 };
          if (n > 8 && columns > 2) continue;
          const [a, b] = [matrix(n, n), matrix(n, columns)];
          agree(ops.triangularSolve, [a, b], [definite(a, n), fill(b, 7)], params);
        }
  });
  test("lu", () => {
    for (const n of sides) agree(ops.lu, [matrix(2, n, n)], [fill(matrix(2, n, n), n)]);
    const singular = fill(matrix(4, 4), 5);
    for (let i = 0; i < 4; i++) singular[4 * i + 1] = 0;
    agree(ops.lu, [matrix(4, 4)], [singular]);
  });
  test("eigh", () => {
    for (const n of sides) agree(ops.eigh, [matrix(2, n, n)], [fill(matrix(2, n, n), n)]);
    const identity = allocate(matrix(3, 3));
    for (let i = 0; i < 3; i++) identity[4 * i] = 1;
    agree(ops.eigh, [matrix(3, 3)], [identity]);
  });
  test("qr and svd", () => {
    const shapes = [[1, 1], [3, 3], [5, 2], [2, 5], [8, 7], [13, 4], [1, 6], [6, 1]] as const; // prettier-ignore
    for (const [m, n] of shapes)
      for (const op of [ops.qr, ops.svd]) agree(op, [matrix(2, m, n)], [fill(matrix(2, m, n), m + n)]);
    // Of rank one, and of rank none: left vectors are filled in.
    const one = fill(matrix(4, 3), 2);
    for (let i = 0; i < 4; i++) for (let j = 1; j < 3; j++) one[3 * i + j] = 2 * one[3 * i]!;
    for (const op of [ops.qr, ops.svd]) {
      agree(op, [matrix(4, 3)], [one]);
      agree(op, [matrix(3, 4)], [allocate(matrix(3, 4))]);
    }
  });
});
