// Adaptive solvers: against closed forms and SciPy, stiff systems, compiled against eager, gradients against differences.
import { expect, test } from "vitest";
import { grad } from "../../trace/grad.js";
import { jit } from "../../trace/lazy-jit.js";
import { vmap } from "../../trace/vmap.js";
import { jacobian } from "../../trace/derivatives.js";
import * as np from "../np.js";
import reference from "./ode/reference.json" with { type: "json" };
import type { Tensor } from "../tensor.js";

const gap = (x: Tensor, y: Tensor | number | number[] | number[][]): number =>
  np.abs(np.subtract(x, y)).max().item();
const ts = np.array([0, 0.3, 1, 1.7, 4]);
const oscillator = (w: Tensor | number) => (_t: Tensor, y: Tensor) =>
  np.stack([y.at(1), y.at(0).mul(w).neg()]);

for (const [name, solve] of [
  ["rk45", np.ode.rk45],
  ["bdf", np.ode.bdf],
] as const)
  test(`${name} follows closed forms`, () => {
    const exact = { rtol: 1e-8, atol: 1e-10 };
    const run = (y0: number | number[], f: (t: Tensor, y: Tensor) => Tensor): Tensor =>
      jit((y: Tensor) => solve(f, y, 0, ts, exact))(np.array(y0));
    expect(
      gap(
        run(2, (_t, y) => y.mul(-0.7)),
        np.exp(ts.mul(-0.7)).mul(2),
      ),
    ).toBeLessThan(1e-7);
    const circle = run([1, 0], oscillator(4));
    expect(circle.shape).toEqual([5, 2]);
    expect(gap(circle, np.stack([np.cos(ts.mul(2)), np.sin(ts.mul(2)).mul(-2)], 1))).toBeLessThan(1e-5);
    // dy/dt = t - y depends on time: y = t - 1 + 2 exp(-t) from 1.
    const wanted = ts.sub(1).add(np.exp(ts.neg()).mul(2));
    expect(
      gap(
        run(1, (t, y) => t.sub(y)),
        wanted,
      ),
    ).toBeLessThan(1e-6);
    const loose = { rtol: 1e-4, atol: 1e-4 };
    const eager = solve(oscillator(4), [1, 0], 0, [0.5, 1], loose);
    const compiled = jit((y: Tensor) => solve(oscillator(4), y, 0, [0.5, 1], loose))(np.array([1, 0]));
    expect(gap(eager, compiled)).toBeLessThan(1e-12);
  });

const preyField =
  (theta: Tensor) =>
  (_t: Tensor, y: Tensor): Tensor => {
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => theta.at(i)) as [Tensor, Tensor, Tensor, Tensor];
    const [u, v] = [y.at(0), y.at(1)];
    return np.stack([a.sub(b.mul(v)).mul(u), d.mul(u).sub(c).mul(v)]);
  };
const rates = np.array([0.6, 0.03, 0.8, 0.02]);
const start = np.array([30, 4]);

test("rk45 and bdf agree with SciPy", () => {
  const { ts: times, ys } = reference.lotkaVolterra;
  const rk = jit((theta: Tensor) =>
    np.ode.rk45(preyField(theta), start, 0, times, { rtol: 1e-9, atol: 1e-9 }),
  );
  expect(gap(rk(rates).div(ys), 1)).toBeLessThan(1e-7);
  const stiff = { rtol: 1e-6, atol: 1e-9 };
  const pol = jit((mu: Tensor) =>
    np.ode.bdf(
      (_t, y) => {
        const [u, v] = [y.at(0), y.at(1)];
        return np.stack([v, mu.mul(np.subtract(1, u.square())).mul(v).sub(u)]);
      },
      [2, 0],
      0,
      reference.vanDerPol.ts,
      stiff,
    ),
  );
  const wanted = np.array(reference.vanDerPol.ys);
  expect(gap(pol(np.array(1000)).slice(null, [0, 1]), wanted.slice(null, [0, 1]))).toBeLessThan(1e-3);
  const robertson = jit((k: Tensor) =>
    np.ode.bdf(
      (_t, y) => {
        const [a, b, c] = [y.at(0), y.at(1), y.at(2)];
        const [slow, back, fast] = [a.mul(k), b.mul(c).mul(1e4), b.square().mul(3e7)];
        return np.stack([back.sub(slow), slow.sub(back).sub(fast), fast]);
      },
      [1, 0, 0],
      0,
      reference.robertson.ts,
      stiff,
    ),
  );
  const got = robertson(np.array(0.04));
  expect(gap(got.div(reference.robertson.ys), 1)).toBeLessThan(1e-4);
  expect(gap(got.sum(1), 1)).toBeLessThan(1e-10);
});

