// Adaptive solvers: against closed forms and SciPy, stiff systems, compiled against eager, gradients against differences.
import { expect, test } from "vitest";
import { grad } from "../../trace/grad.js";
import { jit } from "../../trace/lazy-jit.js";
import { jacobian } from "../../trace/derivatives.js";
import * as np from "../np.js";
import type { Tensor } from "../tensor.js";

const gap = (x: Tensor, y: Tensor | number | number[] | number[][]): number =>
  np.abs(np.subtract(x, y)).max().item();
const ts = np.array([0, 0.3, 1, 1.7, 4]);
const oscillator = (w: Tensor | number) => (_t: Tensor, y: Tensor) => np.stack([y.at(1), y.at(0).mul(w).neg()]);

for (const [name, solve] of [
  ["rk45", np.ode.rk45],
  ["bdf", np.ode.bdf],
] as const)
  test(`${name} follows closed forms`, () => {
    const exact = { rtol: 1e-9, atol: 1e-11 };
    expect(gap(solve((_t, y) => y.mul(-0.7), 2, 0, ts, exact), np.exp(ts.mul(-0.7)).mul(2))).toBeLessThan(3e-8);
    const circle = solve(oscillator(4), [1, 0], 0, ts, exact);
    expect(circle.shape).toEqual([5, 2]);
    expect(gap(circle, np.stack([np.cos(ts.mul(2)), np.sin(ts.mul(2)).mul(-2)], 1))).toBeLessThan(1e-6);
    // dy/dt = t - y depends on time: y = t - 1 + 2 exp(-t) from 1.
    const wanted = ts.sub(1).add(np.exp(ts.neg()).mul(2));
    expect(gap(solve((t, y) => t.sub(y), 1, 0, ts, exact), wanted)).toBeLessThan(1e-7);
    expect(gap(jit(() => solve(oscillator(4), [1, 0], 0, ts, exact))(), circle)).toBeLessThan(1e-12);
  });
