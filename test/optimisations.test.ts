// What a user can see of each optimisation: one observable per pass (P1-P8 of the behaviours; P9 is test/differential).
import { describe, expect, test } from "vitest";
import { dist, grad, infer, jit, np, random, sample, type Tensor } from "sinter";

const ramp = (n: number): Tensor => np.array(Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1)));
const count = (text: string, what: RegExp): number => (text.match(what) ?? []).length;

describe("P1 fusion", () => {
  test("a Normal log density summed over n is one loop with nothing of size n in memory", () => {
    const f = jit((x: Tensor, mu: Tensor, sigma: Tensor) => np.sum(dist.Normal(mu, sigma).logProb(x)));
    const { kernels, memory } = f.lower(ramp(1000), np.array(0.5), np.array(2));
    expect(count(kernels.toString(), /\bfor /g)).toBe(1);
    expect(memory.arenaBytes).toBe(0);
  });

  test("value and gradient of a regression share one loop over rows", () => {
    const model = (x: Tensor, y: Tensor): void => {
      const b = sample("b", dist.Normal(0, 1).expand([3]).toEvent(1));
      sample("y", dist.Normal(x.matmul(b), 1), { obs: y });
    };
    const density = infer.logDensity(model, [ramp(300).reshape([100, 3]), ramp(100)]);
    const main = density.lowered.kernels.toString().split("main:").at(-1)!;
    expect(count(main, /\bfor .*\b100 \{/g)).toBeLessThanOrEqual(1);
    expect(main).not.toMatch(/temporary .*\[\d{3,}\]/);
  });
});

describe("P2 constant folding", () => {
  test("sqrt(4) + x has no square root left", () => {
    const f = jit((x: Tensor) => np.add(np.sqrt(np.array(4)), x));
    const { optimized } = f.lower(ramp(3));
    expect(String(optimized)).not.toContain("sqrt");
    expect(f(np.array([1, 2])).toArray()).toEqual([3, 4]);
  });
});

describe("P3 dead code", () => {
  test("an unused sine vanishes; a key sequence stays what it was", () => {
    const f = jit((x: Tensor, key: Tensor) => {
      np.sin(x);
      const [, second] = random.split(key, 2);
      return np.add(x, random.normal(second, []));
    });
    expect(String(f.lower(ramp(3), random.key(0)).optimized)).not.toContain("sin");
    const key = random.key(7);
    const [, second] = random.split(key, 2);
    expect(f(np.array(1), key).item()).toBe(1 + random.normal(second, []).item());
  });
});

describe("P4 common subexpressions", () => {
  test("exp(x) + exp(x) has one exp", () => {
    const text = String(jit((x: Tensor) => np.add(np.exp(x), np.exp(x))).lower(ramp(3)).optimized);
    expect(count(text, /= exp /g)).toBe(1);
  });

  test("draws of one key stay equal, draws of different keys are never merged", () => {
    const f = jit((a: Tensor, b: Tensor) => [
      random.normal(a, [2]),
      random.normal(a, [2]),
      random.normal(b, [2]),
    ]);
    const [x, y, z] = f(random.key(1), random.key(2)).map((t) => t.toArray());
    expect(x).toEqual(y);
    expect(x).not.toEqual(z);
  });
});

describe("P5 algebra", () => {
  test("x * 1, x + 0 and a pair of transposes vanish and keep dtype and shape", () => {
    const f = jit((x: Tensor) => x.mul(1).add(0).transpose().transpose());
    const x = np.array([[1, 2, 3]], { dtype: "i32" });
    expect(count(String(f.lower(x).optimized), / = /g)).toBe(0);
    const y = f(x);
    expect([y.dtype, y.shape]).toEqual(["i32", [1, 3]]);
  });

  test("a negative zero survives compiling", () => {
    const f = jit((c: Tensor) => np.divide(1, np.where(c, 1, -0)));
    expect(f(np.array(false, { dtype: "bool" })).item()).toBe(-Infinity);
  });
});

describe("P6 unsafe rewrites", () => {
  test("x * 0 keeps NaN and infinities", () => {
    const values = jit((x: Tensor) => x.mul(0))(np.array([NaN, Infinity, 1])).toArray() as number[];
    expect(values).toEqual([NaN, NaN, 0]);
  });

  test("(x * 6) * 4 is not reassociated unless fastMath allows it", () => {
    const f = (x: Tensor): Tensor => x.mul(6).mul(4);
    expect(count(String(jit(f).lower(ramp(3)).optimized), /= mul /g)).toBe(2);
    expect(count(String(jit(f, { fastMath: true }).lower(ramp(3)).optimized), /= mul /g)).toBe(1);
  });
});

describe("P7 log space", () => {
  test("log(exp x) is x", () => {
    const f = jit((x: Tensor) => np.log(np.exp(x)));
    expect(f(np.array([1000, -2000])).toArray()).toEqual([1000, -2000]);
  });

  test("log(sum(exp x)) and log(1 + exp x) stay finite at 1000, and so do their gradients", () => {
    const total = (x: Tensor): Tensor => np.log(np.sum(np.exp(x)));
    expect(jit(total)(np.array([1000, 1000])).item()).toBeCloseTo(1000 + Math.LN2, 9);
    const soft = jit((x: Tensor) => np.log(np.add(1, np.exp(x))));
    expect(soft(np.array([1000, -1000])).toArray()).toEqual([1000, 0]);
    const slope = jit(grad((x: Tensor) => np.log(np.add(1, np.exp(x)))));
    expect(slope(np.array(1000)).item()).toBeCloseTo(1, 12);
  });
});

describe("P8 memory planning", () => {
  test("a chain of twenty operations over n elements peaks at two n-buffers", () => {
    const n = 4096;
    const f = jit((x: Tensor) => {
      let y = x;
      for (let i = 0; i < 20; i++) y = np.tanh(y.mul(1.5).add(0.1));
      return y;
    });
    const { memory } = f.lower(ramp(n));
    // Input and output; nothing in between.
    expect(memory.arenaBytes).toBe(0);
    // Where every link is a barrier (each row waits for the sum of the last), two buffers take turns.
    const barriers = jit((x: Tensor) => {
      let y = x;
      for (let i = 0; i < 20; i++) y = np.exp(y.sub(np.logsumexp(y)));
      return y;
    }).lower(ramp(n));
    expect(barriers.memory.arenaBytes).toBeLessThanOrEqual(2 * n * 8 + 64);
    expect(barriers.memory.naiveBytes).toBeGreaterThanOrEqual(barriers.memory.arenaBytes);
  });
});

describe("J31 explain", () => {
  test("says which guard failed, with the old and the new value", () => {
    const f = jit((x: Tensor, options: { scale: number }) => x.mul(options.scale));
    f(ramp(3), { scale: 2 });
    f(ramp(4), { scale: 2 });
    f(ramp(4), { scale: 3 });
    const records = f.explain();
    expect(records).toHaveLength(3);
    const why = records.map((r) => JSON.stringify(r));
    expect(why[1]).toMatch(/3.*4/);
    expect(why[2]).toMatch(/2.*3/);
  });
});

describe("J40 conditioning data are an input", () => {
  test("new data of the same shape give the new density and compile nothing", () => {
    const density = (y: Tensor, mu: Tensor): Tensor => np.sum(dist.Normal(mu, 1).logProb(y));
    const f = jit(density);
    f(ramp(5), np.array(0));
    const y = np.array([1, 2, 3, 4, 5]);
    expect(f(y, np.array(0)).item()).toBeCloseTo(density(y, np.array(0)).item(), 12);
    expect(f.explain()).toHaveLength(1);
  });
});
