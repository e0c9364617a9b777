// Optimisers and schedules against update rules written out in plain numbers.
import { describe, expect, test } from "vitest";
import { np, type Tensor } from "../../tensor/index.js";
import * as optim from "./index.js";
import type { Optimizer } from "./optimizer.js";

/** Steps on f(x) = sum of c x^2 / 2, whose gradient is c x. */
function trail(optimizer: Optimizer, steps: number): number[][] {
  const c = np.array([1, 10]);
  let params: Record<string, Tensor> = { x: np.array([3, -2]) };
  let state = optimizer.init(params);
  return Array.from({ length: steps }, () => {
    const next = optimizer.update({ x: params["x"].mul(c) }, state, params);
    params = { ...next.params };
    state = next.state;
    return params["x"].toArray() as number[];
  });
}

type Rule = (x: number, g: number, memory: { a: number; b: number; c: number }, step: number) => number;

/** The same steps with a rule on plain numbers. */
function expected(rule: Rule, steps: number): number[][] {
  const xs = [3, -2];
  const memories = xs.map(() => ({ a: 0, b: 0, c: 0 }));
  return Array.from({ length: steps }, (_, t) =>
    xs.map((x, i) => (xs[i] = rule(x, x * [1, 10][i], memories[i], t))),
  );
}

const adamRule =
  (clip: number, decay: number, lrd: number): Rule =>
  (x, g0, m, t) => {
    const g = Math.min(clip, Math.max(-clip, g0));
    m.a = 0.9 * m.a + 0.1 * g;
    m.b = 0.999 * m.b + 0.001 * g * g;
    const rate = 0.1 * lrd ** t;
    const [a, b] = [m.a / (1 - 0.9 ** (t + 1)), m.b / (1 - 0.999 ** (t + 1))];
    return x * (1 - rate * decay) - (rate * a) / (Math.sqrt(b) + 1e-8);
  };

const rules: [string, Optimizer, Rule][] = [
  ["adam", optim.adam({ lr: 0.1 }), adamRule(Infinity, 0, 1)],
  ["clippedAdam", optim.clippedAdam({ lr: 0.1, clipNorm: 4, lrd: 0.9 }), adamRule(4, 0, 0.9)],
  ["adamW", optim.adamW({ lr: 0.1, weightDecay: 0.2 }), adamRule(Infinity, 0.2, 1)],
  ["sgd", optim.sgd({ lr: 0.05 }), (x, g) => x - 0.05 * g],
  ["momentum", optim.momentum({ lr: 0.01 }), (x, g, m) => x - 0.01 * (m.a = 0.9 * m.a + g)],
  [
    "nesterov",
    optim.sgd({ lr: 0.01, momentum: 0.9, nesterov: true }),
    (x, g, m) => x - 0.01 * (g + 0.9 * (m.a = 0.9 * m.a + g)),
  ],
  ["adagrad", optim.adagrad({ lr: 0.5 }), (x, g, m) => x - (0.5 * g) / (Math.sqrt((m.a += g * g)) + 1e-10)],
  [
    "rmsprop",
    optim.rmsprop({ lr: 0.05 }),
    (x, g, m) => x - (0.05 * g) / (Math.sqrt((m.a = 0.99 * m.a + 0.01 * g * g)) + 1e-8),
  ],
  [
    "rmsprop, centred, with momentum",
    optim.rmsprop({ lr: 0.05, alpha: 0.9, centered: true, momentum: 0.5 }),
    (x, g, m) => {
      m.a = 0.9 * m.a + 0.1 * g * g;
      m.b = 0.9 * m.b + 0.1 * g;
      m.c = 0.5 * m.c + g / (Math.sqrt(m.a - m.b * m.b) + 1e-8);
      return x - 0.05 * m.c;
    },
  ],
  [
    "clip by value",
    optim.clip(optim.sgd({ lr: 0.1 }), { value: 2 }),
    (x, g) => x - 0.1 * Math.sign(g) * Math.min(2, Math.abs(g)),
  ],
];

