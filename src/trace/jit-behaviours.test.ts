// jit over many calls: the quick path for calls alike, modes, limits, handlers around it, host values, state.
import { afterEach, describe, expect, test, vi } from "vitest";
import { dist } from "../dist/index.js";
import { handlers, plate, sample } from "../handlers/index.js";
import { grad, jit, np, random, vmap, type Tensor } from "../tensor/index.js";

afterEach(() => vi.restoreAllMocks());

describe("calls like the last one", () => {
  test("values, structures and types that differ are not taken for it", () => {
    const f = jit((o: { x: Tensor; n?: unknown; xs?: readonly Tensor[] }) => {
      const total = (o.xs ?? []).reduce((a, b) => a.add(b), o.x);
      return typeof o.n === "number" ? total.mul(o.n) : total;
    });
    const x = np.array([1, 2]);
    const sum = (o: Parameters<typeof f>[0]): number => f(o).sum().item();
    for (let i = 0; i < 3; i++) {
      expect([sum({ x, n: 2 }), sum({ x, n: 2 }), sum({ n: 2, x })]).toEqual([6, 6, 6]);
      expect([sum({ x }), sum({ x, n: undefined })]).toEqual([3, 3]);
      expect(1 / sum({ x: np.zeros([2]), n: 0 })).toBe(Infinity);
      expect(
        1 /
          f({ x: np.zeros([2]), n: -0 })
            .at(0)
            .item(),
      ).toBe(-Infinity);
      expect(sum({ x, n: NaN })).toBeNaN();
      expect(sum({ x, xs: [x] })).toBe(6);
      expect(sum({ x, xs: [x, x] })).toBe(9);
      expect(f({ x: x.astype("f32"), n: 2 }).dtype).toBe("f32");
      expect(f({ x: np.array([[1, 2]]), n: 2 }).shape).toEqual([1, 2]);
    }
    expect(f.explain()).toHaveLength(10);
    expect(() => f({ x, n: 2, [Symbol("s")]: 1 } as never)).toThrow("symbols");
    const n = [1];
    const g = jit((v: Tensor, m: Map<number, number>) => v.mul(m.get(0)!));
    const map = new Map([[0, 2]]);
    expect(g(np.array(3), map).item()).toBe(6);
    map.set(0, 5);
    expect(g(np.array(3), map).item()).toBe(15);
    const h = jit((v: Tensor, list: number[]) => v.mul(list[0]!));
    expect(h(np.array(3), n).item()).toBe(3);
    n[0] = 4;
    expect(h(np.array(3), n).item()).toBe(12);
  });

  test("results are independent, in the structure of eager, key order included", () => {
    const f = jit((x: Tensor) => ({ z: x.add(1), a: [x.mul(2), { ["__proto__"]: x }], none: null }));
    const first = f(np.array([1, 2]));
    const second = f(np.array([3, 4]));
    expect(Object.keys(second)).toEqual(["z", "a", "none"]);
    expect(first.z.toArray()).toEqual([2, 3]);
    expect(second.z.toArray()).toEqual([4, 5]);
    expect(Object.keys(second.a[1] as object)).toEqual(["__proto__"]);
  });

  test("a disposed program is not run; aliased inputs are two inputs (J30)", () => {
    const f = jit((x: Tensor, y: Tensor) => [x.mul(2), x.add(y)]);
    const x = np.array([1, 2]);
    f(x, x);
    f.dispose();
    expect(f(x, x).map((t) => t.toArray())).toEqual([[2, 4], [2, 4]]); // prettier-ignore
    expect(f(x, np.array([5, 5])).map((t) => t.toArray())).toEqual([[2, 4], [6, 7]]); // prettier-ignore
    expect(f.explain()).toHaveLength(2);
    const storage = new Float64Array([1, 2]);
    const [a, b] = [np.array(storage), np.array(storage)];
    const before = f(a, b);
    storage[0] = 10;
    expect(before[1]!.toArray()).toEqual([2, 4]);
    expect(f(a, b)[1]!.toArray()).toEqual(a.add(b).toArray());
  });

  test("the overhead of a small call is small", () => {
    const f = jit((x: Tensor, y: Tensor) => x.mul(y).add(1));
    const [x, y] = [np.array([1, 2, 3]), np.array([4, 5, 6])];
    let best = Infinity;
    for (let round = 0; round < 20; round++) {
      const began = performance.now();
      for (let i = 0; i < 2000; i++) f(x, y);
      best = Math.min(best, (performance.now() - began) / 2);
    }
    // 0.4 us on the machine where this was written; six times that leaves room for a busy one.
    expect(best).toBeLessThan(2.5);
  });
});

