// Random graphs run before and after every pass. DIFFERENTIAL_GRAPHS sets how many (200), DIFFERENTIAL_SEED where to begin.
import { describe, expect, test } from "vitest";
import { Builder, inline } from "../../src/ir/builder.js";
import { graphKey, sameGraph } from "../../src/ir/equal.js";
import { interpret } from "../../src/ir/interpret.js";
import { parse } from "../../src/ir/parse.js";
import { print } from "../../src/ir/print.js";
import type { Data, Graph } from "../../src/ir/types.js";
import { verify } from "../../src/ir/verify.js";
import { opTable, sum } from "../../src/ops/index.js";
import { optimise } from "../../src/passes/optimise.js";
import { pipeline } from "../../src/passes/pipeline.js";
import type { PassContext } from "../../src/passes/pipeline.js";
import { RuleSet, rewrite } from "../../src/passes/rewrite.js";
import { sharpenRules, simplifyRules } from "../../src/passes/rules/index.js";
import { valueAndGrad } from "../../src/transform/transforms.js";
import { difference, randomFrom, randomInputs } from "./random-data.js";
import { allElementwise, randomGraph, smoothElementwise } from "./random-graph.js";
import { exactElementwise, randomProgram } from "./random-program.js";

const graphs = Number(process.env.DIFFERENTIAL_GRAPHS ?? 200);
const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 1);
const seeds = Array.from({ length: graphs }, (_, i) => firstSeed + i);

/** Fails with the graph's text and the seed, ready to be made into a test. */
function expectSame(
  what: string,
  seed: number,
  graph: Graph,
  other: Graph,
  before: readonly Data[],
  after: readonly Data[],
  tolerance: number,
): void {
  const found = difference(before, after, tolerance);
  if (found !== null)
    expect.fail(`seed ${seed}: ${what} changes ${found}\n${print(graph)}${what} gives\n${print(other)}`);
}

/** The graph with the sum of its last output in place of its outputs. */
function totalOf(graph: Graph): Graph {
  const builder = new Builder("total");
  const inputs = graph.inputs.map((v) => builder.input(v.type));
  const last = inline(builder, graph, inputs).at(-1)!;
  return builder.finish(builder.emit(sum, [last], { axes: last.type.shape.map((_, i) => i) }));
}

// A -0 kept where addition would give +0 becomes an infinity of the other sign in a later division.
const exactRules = new RuleSet(simplifyRules.filter((r) => r.class === "exact" && !r.keepsNegativeZero));
const silent: PassContext = { fire: () => undefined, fastMath: false, bound: undefined };
const passOf = (name: string): ((g: Graph) => Graph) => {
  const pass = pipeline.find((p) => p.name === name);
  if (!pass) throw new Error(`there is no pass ${name}`);
  return (g) => pass.run(g, { ...silent });
};
const exactPasses: Readonly<Record<string, (g: Graph) => Graph>> = {
  fold: passOf("fold"),
  "exact rules": (g) => rewrite(g, exactRules, silent.fire),
  merge: passOf("merge"),
  "drop-dead": passOf("drop-dead"),
  inline: passOf("inline"),
  loops: passOf("loops"),
  "parse and print": (g) => parse(print(g), opTable),
};