describe("optimisers", () => {
  test.each(rules)("%s follows its rule", (_, optimizer, rule) => {
    const [got, want] = [trail(optimizer, 6), expected(rule, 6)];
    got.flat().forEach((x, i) => expect(x).toBeCloseTo(want.flat()[i], 12));
  });

  test("clip by global norm scales all parameters by one factor, and only when the norm is above it", () => {
    const clipped = optim.clip(optim.sgd({ lr: 1 }), { globalNorm: 1 });
    const params = { a: np.array([0, 0]), b: np.array(0) };
    const step = (a: number[], b: number): number[] => {
      const { params: next } = clipped.update(
        { a: np.array(a), b: np.array(b) },
        clipped.init(params),
        params,
      );
      return [...(next["a"].toArray() as number[]), next["b"].item()];
    };
    const [x, y, z] = step([2, 3], 6);
    expect([x, y, z].map((v) => v * -7)).toEqual([2, 3, 6].map((v) => expect.closeTo(v, 12)));
    expect(step([0.1, 0.3], 0.2)).toEqual([-0.1, -0.3, -0.2]);
  });
});

describe("schedules", () => {
  const at = (schedule: optim.Schedule, steps: number[]): number[] =>
    steps.map((t) => schedule(np.array(t)).item());
  const close = (xs: number[]): unknown[] => xs.map((x) => expect.closeTo(x, 12));

  test("each has the value of its formula", () => {
    const decay = { lr: 0.8, rate: 0.25, steps: 10 };
    expect(at(optim.exponentialDecay(decay), [0, 5, 10, 20])).toEqual(close([0.8, 0.4, 0.2, 0.05]));
    expect(at(optim.exponentialDecay({ ...decay, staircase: true, end: 0.1 }), [0, 9, 10, 20])).toEqual(
      close([0.8, 0.8, 0.2, 0.1]),
    );
    expect(at(optim.cosineDecay({ lr: 1, steps: 8, end: 0.2 }), [0, 4, 8, 100])).toEqual(
      close([1, 0.6, 0.2, 0.2]),
    );
    expect(at(optim.linearDecay({ lr: 1, steps: 4, end: 0.5 }), [0, 1, 4, 9])).toEqual(
      close([1, 0.875, 0.5, 0.5]),
    );
    expect(at(optim.piecewiseConstant({ lr: 1, boundaries: { 3: 0.1, 5: 0.5 } }), [0, 2, 3, 4, 5])).toEqual(
      close([1, 1, 0.1, 0.1, 0.05]),
    );
    const warm = optim.warmup({ steps: 4, lr: optim.linearDecay({ lr: 1, steps: 10 }) });
    expect(at(warm, [0, 1, 3, 4, 9])).toEqual(close([0.25, 0.5, 1, 1, 0.5]));
  });

  test("an optimiser counts its steps from 0", () => {
    const rates = optim.piecewiseConstant({ lr: 0.1, boundaries: { 1: 0.5 } });
    const xs = trail(optim.sgd({ lr: rates }), 2).map(([x]) => x);
    expect(xs).toEqual(close([3 * 0.9, 3 * 0.9 * 0.95]));
  });
});

test("errors name the option and the value", () => {
  expect(() => optim.exponentialDecay({ lr: 1, rate: -1 })).toThrow(
    "optim.exponentialDecay: rate must be a positive number, got -1.",
  );
  expect(() => optim.cosineDecay({ lr: 1, steps: 0 })).toThrow(
    "optim.cosineDecay: steps must be a whole number, 1 or more; got 0.",
  );
  expect(() => optim.linearDecay({ lr: 1, steps: 5, end: -1 })).toThrow(
    "optim.linearDecay: end must be 0 or more, got -1.",
  );
  expect(() => optim.piecewiseConstant({ lr: 1, boundaries: { 5: 0 } })).toThrow(
    "optim.piecewiseConstant: the factor at step 5 must be a positive number, got 0.",
  );
  expect(() => optim.clip(optim.adam(), {})).toThrow(
    "optim.clip: say what to clip: { globalNorm }, { value }, or both.",
  );
  expect(() => optim.clip(optim.adam(), { globalNorm: -1 })).toThrow(
    "optim.clip: globalNorm must be a positive number, got -1.",
  );
  expect(() => optim.rmsprop({ momentum: 1 })).toThrow("optim.rmsprop: momentum must lie in [0, 1), got 1.");
});
