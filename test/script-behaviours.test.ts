// What scripts must do (behaviours J10, J11, J12 in part, J17, J19): branches, while, loops as sites, helpers, program size.
import { describe, expect, test } from "vitest";
import { dist, handlers, jit, np, sample, script, type Tensor } from "sinter";

type Numbers = Tensor & number & { readonly length: number; [i: number]: number };
const numbers = (n: number): Tensor => np.arange(n).astype("f64");

describe("scripts", () => {
  test("J10: one compilation, both branches", () => {
    const f = jit(
      script((x: Numbers) => {
        if (x > 0) return x * 2;
        return x - 1;
      }) as unknown as (x: Tensor) => Tensor,
    );
    expect([2, -3, 0, NaN].map((x) => f(np.array(x)).item())).toEqual([4, -4, -1, NaN]);
    expect(f.explain().length).toBe(1);
  });

  test("J11: while with an if inside, and no iterations at all", () => {
    const source = (x: Numbers): number => {
      let steps = 0;
      let y: number = x;
      while (y > 1) {
        if (y > 10) y = y / 3;
        else y = y - 1;
        steps++;
      }
      return steps * 100 + y;
    };
    const f = jit(script(source) as unknown as (x: Tensor) => Tensor);
    for (const x of [50, 1, -4, 7.5]) expect(f(np.array(x)).item()).toBeCloseTo(source(x as Numbers), 12);
    expect(f.explain().length).toBe(1);
  });

  test("sites of a loop are one site with an axis", () => {
    const model = script(
      (y: Numbers) => {
        const mu = sample("mu", dist.Normal(0, 1));
        for (let t = 0; t < y.length; t++) sample(`y_${t}`, dist.Normal(mu, 1), { obs: y[t] });
      },
      { sample, dist },
    ) as unknown as (y: Tensor) => void;
    const { nodes } = handlers.trace(handlers.seed(model, 0))(numbers(20));
    expect(Object.keys(nodes)).toEqual(["mu", "y"]);
    expect((nodes.y!.value as Tensor).shape).toEqual([20]);
  });

  test("J17: a scripted helper in a traced function stays a loop", () => {
    const smooth = script((y: Numbers) => {
      let level = 0;
      for (let t = 0; t < y.length; t++) level = Math.tanh(0.5 * level + y[t]);
      return level;
    }) as unknown as (y: Tensor) => Tensor;
    const traced = jit((y: Tensor) => smooth(y).mul(2));
    const size = (n: number): number => String(traced.lower(numbers(n)).graph).split("\n").length;
    expect(String(traced.lower(numbers(10)).graph)).toContain("scan");
    expect(size(10_000)).toBe(size(10));
  });

  test("J19: the program's size does not depend on the number of iterations", () => {
    const total = script((y: Numbers) => {
      let s = 0;
      for (let t = 1; t < y.length; t++) if (y[t] > 3) s += y[t] * y[t - 1];
      return s;
    }) as unknown as (y: Tensor) => Tensor;
    const f = jit(total);
    const size = (n: number): number => String(f.lower(numbers(n)).graph).split("\n").length;
    expect(size(10_000)).toBe(size(10));
    expect(f(numbers(10)).item()).toBe(4 * 3 + 5 * 4 + 6 * 5 + 7 * 6 + 8 * 7 + 9 * 8);
  });
});