test("gradients to y0, t0, ts and captures agree with differences, whichever way they are made", () => {
  for (const [solve, field] of [
    [np.ode.rk45, preyField],
    [np.ode.bdf, preyField],
  ] as const) {
    const fn = (theta: Tensor, y0: Tensor, t0: Tensor, times: Tensor): Tensor =>
      np
        .log(solve(field(theta), y0, t0, times, { rtol: 1e-10, atol: 1e-10 }))
        .mul([0.3, -1])
        .sum();
    const compiled = jit(fn);
    const args = [rates, start, np.array(0.5), np.array([1, 2.5, 6])];
    const g = jit(grad(fn, { argnums: [0, 1, 2, 3] }))(...(args as [Tensor, Tensor, Tensor, Tensor]));
    args.forEach((x, which) => {
      for (let i = 0; i < x.size; i++) {
        const step = 1e-5 * Math.max(0.1, Math.abs(x.data()[i]!));
        const at = (d: number): number => {
          const data = Float64Array.from(x.data());
          data[i]! += d;
          const moved = args.map((a, k) => (k === which ? np.array(data).reshape(x.shape) : a));
          return compiled(...(moved as [Tensor, Tensor, Tensor, Tensor])).item();
        };
        const slope = (at(step) - at(-step)) / (2 * step);
        const found = (g[which] as Tensor).data()[i]!;
        expect(Math.abs(found - slope) / (1 + Math.abs(slope)), `argument ${which}, ${i}`).toBeLessThan(1e-4);
      }
    });
  }
});

test("second derivatives", () => {
  // y = exp(r t): d2/dr2 of y(1) is exp(r).
  const fn = (r: Tensor): Tensor =>
    np.ode.rk45((_t, y) => y.mul(r), 1, 0, [1], { rtol: 1e-8, atol: 1e-8 }).sum();
  expect(jit(grad(grad(fn)))(np.array(0.5)).item()).toBeCloseTo(Math.exp(0.5), 5);
  expect(jit(jacobian(fn))(np.array(0.5)).item()).toBeCloseTo(Math.exp(0.5), 6);
});

test("what cannot be followed is said", () => {
  expect(() => np.ode.rk45((_t, y) => y.square(), 1, 0, [2], { maxSteps: 200 })).toThrow(
    "np.ode.rk45: the solution was followed to t = ",
  );
  expect(() => np.ode.rk45((_t, y) => y, 1, 1, [0])).toThrow("times must not decrease");
  expect(() => np.ode.rk45(() => [1, 2], 1, 0, [1])).toThrow("f returned shape [2] for y of shape []");
  const lost = jit((x: Tensor) => np.ode.rk45((_t, y) => y.square(), x, 0, [0.5, 2], { maxSteps: 200 }));
  const [early, late] = lost(np.array(1)).toArray() as number[];
  expect([early, late]).toEqual([expect.closeTo(2, 5), NaN]);
});

test("wide systems go back over a tape, and solutions map over a batch", () => {
  const decay = (y: Tensor, r: Tensor): Tensor =>
    np.ode.rk45((_t, x) => x.mul(r), y, 0, [0.5, 1], { rtol: 1e-6, atol: 1e-8, maxSteps: 40 }).at(1);
  const g = jit(grad((y: Tensor) => decay(y, np.array(-1)).sum()));
  for (const n of [80, 300]) expect(gap(g(np.ones([n])), Math.exp(-1))).toBeLessThan(1e-5);
  const rates = np.array([-1, 0.3, 0.5]);
  const mapped = jit(vmap(grad((r: Tensor) => decay(np.array([2]), r).sum())));
  expect(gap(mapped(rates), np.exp(rates).mul(2))).toBeLessThan(1e-5);
});
