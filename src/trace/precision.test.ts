// jit with dtype "f32": types of results, agreement with f64, what is shared with lengths and limits.
import { describe, expect, test, vi } from "vitest";
import { grad, jit, np, type Tensor } from "../tensor/index.js";

const column = (n: number): Tensor => np.cos(np.arange(n).mul(1.3));
const spread = (x: Tensor): Tensor => np.log1p(np.exp(x.sub(x.mean()))).sum();

describe('jit with dtype "f32"', () => {
  test("results are f32 and near those of f64; the graph holds no f64", () => {
    const f = jit(spread, { dtype: "f32" });
    const got = f(column(101));
    expect(got.dtype).toBe("f32");
    expect(got.item()).not.toBe(spread(column(101)).item());
    expect(Math.abs(got.item() / spread(column(101)).item() - 1)).toBeLessThan(1e-6);
    expect(String(f.lower(column(101)).graph)).not.toContain("f64");
    expect(f.lower(column(101)).wat()).toContain("f32x4.");
  });

  test("gradients, integers and structures", () => {
    const f = jit((x: Tensor, i: Tensor) => ({ g: grad(spread)(x), i: i.add(1), n: x.size }), {
      dtype: "f32",
    });
    const { g, i, n } = f(column(40), np.array([1, 2], { dtype: "i32" }));
    expect([g.dtype, i.dtype, n]).toEqual(["f32", "i32", 40]);
    const wanted = grad(spread)(column(40)).toArray() as number[];
    (g.toArray() as number[]).forEach((x, k) => expect(x).toBeCloseTo(wanted[k]!, 6));
  });

  test("one program serves every length here too", () => {
    const f = jit(spread, { dtype: "f32" });
    for (const n of [30, 40, 50, 1000])
      expect(Math.abs(f(column(n)).item() / spread(column(n)).item() - 1)).toBeLessThan(1e-6);
    expect(f.explain()).toHaveLength(2);
  });

  test("past the limit of compiles the results keep their type", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const f = jit((x: Tensor, k: number) => x.mul(k), { dtype: "f32", maxCompiles: 1 });
    expect([f(column(3), 1).dtype, f(column(3), 2).dtype]).toEqual(["f32", "f32"]);
    warn.mockRestore();
  });

  test("other dtypes are refused", () => {
    expect(() => jit(spread, { dtype: "f16" } as never)).toThrow(
      'jit: dtype must be "f64" or "f32", got "f16".',
    );
  });
});