describe("modes and limits", () => {
  test("alternating modes compile once each (J29)", () => {
    const f = jit((x: Tensor, train: boolean) => (train ? x.mul(2) : x));
    for (let i = 0; i < 20; i++) expect(f(np.array(3), i % 2 === 0).item()).toBe(i % 2 === 0 ? 6 : 3);
    expect(f.explain()).toHaveLength(2);
  });

  test("an irregular last batch compiles once and is right, gradient included (J24)", () => {
    const loss = (w: Tensor, x: Tensor): Tensor => x.mul(w).square().mean();
    const step = jit(grad(loss));
    const w = np.array(1.5);
    for (const rows of [10, 10, 3, 10, 3]) {
      const x = np.arange(rows).astype("f64");
      expect(step(w, x).item()).toBeCloseTo(grad(loss)(w, x).item(), 12);
    }
    expect(step.explain()).toHaveLength(2);
  });

  test("past its limit it warns once, naming the guard, and stays right; kept programs are still used (J26)", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    let traced = 0;
    const f = jit((x: Tensor, n: number) => (traced++, x.add(n)), { maxCompiles: 3, name: "grow" });
    for (let n = 0; n < 8; n++) expect(f(np.array(1), n).item()).toBe(1 + n);
    expect(f.explain()).toHaveLength(3);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/jit\(grow\) has compiled 3 programs.*argument 1: \d -> 3/);
    traced = 0;
    for (let n = 0; n < 3; n++) expect(f(np.array(1), n).item()).toBe(1 + n);
    expect(traced).toBe(0);
    expect(() => jit((x: Tensor) => x, { maxCompiles: 0 })).toThrow("maxCompiles must be a whole number");
  });

  test("400 signatures keep a bounded number of programs (J69)", () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const f = jit((x: Tensor, n: number) => x.add(n), {
      maxCompiles: 1500,
      maxPrograms: 8,
      backend: "interpret",
    });
    for (let n = 0; n < 400; n++) f(np.array(1), n);
    expect(f.programs).toHaveLength(8);
    expect(f(np.array(1), 399).item()).toBe(400);
    expect(f.explain()).toHaveLength(400);
  });

  test("warmed up, the next call compiles nothing and draws the same (J36)", async () => {
    const draw = (key: Tensor): Tensor => random.normal(key, [4]);
    const f = jit(draw);
    await f.compile(random.key(0));
    expect(f(random.key(7)).toArray()).toEqual(draw(random.key(7)).toArray());
    expect(f.explain()).toHaveLength(1);
  });
});

describe("handlers around a compiled model (J41)", () => {
  const model = (y: Tensor): Tensor => {
    const z = sample("z", dist.Normal(0, 1));
    sample("y", dist.Normal(z, 1), { obs: y });
    return z;
  };
  test("its trace holds numbers, and explain says that it ran in place and what to write", () => {
    const compiled = jit(model);
    const run = handlers.trace(handlers.seed(compiled, 3));
    for (let i = 0; i < 2; i++) {
      const t = run(np.array(1));
      expect(t.nodes["z"]!.value.link).toBe(null);
      expect(t.nodes["z"]!.value.item()).toBe(handlers.seed(model, 3)(np.array(1)).item());
    }
    const explained = compiled.explain();
    expect(explained).toHaveLength(0);
    const [record] = explained.inPlace;
    expect(record).toMatchObject({ handlers: ["trace", "seed"], calls: 2 });
    expect(record!.instead).toContain(
      "jit((key, ...args) => handlers.trace(handlers.seed(model, key))(...args))",
    );
    expect(String(explained)).toContain(
      "model: ran in place, not compiled: the handlers around the call (trace, seed)",
    );
  });
  test("the form that it names is compiled and gives the same numbers", () => {
    const inside = jit((key: Tensor, y: Tensor) => {
      const t = handlers.trace(handlers.seed(model, key))(y);
      return { z: t.nodes["z"]!.value, density: t.logProbSum() };
    });
    const key = random.key(3);
    const eager = handlers.trace(handlers.seed(model, key))(np.array(1));
    const got = inside(key, np.array(1));
    expect(got.z.item()).toBe(eager.nodes["z"]!.value.item());
    expect(got.density.item()).toBeCloseTo(eager.logProbSum().item(), 12);
    expect(inside.explain().inPlace).toEqual([]);
    expect(inside.explain()).toHaveLength(1);
  });
  test("what was compiled without a handler sees one that is entered later (J39), also after many calls", () => {
    const f = jit((key: Tensor) => handlers.seed(() => sample("z", dist.Normal(0, 1)), key)());
    const bare = f(random.key(0)).item();
    for (let i = 0; i < 5; i++) expect(f(random.key(0)).item()).toBe(bare);
    expect(handlers.condition(f, { z: 9 })(random.key(0)).item()).toBe(9);
    expect(f(random.key(0)).item()).toBe(bare);
    expect(f.explain().inPlace.map((r) => r.handlers)).toEqual([["condition"]]);
  });
});

