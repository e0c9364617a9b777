// profile: its accounts add up, its kernels are those of the program, its text says when compiling pays.
import { describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { sample } from "../handlers/index.js";
import { infer } from "../infer/index.js";
import { jit, np, profile, type Tensor } from "../tensor/index.js";

const chain = (x: Tensor): Tensor => np.sum(np.exp(x.mul(-0.5)).add(np.tanh(x)));

describe("profile", () => {
  test("host and compute make up the eager call; operations are counted", () => {
    const { eager, compiled, speedup, breakEven } = profile(chain, np.ones([4000]));
    expect(eager.hostMs + eager.computeMs).toBeCloseTo(eager.ms, 12);
    expect(eager.computeMs).toBeGreaterThan(0);
    const calls = Object.fromEntries(eager.operations.map((op) => [op.name, op.calls]));
    expect(calls).toMatchObject({ exp: 1, tanh: 1, sum: 1, mul: 1, add: 1 });
    expect(speedup).toBeCloseTo(eager.ms / compiled.ms, 12);
    expect(breakEven).toBe(
      eager.ms > compiled.ms ? Math.ceil(compiled.compileMs / (eager.ms - compiled.ms)) : Infinity,
    );
  });

  test("a compiled function is profiled as the function behind it, without calling its programs", () => {
    const f = jit(chain);
    const found = profile(f, np.ones([10]));
    expect(found.name).toBe("chain");
    expect(f.programs.length).toBe(0);
    expect(String(found)).toMatch(
      /host .*\n.*compute .*operations[^]*compile .*once\ncompiling (pays|does not)/,
    );
  });

  test("a model's gradient, with the sites behind each kernel", () => {
    const model = (y: Tensor): void => {
      const mu = sample("mu", dist.Normal(0, 1));
      sample("y", dist.Normal(mu, 1), { obs: y });
    };
    const { eager, compiled } = infer.profileDensity(model, [np.ones([500])]);
    expect(eager.operations.length).toBeGreaterThan(3);
    expect(new Set(compiled.kernels.flatMap((k) => k.origins))).toEqual(new Set(["mu", "y"]));
    expect(() => infer.profileDensity(model, [np.ones([5])], { point: [1] } as never)).toThrow('"point"');
  });

  test("what is not a function is refused", () => {
    expect(() => profile(3 as never)).toThrow("profile: a function is needed, got number");
  });
});

describe("kernels", () => {
  const two = (x: Tensor): Tensor => {
    const centred = x.sub(np.mean(x));
    return np.sum(np.exp(centred));
  };

  test("costs name the loops; flops and bytes follow the size", () => {
    const costs = (n: number) => jit(two).lower(np.ones([n])).kernelCosts;
    const [small, large] = [costs(1000), costs(4000)];
    expect(small.map((k) => k.what)).toEqual(["1000", "1000", "scalars"]);
    // Each loop reads x once; the second takes a difference, an exp and a sum per element.
    expect(small[0]).toMatchObject({ flops: 1000, bytes: 8000 });
    expect(small[1]!.bytes).toBe(8000);
    expect(large[1]!.flops / small[1]!.flops).toBeCloseTo(4, 1);
    expect(String(small)).toContain("#0 1000");
  });

  test("times are measured with { profile: true } and refused without", () => {
    const x = np.linspace(0, 1, 4000);
    const f = jit(two, { profile: true });
    expect(f(x).item()).toBeCloseTo(jit(two)(x).item(), 12);
    const times = f.lower(x).kernelTimes();
    expect(times.map((k) => k.what)).toEqual(["4000", "4000", "scalars"]);
    // An exp per element takes longer than an addition.
    expect(times[1]!.microseconds).toBeGreaterThan(times[0]!.microseconds);
    expect(times.reduce((sum, k) => sum + k.share, 0)).toBeCloseTo(1, 9);
    expect(() => jit(two).lower(x).kernelTimes()).toThrow("compile with { profile: true }");
    expect(f(x).item()).toBeCloseTo(jit(two)(x).item(), 12);
  });
});
