// Types in, random contents out, and how nearly two results agree: shared by the tests that compare graphs by running them.
import type { Data, Graph, Type } from "../../src/ir/types.js";
import { allocate } from "../../src/ir/types.js";

/** Uniform numbers in [0, 1) from a seed (the 32-bit mixer "splitmix"). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}

const special = [NaN, Infinity, -Infinity, -0, 0, 1, -1];

/** `wild` mixes in NaN, infinities, zeros of both signs, and large and small magnitudes. */
export function randomData(type: Type, random: () => number, wild: boolean): Data {
  const data = allocate(type);
  for (let i = 0; i < data.length; i++) {
    const u = random();
    if (type.dtype === "bool") data[i] = u < 0.5 ? 0 : 1;
    else if (type.dtype === "i32") data[i] = Math.floor(u * 9) - 2;
    else if (type.dtype === "u32") data[i] = Math.floor(u * 9);
    else if (type.dtype === "key") data[i] = Math.floor(u * 2 ** 32);
    else if (wild && random() < 0.3) data[i] = special[Math.floor(random() * special.length)];
    else data[i] = (u * 6 - 3) * (wild && random() < 0.2 ? 10 ** Math.floor(random() * 40 - 20) : 1);
  }
  return data;
}

export const randomInputs = (graph: Graph, random: () => number, wild: boolean): Data[] =>
  graph.inputs.map((v) => randomData(v.type, random, wild));

/**
 * The first element at which two results differ, or null. A NaN equals a NaN, and unless `signs` is set zeros of either
 * sign are equal (the design's licence); differences up to the tolerance relative to max(1, |x|) are allowed.
 */
export function difference(
  a: readonly Data[],
  b: readonly Data[],
  tolerance = 0,
  signs = false,
): string | null {
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k], b[k]];
    if (x.constructor !== y.constructor || x.length !== y.length)
      return `output ${k}: ${x.length} and ${y.length} elements`;
    for (let i = 0; i < x.length; i++) {
      if (Object.is(x[i], y[i]) || (x[i] === y[i] && !signs)) continue;
      const near = Math.abs(x[i] - y[i]) <= tolerance * Math.max(1, Math.abs(x[i]));
      if (!near) return `output ${k}, element ${i}: ${x[i]} and ${y[i]}`;
    }
  }
  return null;
}