describe("random graphs", () => {
  test("exact passes keep every bit, with NaN, infinities, zeros of both signs and empty shapes", () => {
    for (const seed of seeds) {
      const random = randomFrom(seed);
      const graph = randomGraph(random, {
        elementwise: allElementwise,
        equations: 14,
        dtypes: ["f64", "bool", "i32", "f64"],
        empty: true,
      });
      verify(graph);
      const inputs = randomInputs(graph, random, true);
      const expected = interpret(graph, inputs);
      let all = graph;
      for (const [name, run] of Object.entries(exactPasses)) {
        const after = run(graph);
        verify(after, `seed ${seed}, ${name}`);
        expectSame(name, seed, graph, after, expected, interpret(after, inputs), 0);
        all = run(all);
      }
      verify(all, `seed ${seed}, all exact passes`);
      expectSame("all exact passes together", seed, graph, all, expected, interpret(all, inputs), 0);
      const back = parse(print(graph), opTable);
      expect(sameGraph(back, graph)).toBe(true);
      expect(graphKey(back)).toBe(graphKey(graph));
    }
  });

  test("exact passes keep every bit of programs with calls, choices and loops", () => {
    const loops = new Set<string>();
    for (const seed of seeds) {
      const random = randomFrom(seed + 300_000);
      const graph = randomProgram(random, {
        elementwise: exactElementwise,
        equations: 10,
        dtypes: ["f64", "i32", "bool", "f64"],
        empty: true,
        depth: 2,
        orderFree: true,
      });
      verify(graph);
      const inputs = randomInputs(graph, random, false);
      const expected = interpret(graph, inputs);
      let all = graph;
      for (const [name, run] of Object.entries(exactPasses)) {
        // Equations without results have no text that reads back.
        if (name === "parse and print") continue;
        const after = run(graph);
        verify(after, `seed ${seed}, ${name}`);
        if (print(after) !== print(graph)) loops.add(name);
        expectSame(name, seed, graph, after, expected, interpret(after, inputs), 0);
        all = run(all);
      }
      verify(all, `seed ${seed}, all exact passes`);
      expectSame("all exact passes together", seed, graph, all, expected, interpret(all, inputs), 0);
    }
    expect([...loops]).toEqual(expect.arrayContaining(["inline", "loops"]));
  });

  test("rules apply over no other operands than they say", () => {
    const [told, plain] = [
      new RuleSet(sharpenRules),
      new RuleSet(sharpenRules.map((r) => ({ ...r, over: undefined }))),
    ];
    for (const seed of seeds) {
      const elementwise = seed % 2 === 0 ? allElementwise : smoothElementwise;
      const options = { elementwise, equations: 14, dtypes: ["f64"] as const, empty: false };
      const graph = randomGraph(randomFrom(seed + 700_000), options);
      const gradient = seed % 2 === 0 ? graph : valueAndGrad(totalOf(graph), [0, 1]);
      const [a, b] = [told, plain].map((rules) => print(rewrite(gradient, rules, silent.fire)));
      expect(a, `seed ${seed}`).toBe(b);
    }
  });

  test("the pipeline keeps gradients", () => {
    let compared = 0;
    for (const seed of seeds) {
      const random = randomFrom(seed + 900_000);
      const graph = randomGraph(random, {
        elementwise: smoothElementwise,
        equations: 14,
        dtypes: ["f64"],
        empty: true,
      });
      const gradient = valueAndGrad(totalOf(graph), [0, 1]);
      verify(gradient);
      const inputs = randomInputs(gradient, random, false);
      const expected = interpret(gradient, inputs);
      if (!expected.every((x) => x.every((v) => Math.abs(v) < 1e6))) continue;
      compared++;
      const { main } = optimise(gradient, { verify: true });
      expectSame("the pipeline", seed, gradient, main, expected, interpret(main, inputs), 1e-9);
    }
    expect(compared).toBeGreaterThan(graphs / 2);
  });

  test("every pass and the whole pipeline, split into prologue and main, agree to rounding on smooth functions", () => {
    let compared = 0;
    for (const seed of seeds) {
      const random = randomFrom(seed + 500_000);
      const graph = randomGraph(random, {
        elementwise: smoothElementwise,
        equations: 18,
        dtypes: ["f64"],
        empty: true,
      });
      const inputs = randomInputs(graph, random, false);
      const expected = interpret(graph, inputs);
      // Products of sums grow; beyond this a rounding error is no longer small.
      if (!expected.every((x) => x.every((v) => Math.abs(v) < 1e6))) continue;
      compared++;
      for (const pass of pipeline) {
        const after = pass.run(graph, { ...silent });
        verify(after, `seed ${seed}, ${pass.name}`);
        expectSame(pass.name, seed, graph, after, expected, interpret(after, inputs), 1e-9);
      }
      const bound = graph.inputs.map((_, i) => i % 2 === 0);
      const { prologue, main, reads } = optimise(graph, { bound, verify: true });
      const derived = prologue
        ? interpret(
            prologue,
            inputs.filter((_, i) => bound[i]),
          )
        : [];
      const free = inputs.filter((_, i) => !bound[i]);
      const result = interpret(main, [...free, ...derived, ...reads.map((i) => inputs[i])]);
      expectSame("the pipeline", seed, graph, main, expected, result, 1e-9);
    }
    expect(compared).toBeGreaterThan(graphs / 2);
  });
});
