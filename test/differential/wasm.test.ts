// Random programs with control flow, compiled and interpreted. DIFFERENTIAL_GRAPHS sets how many (200), DIFFERENTIAL_SEED where to begin.
import { describe, expect, test } from "vitest";
import type { Data, Graph } from "../../src/ir/types.js";
import { verify } from "../../src/ir/verify.js";
import { firstDifference, runBoth } from "../../src/runtime/run-both.fixture.js";
import { difference, randomFrom, randomInputs } from "./random-data.js";
import { allElementwise, smoothElementwise } from "./random-graph.js";
import { exactElementwise, randomProgram, type ProgramOptions } from "./random-program.js";
import { report, type Check } from "./shrink.js";

const graphs = Number(process.env.DIFFERENTIAL_GRAPHS ?? 200);
const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 1);

interface Kind extends Omit<ProgramOptions, "depth" | "equations" | "empty"> {
  readonly share: number;
  readonly wild: boolean;
  readonly compare: (wanted: readonly Data[], got: readonly Data[]) => string | null;
}

const kinds: Readonly<Record<string, Kind>> = {
  // Sums of small whole numbers are exact in any order; only the sign of a zero sum may differ.
  "whole numbers, to the bit": {
    share: 0.5,
    wild: false,
    elementwise: exactElementwise,
    dtypes: ["f64", "i32", "f64", "bool", "f32", "u32", "key"],
    compare: (a, b) => difference(a, b),
  },
  "special numbers through every row, to the bit": {
    share: 0.3,
    wild: true,
    orderFree: true,
    elementwise: allElementwise,
    dtypes: ["f64", "i32", "f64", "f32", "bool"],
    compare: (a, b) => firstDifference(a, b),
  },
  "smooth functions, to rounding": {
    share: 0.2,
    wild: false,
    elementwise: smoothElementwise,
    dtypes: ["f64"],
    compare: (a, b) => difference(a, b, 1e-8),
  },
};

const round = (x: Data): Data => x.map((v: number) => Math.round(v)) as Data;
/** Beyond this, sums of whole numbers round and rounding errors are no longer small. */
const moderate = (data: readonly Data[]): boolean =>
  data.every((x) => x.every((v: number) => !(Math.abs(v) > 1e6)));
const isFloatData = (x: Data): boolean => x instanceof Float64Array || x instanceof Float32Array;

describe("random programs", () => {
  test.each(Object.entries(kinds))("%s", (_, kind) => {
    let compared = 0;
    const count = Math.ceil(graphs * kind.share);
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const random = randomFrom(seed);
      const graph: Graph = randomProgram(random, { ...kind, equations: 14, empty: true, depth: 2 });
      verify(graph);
      let inputs = randomInputs(graph, random, kind.wild);
      if (kind.elementwise === exactElementwise) inputs = inputs.map((x) => (isFloatData(x) ? round(x) : x));
      const pattern = random() * 3;
      const bound = graph.inputs.map(() => (pattern < 1 ? false : pattern < 2 ? random() < 0.5 : true));
      const exact = kind.elementwise === exactElementwise;
      const check: Check = (c) => {
        const { given, wanted, got } = runBoth(c.graph, c.inputs, c.bound);
        if (!kind.wild && !moderate(given.filter(isFloatData))) return null;
        compared++;
        const found = kind.compare(wanted, got);
        if (found !== null) return found;
        // The passes as well: what the compiled program gives is what was asked for.
        const asked = kind.wild ? null : difference(given, got, exact ? 0 : 1e-8);
        return asked === null ? null : `against the graph as given: ${asked}`;
      };
      let found: string | null;
      try {
        found = check({ graph, inputs, bound });
      } catch (error) {
        found = `throws ${(error as Error).message}`;
      }
      if (found !== null)
        expect.fail(
          `seed ${seed}: ${found}\n${report({ graph, inputs, bound }, check, exact || kind.wild ? 0 : 1e-8)}`,
        );
    }
    expect(compared).toBeGreaterThan(0.8 * count);
  });
});
