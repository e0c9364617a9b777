// Forward algorithms carried as scaled exponentials: the same answers as in logarithms, in range and out of it.
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { jit, np, valueAndGrad, type Tensor } from "../index.js";

type Transition = (g: Tensor, a: Tensor) => Tensor;
/** Rows of A are what one comes from, or what one goes to. */
const fromRows: Transition = (g, a) => np.logsumexp(np.add(g.reshape([-1, 1]), a), 0);
const fromColumns: Transition = (g, a) => np.logsumexp(np.add(a, g.reshape([1, -1])), 1);

function forward(along: Transition, reverse: boolean) {
  const density = (a: Tensor, start: Tensor, x: Tensor): Tensor => {
    const [last] = np.scan((g: Tensor, e: Tensor) => [along(g, a).add(e), null], start, x, { reverse });
    return np.logsumexp(last);
  };
  return valueAndGrad(density, { argnums: [0, 1, 2] });
}

interface Case {
  readonly steps: number;
  readonly states: number;
  /** Size of the emissions' logarithms. */
  readonly size: number;
  readonly change?: (a: number[][], start: number[], x: number[][]) => void;
}

/** The largest difference between compiled and interpreted values and gradients, relative to 1 + |gradient|. */
function compare({ steps, states, size, change }: Case, along = fromRows, reverse = false): number {
  const random = randomFrom(steps + states);
  const rows = (n: number, scale: number): number[][] =>
    Array.from({ length: n }, () => Array.from({ length: states }, () => scale * (random() - 0.8)));
  const [a, [start], x] = [rows(states, 2), rows(1, 2), rows(steps, size)];
  change?.(a, start, x);
  const args = [np.array(a), np.array(start), np.array(x)] as const;
  const fn = forward(along, reverse);
  const compiled = jit(fn);
  const fired = compiled.lower(...args).passes.find((p) => p.name === "scale")!.fired["scale-recurrence"];
  expect(fired).toBe(1);
  const numbers = ([value, gradients]: [Tensor, readonly Tensor[]]): number[] =>
    [value, ...gradients].flatMap((t) => [...t.data()]);
  const got = numbers(compiled(...args) as [Tensor, readonly Tensor[]]);
  const wanted = numbers(jit(fn, { backend: "interpret" })(...args) as [Tensor, readonly Tensor[]]);
  return Math.max(
    ...wanted.map((w, i) => (Object.is(w, got[i]) ? 0 : Math.abs(w - got[i]) / (1 + Math.abs(w)))),
  );
}

describe("answers", () => {
  test.each([
    [2, 5],
    [2, 300],
    [3, 40],
    [5, 17],
  ])("%i states, %i steps", (states, steps) => {
    expect(compare({ steps, states, size: 5 })).toBeLessThan(1e-12);
    expect(compare({ steps, states, size: 5 }, fromColumns)).toBeLessThan(1e-12);
    expect(compare({ steps, states, size: 5 }, fromRows, true)).toBeLessThan(1e-12);
  });

  test("densities far below and above 1 are scaled as often as needed", () => {
    expect(compare({ steps: 200, states: 2, size: 200 })).toBeLessThan(1e-12);
    const shifted = (_a: number[][], _s: number[], x: number[][]): void =>
      x.forEach((row) => row.forEach((v, j) => (row[j] = v + 900)));
    // In logarithms of 180,000 that is what the reference can tell.
    expect(compare({ steps: 200, states: 2, size: 5, change: shifted })).toBeLessThan(1e-10);
  });

  test("a state whose share vanishes and comes back", () => {
    // Two chains that do not mix: the first falls behind by 2,000, and wins in the end.
    const apart = (a: number[][], _s: number[], x: number[][]): void => {
      a[0][1] = a[1][0] = -Infinity;
      x.forEach((row, n) => (row[0] = n < 10 ? -200 : 300));
    };
    expect(compare({ steps: 30, states: 2, size: 1, change: apart })).toBeLessThan(1e-12);
    const faint = (a: number[][], _s: number[], x: number[][]): void => {
      a[0][1] = a[1][0] = -800;
      x.forEach((row, n) => (row[0] = n < 10 ? -200 : 300));
    };
    expect(compare({ steps: 30, states: 2, size: 1, change: faint })).toBeLessThan(1e-12);
  });

  test("chains that start in one state, and that cannot go back", () => {
    const started = (_a: number[][], start: number[]): void => void (start[1] = -Infinity);
    expect(compare({ steps: 30, states: 2, size: 3, change: started })).toBeLessThan(1e-12);
    const onward = (a: number[][], start: number[]): void => {
      a[1][0] = a[2][0] = a[2][1] = -Infinity;
      start[1] = start[2] = -Infinity;
    };
    expect(compare({ steps: 30, states: 3, size: 3, change: onward })).toBeLessThan(1e-12);
  });

  test("what is not finite stays so", () => {
    const impossible = (_a: number[][], _s: number[], x: number[][]): void => void x[4].fill(-Infinity);
    expect(compare({ steps: 9, states: 2, size: 3, change: impossible })).toBe(0);
    const unknown = (_a: number[][], _s: number[], x: number[][]): void => void (x[4][1] = NaN);
    expect(compare({ steps: 9, states: 2, size: 3, change: unknown })).toBe(0);
  });
});

test("emissions that the body computes are computed side by side", () => {
  const density = (a: Tensor, level: Tensor, y: Tensor): Tensor => {
    const emission = (seen: Tensor): Tensor => np.square(seen.sub(level)).mul(-0.5).add(np.tanh(level));
    const [last] = np.scan(
      (g: Tensor, seen: Tensor) => [fromRows(g, a).add(emission(seen)), null],
      emission(y.at(0)),
      np.slice(y, [1, null]),
    );
    return np.logsumexp(last);
  };
  const fn = valueAndGrad(density, { argnums: [0, 1, 2] });
  const random = randomFrom(4);
  const a = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => -2 * random()));
  for (const far of [1, 400]) {
    const args = [
      np.array(a),
      np.array([-1, 0.5, 2]),
      np.array(Array.from({ length: 25 }, () => far * random())),
    ];
    const lowered = jit(fn).lower(...(args as [Tensor, Tensor, Tensor]));
    expect(lowered.passes.find((p) => p.name === "scale")!.fired).toEqual({ "scale-recurrence": 1 });
    const run = (options: object): number[] => {
      const [value, gradients] = jit(fn, options)(...(args as [Tensor, Tensor, Tensor]));
      return [value, ...gradients].flatMap((t) => [...t.data()]);
    };
    const [got, wanted] = [run({}), run({ backend: "interpret" })];
    wanted.forEach((w, i) => expect(Math.abs(w - got[i])).toBeLessThan(1e-11 * (1 + Math.abs(w))));
  }
});

test("the carry stays in logarithms where it is asked for", () => {
  const all = (a: Tensor, start: Tensor, x: Tensor): Tensor => {
    const [, every] = np.scan(
      (g: Tensor, e: Tensor) => {
        const next = fromRows(g, a).add(e);
        return [next, next];
      },
      start,
      x,
    );
    return np.sum(every as Tensor);
  };
  const lowered = jit(all).lower(np.zeros([2, 2]), np.zeros([2]), np.zeros([9, 2]));
  expect(lowered.passes.find((p) => p.name === "scale")!.fired).toEqual({});
});