describe("seeds and vmap (J46)", () => {
  const draw = (): Tensor => plate("p", 2, () => sample("z", dist.Normal(0, 1)));
  test("one seed outside vmap gives every row the same draws, a key per row its own; compiled as eagerly", () => {
    const shared = (key: Tensor, x: Tensor): Tensor =>
      handlers.seed(
        vmap((v: Tensor) => draw().add(v)),
        key,
      )(x);
    const own = (keys: Tensor): Tensor => vmap((key: Tensor) => handlers.seed(draw, key)())(keys);
    const [key, x] = [random.key(1), np.zeros([3])];
    const rows = shared(key, x).toArray() as number[][];
    expect(rows[1]).toEqual(rows[0]);
    expect(jit(shared)(key, x).toArray()).toEqual(rows);
    const keys = random.split(key, 3);
    const each = own(keys).toArray() as number[][];
    expect(new Set(each.map((r) => r[0])).size).toBe(3);
    expect(jit(own)(keys).toArray()).toEqual(each);
  });
});

describe("host values and state", () => {
  test("a captured host number is static; checkTrace says so when it has changed (J52)", () => {
    let rate = 2;
    const plain = jit((x: Tensor) => x.mul(rate));
    const checked = jit((x: Tensor) => x.mul(rate), { checkTrace: true, name: "step" });
    const x = np.array(3);
    expect([plain(x).item(), checked(x).item(), checked(x).item()]).toEqual([6, 6, 6]);
    rate = 5;
    expect(plain(x).item()).toBe(6);
    expect(() => checked(x)).toThrow(/checkTrace of jit\(step\).*out of date[^]*pass that as an argument/);
  });
  test("state goes in and comes out, and advances in compiled steps (J53)", () => {
    interface State {
      readonly mean: Tensor;
      readonly steps: Tensor;
    }
    const step = jit((s: State, batch: Tensor): State => ({
      mean: s.mean.mul(0.9).add(batch.mean().mul(0.1)),
      steps: s.steps.add(1),
    }));
    let state: State = { mean: np.array(0), steps: np.array(0, { dtype: "i32" }) };
    let mean = 0;
    for (let i = 0; i < 50; i++) {
      state = step(state, np.array([i, i + 1]));
      mean = mean * 0.9 + (i + 0.5) * 0.1;
    }
    expect(state.steps.item()).toBe(50);
    expect(state.steps.dtype).toBe("i32");
    expect(state.mean.item()).toBeCloseTo(mean, 10);
    expect(step.explain()).toHaveLength(1);
  });
});

test("explain says what each kernel costs, and with { profile: true } what it takes, while the program is kept", () => {
  const f = (x: Tensor): Tensor => x.exp().sum();
  const plain = jit(f);
  plain(np.ones([100]));
  expect(String(plain.explain())).toMatch(
    /^f #0: first call .*\n {2}kernel +flops +bytes +instructions +from\n {2}#0 100 +\d+ +800 +2\b/,
  );
  const [record] = plain.explain();
  expect(record!.lowered!.kernelCosts[0]!.what).toBe("100");
  expect(String(record!.lowered!.optimized)).toContain("exp");
  const timed = jit(f, { profile: true });
  timed(np.ones([100]));
  expect(String(timed.explain())).toMatch(/\n {2}kernel +flops +bytes +instructions +µs +share +from\n/);
  plain.dispose();
  expect(plain.explain()[0]!.lowered).toBe(null);
  expect(String(plain.explain())).not.toContain("kernel");
  const slow = jit(f, { backend: "interpret" });
  slow(np.ones([100]));
  expect(String(slow.explain())).not.toContain("kernel");
});
