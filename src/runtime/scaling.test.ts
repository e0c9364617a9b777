// Compiling takes time in proportion to the size of the graph, and loops are as large as their bodies, however often they turn.
import { expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { sample } from "../handlers/index.js";
import { infer } from "../infer/index.js";
import type { Graph } from "../ir/types.js";
import { anchorsOf } from "../schedule/anchors.js";
import { jit, makeGraph, np, type Tensor } from "../tensor/index.js";

/** Each normalisation reads the one before in two sums and in its result. */
const normalisations = (layers: number) => (x: Tensor) => {
  for (let i = 0; i < layers; i++) {
    const distance = x.sub(np.mean(x));
    x = distance.div(np.sqrt(np.mean(distance.mul(distance))));
  }
  return x;
};

/** As many groups, each with sites and data of its own. */
const groups = (n: number) => (): void => {
  for (let i = 0; i < n; i++) {
    const tau = sample(`tau${i}`, dist.HalfCauchy(5));
    const eta = sample(`eta${i}`, dist.Normal(0, 1).expand([8]).toEvent(1));
    sample(`y${i}`, dist.Normal(tau.mul(eta), 1).toEvent(1), { obs: np.arange(8) });
  }
};

const flips = (n: number) => (x: Tensor) => {
  for (let i = 0; i < n; i++) x = np.flip(x).add(1).mul(1.5);
  return x;
};

const compileFunction = (f: (x: Tensor) => Tensor): void => void jit(f).lower(np.ones([64])).codeBytes;

/** Processor time in ms: other processes of the machine do not count. */
function time(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test.each<[string, number, (n: number) => void]>([
  ["normalisations", 12, (n) => compileFunction(normalisations(n))],
  ["groups of sites", 8, (n) => void infer.logDensity(groups(n))],
  ["flips", 60, (n) => compileFunction(flips(n))],
])(
  "%s: ten times as many take less than twenty-five times as long",
  (_, small, compile) => {
    compile(small);
    const one = Math.min(
      time(() => compile(small)),
      time(() => compile(small)),
    );
    const ten = time(() => compile(10 * small));
    expect(ten).toBeLessThan(25 * one);
  },
  120_000,
);

test("layers behind one another are computed once each, not in every later loop", () => {
  const anchors = (layers: number): number =>
    anchorsOf(makeGraph(normalisations(layers), np.ones([64])) as Graph).size;
  expect(anchors(40)).toBeGreaterThan(5);
  expect(anchors(40)).toBeLessThan(40);
  // Two layers are recomputed at will: whether to store them is decided by their price.
  expect(anchors(2)).toBe(0);
});

test("J19: a program's size does not depend on the number of its loop's turns", () => {
  const walk = (steps: Tensor): Tensor =>
    np.scan(
      (x: Tensor, step: Tensor): [Tensor, Tensor] => {
        const next = x.mul(0.9).add(np.tanh(step));
        return [next, np.exp(next)];
      },
      np.array(0.5),
      steps,
    )[1];
  const shape = (n: number) => {
    const lowered = jit((steps: Tensor) => np.sum(walk(steps))).lower(np.ones([n]));
    return {
      equations: lowered.graph.equations.length,
      optimized: lowered.optimized.equations.length,
      loops: String(lowered.kernels).split("\n").length,
    };
  };
  expect(shape(10_000)).toEqual(shape(10));
});
