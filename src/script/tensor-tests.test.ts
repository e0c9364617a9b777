// Conditions on tensors in traced functions are found in their source, and reported in development (behaviour J65).
import { describe, expect, test, vi } from "vitest";
import { dist, handlers, infer, jit, np, sample, script, type Tensor } from "sinter";
import { tensorTests } from "./tensor-tests.js";

const branching = (y: Tensor): Tensor => {
  const x = sample("x", dist.Normal(0, 1));
  if (x.gt(0)) return x;
  return x.mul(y);
};

describe("conditions on tensors", () => {
  test("are found with line, text and remedy", () => {
    const [message, ...more] = tensorTests(branching);
    expect(more).toEqual([]);
    expect(message).toMatch(
      /^function branching, 3:\d+: if \(tensor\) always takes the first branch.*np\.where.*script\(fn\)/,
    );
    expect(message).toMatch(/\| +if \(.*x\.gt\(0\)\)/);
  });

  test.each([
    [(x: Tensor) => !np.exp(x), "!tensor is always false"],
    [(x: Tensor) => np.exp(x) === x, "=== compares which object"],
    [(x: Tensor) => (np.exp(x).lt(1) as unknown) && x, "tensor && x always gives x"],
  ])("%s", (fn, text) => {
    expect(tensorTests(fn as never).join()).toContain(text);
  });

  test.each([
    [(x: Tensor) => (x.gt(0) ? x : x.neg()), [1], "?: (tensor) always takes the first branch"],
    [({ x }: { x: Tensor }) => x.mul(2).sum() || x, [{ x: 1 }], "tensor || x always gives the tensor"],
    [(data: { xs: Tensor[] }) => !data.xs[0]!.gt(1), [{ xs: [1] }], "!tensor is always false"],
    [(x: Tensor) => (x === (5 as never) ? 1 : 2), [1], "=== compares which object"],
    // prettier-ignore
    [(x: Tensor) => { while (x.gt(0)) x = x.sub(1); return x; }, [1], "while (tensor) always"],
  ])("what is computed from an argument that is a tensor: %s", (fn, args, text) => {
    const tensors = (x: unknown): unknown =>
      typeof x === "number"
        ? np.array(x)
        : Array.isArray(x)
          ? x.map(tensors)
          : Object.fromEntries(Object.entries(x as object).map(([k, v]) => [k, tensors(v)]));
    expect(tensorTests(fn as never, args.map(tensors)).join()).toContain(text);
    expect(tensorTests(fn as never, args)).toEqual([]);
  });

  test("whether an argument was given may be asked", () => {
    const fine = (x: Tensor | null, xs: readonly Tensor[], n: number): unknown => {
      if (!x || x === null || x === xs[0]) return n === 0 ? xs.length : 1;
      const inner = (y: Set<Tensor>, x: Set<Tensor>): boolean => (x.has(xs[0]!) ? y.has(xs[0]!) : false);
      return inner(new Set(), new Set());
    };
    const x = np.array(1);
    expect(tensorTests(fine as never, [x, [x], 0])).toEqual([]);
  });

  test("what is no tensor, or may be none, passes", () => {
    const fine = (x: Tensor, on: boolean): unknown => {
      const y = on ? np.exp(x) : null;
      if (y) return y;
      if (x.shape.length > 0 && on) return x;
      const { sample } = { sample: (_: unknown) => true };
      return sample(x) ? 1 : 2;
    };
    expect(tensorTests(fine)).toEqual([]);
    const scripted = script((x: number) => (np.exp(x) ? 1 : 2));
    expect(tensorTests(scripted)).toEqual([]);
    expect(tensorTests(Math.sin as never)).toEqual([]);
  });

  test.each([
    ["jit", (fn: typeof branching) => jit((y: Tensor) => handlers.seed(fn, 0)(y))],
    ["a model", (fn: typeof branching) => () => infer.logDensity(fn, [np.array(1)])],
  ])("are reported once, by %s, with the calling file", async (name, use) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    try {
      // A function of its own, since each is read once.
      const fn =
        name === "jit"
          ? jit((y: Tensor) => {
              const z = np.exp(y);
              return z ? z : y;
            })
          : use((y: Tensor) => {
              const x = sample("x", dist.Normal(0, 1));
              return x ? x : y;
            });
      fn(np.array(1));
      fn(np.array([1, 2]));
      await vi.waitFor(() => expect(warn).toHaveBeenCalled());
      expect(warn.mock.calls.length).toBe(1);
      expect(String(warn.mock.calls[0]![0])).toMatch(/\?: \(tensor\)[\s\S]*tensor-tests\.test\.ts:\d+/);
    } finally {
      warn.mockRestore();
    }
  });
});
