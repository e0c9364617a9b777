// The reference meaning of movements: an index map and dense data in, dense data out.
import type { Index, IndexMap } from "../../ir/index-map.js";
import type { Data, Type } from "../../ir/types.js";
import { allocate, sizeOf } from "../../ir/types.js";

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

function at(index: Index, where: readonly number[]): number {
  switch (index.kind) {
    case "const":
      return index.value;
    case "axis":
      return where[index.axis];
    case "add":
      return at(index.a, where) + at(index.b, where);
    case "scale":
      return at(index.a, where) * index.by;
    case "div":
      return Math.floor(at(index.a, where) / index.by);
    case "mod":
      return at(index.a, where) % index.by;
  }
}

/** Reads an index that is affine (no div, mod) into its coefficients per output axis. */
function affine(index: Index, by: number, coefficients: number[]): number | null {
  switch (index.kind) {
    case "const":
      return index.value * by;
    case "axis":
      coefficients[index.axis] += by;
      return 0;
    case "add": {
      const a = affine(index.a, by, coefficients);
      const b = affine(index.b, by, coefficients);
      return a === null || b === null ? null : a + b;
    }
    case "scale":
      return affine(index.a, by * index.by, coefficients);
    case "div":
    case "mod":
      return null;
  }
}

export function evaluateMovement(map: IndexMap, x: Data, input: Type, output: Type): Data {
  const out = allocate(output);
  const words = input.dtype === "key" ? 2 : 1;
  const rank = output.shape.length;
  const strides = stridesOf(input.shape);
  const step = new Array<number>(rank).fill(0);
  let base: number | null = 0;
  map.index.forEach((index, i) => {
    const b = affine(index, strides[i], step);
    base = base === null || b === null ? null : base + b;
  });
  if (base !== null && words === 1) moveRows(map, x, out, output.shape, base, step);
  else moveSingly(map, x, out, output.shape, strides, words);
  return out;
}

/** Affine index maps: along the last axis one plain loop with a constant stride. */
function moveRows(
  map: IndexMap,
  x: Data,
  out: Data,
  shape: readonly number[],
  base: number,
  step: readonly number[],
): void {
  const rank = shape.length;
  const last = rank === 0 ? 1 : shape[rank - 1];
  const stride = rank === 0 ? 0 : step[rank - 1];
  const { within } = map;
  const [low, high] = within && rank > 0 ? within[rank - 1] : [0, last];
  if (within) out.fill(map.fill ?? 0);
  const where = new Array<number>(rank).fill(0);
  for (let row = 0, from = base; row < out.length; row += last) {
    let inside = true;
    if (within)
      for (let d = 0; d < rank - 1; d++) inside &&= where[d] >= within[d][0] && where[d] < within[d][1];
    if (inside) {
      let at = from + stride * low;
      for (let i = low; i < high; i++, at += stride) out[row + i] = x[at];
    }
    for (let d = rank - 2; d >= 0; d--) {
      from += step[d];
      if (++where[d] < shape[d]) break;
      from -= step[d] * shape[d];
      where[d] = 0;
    }
  }
}

function moveSingly(
  map: IndexMap,
  x: Data,
  out: Data,
  shape: readonly number[],
  strides: readonly number[],
  words: 1 | 2,
): void {
  const rank = shape.length;
  const n = sizeOf(shape);
  const where = new Array<number>(rank).fill(0);
  for (let i = 0; i < n; i++) {
    const inside = !map.within || map.within.every(([lo, hi], d) => where[d] >= lo && where[d] < hi);
    if (inside) {
      let from = 0;
      map.index.forEach((index, d) => (from += strides[d] * at(index, where)));
      for (let w = 0; w < words; w++) out[words * i + w] = x[words * from + w];
    } else for (let w = 0; w < words; w++) out[words * i + w] = map.fill ?? 0;
    for (let d = rank - 1; d >= 0 && ++where[d] === shape[d]; d--) where[d] = 0;
  }
}
