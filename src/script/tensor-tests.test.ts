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
