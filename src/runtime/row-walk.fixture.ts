// What walks over rows share: shapes, dtypes, special numbers, and one graph of many cases compared with the interpreter.
import { Builder } from "../ir/builder.js";
import type { Op } from "../ir/op.js";
import type { Data, DType, Params, Shape, Type, Value } from "../ir/types.js";
import { allocate, isFloat, showType } from "../ir/types.js";
import type { Case } from "../ops/row-cases.fixture.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";

export const numbers: readonly DType[] = ["f64", "f32", "i32", "u32"];
export const dtypes: readonly DType[] = [...numbers, "bool", "key"];
export const shapes: readonly Shape[] = [
  ...[[], [1], [2], [3], [5], [7], [8], [33], [100], [101], [0]],
  ...[
    [3, 4],
    [40, 50],
    [200, 3],
    [3, 200],
    [2, 0],
    [2, 3, 5],
    [6, 5, 2],
  ],
];

/** For elementwise rows: without a loop, one lane of a pair, pairs and a remainder, nothing, rows. */
export const fewShapes: readonly Shape[] = [[], [3], [37], [0], [30, 3]];

/** Uniform numbers in [0, 1) (a Weyl sequence, scrambled), so that failures repeat. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    const z = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return ((z ^ (z >>> 13)) >>> 0) / 2 ** 32;
  };
}

export const tiny = 2 ** -1074;
export const odd: readonly number[] = [
  ...[0, -0, 1, -1, 0.5, -0.5, 2, -2, 3.5, NaN, Infinity, -Infinity, tiny, -tiny, 1e-310, 2.5, -1.5],
  ...[1e300, -1e300, 1.7976931348623157e308, 1e-40, 709.5, -745.5, 4294967296.5, -2147483649, 1e22],
];
export const oddInts: readonly number[] = [
  0, 1, -1, 2, -2, 7, 31, 32, 33, 0x7fffffff, -0x80000000, 0x55555555,
];

/** Random elements; with `special` a third of them odd numbers. */
export function fill(type: Type, next: () => number, special: boolean, [low, high] = [-2, 2]): Data {
  const out = allocate(type);
  for (let i = 0; i < out.length; i++) {
    const some = special && next() < 0.35;
    if (type.dtype === "bool") out[i] = next() < 0.5 ? 0 : 1;
    else if (type.dtype === "key") out[i] = Math.floor(next() * 2 ** 32);
    else if (isFloat(type.dtype))
      out[i] = some ? odd[Math.floor(next() * odd.length)]! : low! + (high! - low!) * next();
    else if (some) out[i] = oddInts[Math.floor(next() * oddInts.length)]!;
    else out[i] = Math.floor(next() * 12) - (type.dtype === "i32" ? 4 : 0);
  }
  return out;
}

export interface Part extends Case {
  readonly op: Op;
  readonly data: readonly Data[];
}

/** One graph that applies a row to every case, with inputs of its own for each. */
export function together(parts: readonly Part[], bound = false, tolerance = 0): void {
  const b = new Builder(parts[0]!.op.name);
  const outputs = parts.flatMap((p): readonly Value[] =>
    b.emit(
      p.op,
      p.inputs.map((t) => b.input(t)),
      p.params ?? {},
    ),
  );
  const graph = b.finish(outputs);
  const inputs = parts.flatMap((p) => p.data);
  const flags = graph.inputs.map((_, i) => bound && i % 2 === 0);
  const { wanted, got } = runBoth(graph, inputs, flags);
  const labels = parts.flatMap((p) => p.op.infer(p.inputs, p.params ?? {}).map(() => p));
  for (const [i, p] of labels.entries()) {
    const found = firstDifference([wanted[i]!], [got[i]!], tolerance);
    if (found === null) continue;
    const types = p.inputs.map(showType).join(", ");
    throw new Error(`${p.op.name}(${types}) ${JSON.stringify(p.params ?? {})}: ${found}`);
  }
}

export const accepted = (op: Op, inputs: readonly Type[], params: Params): boolean => {
  try {
    op.infer(inputs, params);
    return true;
  } catch {
    return false;
  }
};

export const make = (
  op: Op,
  inputs: readonly Type[],
  params: Params,
  next: () => number,
  special: boolean,
): Part => ({
  op,
  inputs,
  params,
  data: inputs.map((t) => fill(t, next, special)),
});
