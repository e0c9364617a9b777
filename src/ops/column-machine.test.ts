// Long arrays run on columns, single elements on numbers: every elementwise row must give the same bits either way.
import { describe, expect, test } from "vitest";
import type { Data, DType, Params, Type } from "../ir/types.js";
import { allocate } from "../ir/types.js";
import { opTable } from "./index.js";
import type { Elementwise } from "../ir/op.js";

const LENGTH = 600;
const special = [
  0,
  -0,
  1,
  -1,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  1e308,
  -1e-300,
  0.5,
  -0.5,
  2.5,
  1e10,
  -745.2,
];

/** Special numbers in all neighbourly pairs first, then an even spread over the row's range. */
function fill(dtype: DType, [low, high]: readonly [number, number], which: number): Data {
  const out = allocate({ dtype, shape: [LENGTH] });
  for (let i = 0; i < LENGTH; i++) {
    const even = low + (high - low) * (((i * 0.6180339887498949 * (which + 1)) % 1) as number);
    if (dtype === "f64") out[i] = i < 225 ? special[which === 0 ? i % 15 : Math.floor(i / 15)] : even;
    else if (dtype === "bool") out[i] = ((i >> which) & 1) as number;
    else out[i] = Math.round(1e9 * Math.sin(i * (which + 1)));
  }
  return out;
}

const at = (data: Data, i: number): Data => data.slice(i, i + 1);

/** Dtypes that a row accepts for all numeric operands alike; a test comes first where one is needed. */
function signatures(op: Elementwise, params: Params): DType[][] {
  const n = op.range.length;
  const all = (["f64", "i32", "u32", "bool"] as const).map((d): DType[] => new Array<DType>(n).fill(d));
  const withTest = all.map((list): DType[] => ["bool", ...list.slice(1)]);
  return [...all, ...withTest].filter((dtypes) => {
    try {
      op.infer(typesOf(dtypes, 1), params);
      return true;
    } catch {
      return false;
    }
  });
}
const typesOf = (dtypes: readonly DType[], n: number): Type[] =>
  dtypes.map((dtype) => ({ dtype, shape: [n] }));

const host = {
  interpret: (): never => {
    throw new Error("elementwise rows hold no graphs");
  },
};

describe("columns", () => {
  const rows = [...opTable.values()].filter((op): op is Elementwise => op.kind === "elementwise");
  // Only conversions have parameters: the dtype to convert to.
  const kinds = ["f64", "i32", "u32", "bool"].map((dtype) => ({ dtype }));
  const cases = rows.flatMap((op) =>
    signatures(op, {}).length > 0
      ? [[op.name, op, {}] as const]
      : kinds.map((p) => [`${op.name} to ${p.dtype}`, op, p] as const),
  );
  test.each(cases)("%s", (_, op, params) => {
    const found = signatures(op, params);
    const differ: string[] = [];
    for (const dtypes of found) {
      const inputs = dtypes.map((d, i) => fill(d, op.range[i] ?? [-2, 2], i));
      const [outType] = op.infer(typesOf(dtypes, LENGTH), params);
      const types = { inputs: typesOf(dtypes, LENGTH), outputs: [outType] };
      const [whole] = op.evaluate(inputs, params, types, host);
      const one = { inputs: typesOf(dtypes, 1), outputs: [{ ...outType, shape: [1] }] };
      for (let i = 0; i < LENGTH; i++) {
        const [single] = op.evaluate(
          inputs.map((x) => at(x, i)),
          params,
          one,
          host,
        );
        const same = Number.isNaN(single[0]) ? Number.isNaN(whole[i]) : Object.is(whole[i], single[0]);
        if (!same)
          differ.push(`${dtypes.join()} of ${inputs.map((x) => x[i]).join()}: ${whole[i]}, not ${single[0]}`);
      }
    }
    expect(differ).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
  });
});
