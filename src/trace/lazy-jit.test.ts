// jit: values and gradients against eager and finite differences, compile counts, guards, errors.
import { afterEach, describe, expect, test, vi } from "vitest";
import * as np from "../tensor/np.js";
import * as random from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { ambientInput } from "./ambient.js";
import { checkTrace } from "./check-trace.js";
import { hessian } from "./derivatives.js";
import { grad, valueAndGrad } from "./grad.js";
import { registerGuard } from "./guards.js";
import { jit as jitBy, LazyJIT, type Jitted, type JitOptions } from "./lazy-jit.js";
import { vmap } from "./vmap.js";

afterEach(() => vi.restoreAllMocks());

// Everything holds on both backends; on wasm it also shows that what runs is compiled.
describe.each(["interpret", "wasm"] as const)("%s", (backend) => {
  const jit = <A extends unknown[], R>(fn: (...args: A) => R, options: JitOptions = {}): Jitted<A, R> =>
    jitBy(fn, { backend, ...options });

  test("the backend runs", () => {
    const lowered = jit((x: Tensor) => x.mul(2)).lower(np.ones([3]));
    if (backend === "wasm") expect(WebAssembly.validate(lowered.wasm.slice())).toBe(true);
    else expect(() => lowered.wasm).toThrow("the interpreter makes no WebAssembly");
    expect(String(lowered.graph)).toContain("mul");
    expect(String(lowered.kernels)).toContain("mul");
  });

  /** Value and gradient of sum(fn(x)) compiled against eager (bits) and finite differences. */
  function agree(fn: (x: Tensor) => Tensor, x0: readonly number[]): void {
    const x = np.array(x0);
    const loss = (v: Tensor): Tensor => fn(v).sum();
    expect(jit(fn)(x).toArray()).toEqual(fn(x).toArray());
    const eager = grad(loss)(x).toArray() as number[];
    const compiled = jit(grad(loss))(x).toArray() as number[];
    x0.forEach((_, i) => {
      expect(compiled[i]).toBeCloseTo(eager[i]!, 12);
      const at = (d: number): number => loss(np.array(x0.map((v, k) => (k === i ? v + d : v)))).item();
      expect(compiled[i]).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 5);
    });
  }

  test("traced equals eager, with gradients (J01)", () => {
    agree((x) => x.exp().mul(x.sin()), [0.1, 0.2, -3]);
    agree((x) => np.logsumexp(x).add(x.at(1)), [1, 2, 3]);
    agree((x) => np.cumsum(x.square()).log1p(), [1, 2, 3]);
    agree((x) => np.scan((c, v) => [(c as Tensor).mul(v as Tensor), c as Tensor], 1, x)[1], [1, 2, 3]);
    agree((x) => np.cond(x.at(0).gt(0), () => x.mul(2), () => x.square()), [-1, 2]); // prettier-ignore
  });

  test("example values are not baked (J02), shape-derived values follow the shape (J03)", () => {
    const f = jit((x: Tensor) => x.mul(np.arange(x.shape[0]!)).div(x.size));
    expect(f(np.ones([3])).toArray()).toEqual([0, 1 / 3, 2 / 3]);
    expect(f(np.array([3, 3, 3])).toArray()).toEqual([0, 1, 2]);
    expect(f(np.ones([2])).toArray()).toEqual([0, 0.5]);
    expect(f.explain()).toHaveLength(2);
    expect(f.explain()[1]!.failed).toEqual([{ guard: "argument 0", old: "f64[3]", new: "f64[2]" }]);
  });

  test("results keep their structure and are independent (J04, J55)", () => {
    const big = np.arange(100).astype("f64");
    const f = jit((x: Tensor) => ({
      same: [x, x],
      nested: { y: x.add(1), n: 7, nothing: null },
      constant: np.array(3),
      big,
    }));
    const first = f(np.array([1, 2]));
    expect(first.nested.n).toBe(7);
    expect(first.nested.nothing).toBe(null);
    expect(first.constant.item()).toBe(3);
    expect(first.big.toArray()).toEqual(big.toArray());
    expect(first.same[0]).not.toBe(first.same[1]);
    expect(first.same[0]!.data()).not.toBe(first.same[1]!.data());
    f(np.array([5, 6]));
    expect(first.nested.y.toArray()).toEqual([2, 3]);
    expect(first.same[0]!.toArray()).toEqual([1, 2]);
  });

  test("side effects happen per compile (J05), nothing accumulates (J54)", () => {
    let count = 0;
    const f = jit((x: Tensor) => {
      count++;
      return x.mul(2);
    });
    for (let i = 0; i < 100; i++) expect(f(np.array([1])).toArray()).toEqual([2]);
    expect(count).toBe(1);
  });

  test("dtypes are those of eager (J09)", () => {
    const i = np.array([1, 2], { dtype: "i32" });
    for (const literal of [0, 1, 2, -1, 0.5, NaN, -0]) {
      const f = (x: Tensor): Tensor[] => [
        x.add(literal),
        x.mul(literal),
        x.mul(np.array(literal, { dtype: "f32" })),
      ];
      const [a, b] = [jit(f)(i), f(i)];
      a.forEach((t, k) => {
        expect(t.dtype).toBe(b[k]!.dtype);
        expect(t.toArray()).toEqual(b[k]!.toArray());
      });
    }
  });

  describe("guards", () => {
    test("arity and static values (J20, J21)", () => {
      const sum = jit((...xs: Tensor[]) => xs.reduce((a, b) => a.add(b)));
      const one = np.array(1);
      expect([sum(one).item(), sum(one, one).item(), sum(one, one, one).item()]).toEqual([1, 2, 3]);
      expect(sum.programs).toHaveLength(3);
      const scaled = jit((x: Tensor, scale: number) => x.mul(scale));
      for (let pass = 0; pass < 2; pass++)
        for (const s of [-1, 0, 1, 10]) expect(scaled(one, s).item()).toBe(one.mul(s).item());
      expect(scaled.programs).toHaveLength(4);
      expect(scaled.explain()[1]!.why).toBe("argument 1: -1 -> 0");
    });

    test("the static key is lossless (J22)", () => {
      const seen: unknown[] = [];
      const f = jit((x: Tensor, v: unknown) => {
        seen.push(v);
        return x;
      });
      class Box {
        constructor(public v: number) {}
      }
      const box = new Box(1);
      const values: unknown[] = [
        ...[NaN, Infinity, -Infinity, null, undefined, 0, -0, 1, "1", 1n, true, "true", "null", "NaN", ""],
        ...[
          () => 1,
          () => 1,
          new Map([[1, 2]]),
          new Map([[1, 3]]),
          new Set([1]),
          new Set([2]),
          [],
          {},
          [[]],
          [null],
        ],
        ...[
          { a: 1 },
          { a: undefined },
          { b: 1 },
          ["a", "b"],
          ["a,b"],
          new Date(1),
          new Date(2),
          /a/,
          /a/g,
          Symbol("a"),
          Symbol("a"),
        ],
        ...[
          new Box(1),
          box,
          new Float64Array([1]),
          new Float32Array([1]),
          new Float64Array([-0]),
          new Float64Array([0]),
        ],
      ];
      const x = np.array(1);
      for (const v of values) f(x, v);
      expect(seen).toHaveLength(values.length);
      for (const v of values) f(x, v);
      expect(seen).toHaveLength(values.length);
      box.v = 2;
      f(x, box);
      expect(seen).toHaveLength(values.length + 1);
      for (const bad of [Promise.resolve(1), new WeakMap(), [1][Symbol.iterator](), { [Symbol("k")]: 1 }])
        expect(() => f(x, bad)).toThrow(
          /^argument 1.* is an? .*: a compiled program cannot be looked up by it/,
        );
    });

    test("shape and dtype (J23), presence (J27), registered guards (J39)", () => {
      const f = jit((x: Tensor | null, y: Tensor | null) => (x ? x.sum() : y!.prod()));
      expect(f(np.array([1, 2]), null).item()).toBe(3);
      expect(f(null, np.array([3, 4])).item()).toBe(12);
      expect(f(np.array([1, 2, 3]), null).item()).toBe(6);
      expect(f(np.array([1, 2], { dtype: "f32" }), null).dtype).toBe("f32");
      expect(f(np.array([1, 2]), null).item()).toBe(3);
      expect(f.programs).toHaveLength(4);
      let mode = "train";
      const remove = registerGuard("test mode", () => mode);
      try {
        const g = jit((x: Tensor) => (mode === "train" ? x : x.mul(2)));
        for (let i = 0; i < 20; i++) {
          mode = i % 2 === 0 ? "train" : "eval";
          expect(g(np.array(1)).item()).toBe(i % 2 === 0 ? 1 : 2);
        }
        expect(g.explain().map((r) => r.why)).toEqual(["first call", 'test mode: "train" -> "eval"']);
      } finally {
        remove();
      }
    });

    test("the cache is bounded, and dispose frees (J69)", () => {
      const f = jit((x: Tensor, n: number) => x.add(n), { maxPrograms: 2 });
      for (const n of [1, 2, 1, 3, 1]) f(np.array(0), n);
      expect(f.programs).toHaveLength(2);
      expect(f.explain()).toHaveLength(3);
      f(np.array(0), 2);
      expect(f.explain()[3]!.why).toBe("the program for these arguments had been dropped");
      const [first] = f.programs;
      f.dispose();
      expect(f.programs).toHaveLength(0);
      expect(first).toBeDefined();
      expect(f(np.array(1), 2).item()).toBe(3);
    });
  });

  describe("the lazy wrapper", () => {
    test("traces nothing until called (J32), and warms up on demand (J36)", async () => {
      let traces = 0;
      const lazy = new LazyJIT(
        (k: Tensor, x: Tensor) => {
          traces++;
          return x.add(random.normal(k, [2]));
        },
        { backend },
      );
      expect(traces).toBe(0);
      const [k, x] = [random.key(3), np.zeros([2])];
      await lazy.compile(k, x);
      expect(traces).toBe(1);
      const cold = jit((key: Tensor, v: Tensor) => v.add(random.normal(key, [2])));
      expect(lazy.call(k, x).toArray()).toEqual(cold(k, x).toArray());
      expect(traces).toBe(1);
      const [record] = lazy.explain();
      expect(record!.why).toBe("first call");
      expect(record!.ms).toBeGreaterThan(0);
      expect(String(lazy.lower(k, x).graph)).toContain("randomBits");
    });

    test("signatures are independent (J33): each program reads its own ambient inputs, afresh at every call", () => {
      const store = new Map<string, Tensor>();
      store.set("a", np.array(1));
      store.set("b", np.array(10));
      const param = (name: string): Tensor => ambientInput(name, name, () => store.get(name)!);
      const f = jit((x: Tensor, both: boolean) =>
        both ? x.mul(param("a")).add(param("b")) : x.mul(param("a")),
      );
      const x = np.array(2);
      expect([f(x, false).item(), f(x, true).item(), f(x, false).item()]).toEqual([2, 12, 2]);
      store.set("a", np.array(5));
      expect([f(x, false).item(), f(x, true).item()]).toEqual([10, 20]);
      expect(f.explain()).toHaveLength(2);
      store.set("a", np.array([1, 2]));
      expect(f(x, false).toArray()).toEqual([2, 4]);
      expect(f.explain()[2]!.failed).toEqual([{ guard: "reads a", old: "f64[]", new: "f64[2]" }]);
      const g = jit((v: Tensor) => grad((w: Tensor) => w.mul(param("b")).square())(v));
      expect(g(np.array(1)).item()).toBe(200);
    });

    test("a rebuilt closure is another program (J34)", () => {
      const make = (n: number) => (x: Tensor) => x.add(n);
      const f = jit((x: Tensor, model: (x: Tensor) => Tensor) => model(x), { maxPrograms: 4 });
      for (let n = 0; n < 10; n++) expect(f(np.array(0), make(n)).item()).toBe(n);
      expect(f.programs).toHaveLength(4);
    });

    test("a failing first call leaves no trace (J35)", () => {
      let fail = true;
      const f = jit((x: Tensor) => {
        const y = x.mul(2);
        if (fail) throw new Error("mine");
        return y;
      });
      expect(() => f(np.array(1))).toThrow("mine");
      expect(f.programs).toHaveLength(0);
      expect(np.add(1, 1).item()).toBe(2);
      fail = false;
      expect(f(np.array(1)).item()).toBe(2);
      expect(f.explain()).toHaveLength(1);
    });

    test("unknown options and missing backends are named", () => {
      expect(() => jit((x: Tensor) => x, { nmae: "f" } as object)).toThrow('there is no option "nmae"');
      expect(() => jit((x: Tensor) => x, { backend: "webgpu" })).toThrow("no GPU backend is present");
      expect(() => jit((x: Tensor) => x, { backend: "cuda" as "wasm" })).toThrow(
        'There is no backend "cuda"',
      );
    });
  });

  test("gradients inside, outside and twice (J62)", () => {
    const cube = (x: Tensor): Tensor => x.mul(x).mul(x);
    const x = np.array(2);
    expect(jit(grad(cube))(x).item()).toBe(12);
    expect(grad(jit(cube))(x).item()).toBe(12);
    expect(grad(jit(grad(cube)))(x).item()).toBe(12);
    expect(jit(hessian((v: Tensor) => cube(v).sum()))(np.array([1, 2])).toArray()).toEqual([[6, 0], [0, 12]]); // prettier-ignore
    const f = jit(valueAndGrad(cube));
    for (let i = 0; i < 2; i++) expect(f(x).map((t) => t.item())).toEqual([8, 12]);
    expect(f.explain()).toHaveLength(1);
    expect(jit(vmap(grad(cube)))(np.array([1, 2])).toArray()).toEqual([3, 12]);
    expect(vmap(jit(cube))(np.array([1, 2])).toArray()).toEqual([1, 8]);
  });

  describe("random keys", () => {
    test("fresh draws per key, the bits of eager (J43)", () => {
      const draw = (k: Tensor): Tensor => random.gamma(k, [0.3, 5]);
      const f = jit(draw);
      const [a, b] = random.split(random.key(0));
      expect(f(a!).toArray()).toEqual(draw(a!).toArray());
      expect(f(a!).toArray()).not.toEqual(f(b!).toArray());
      expect(f.explain()).toHaveLength(1);
    });
    test("a captured key is an error; one made inside is honoured (J43, J44)", () => {
      const k = random.key(0);
      expect(() => jit((x: Tensor) => x.add(random.normal(k)))(np.array(0))).toThrow(
        "captures a random key from outside",
      );
      const inside = jit((x: Tensor) => x.add(random.normal(random.key(0))));
      expect(inside(np.array(0)).item()).toBe(random.normal(k).item());
    });
    test("ambient randomness warns with the place (J45)", () => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      jit((x: Tensor) => x.mul(Math.random()).add(Math.random()).add(Date.now()))(np.array(1));
      expect(warn).toHaveBeenCalledTimes(2);
      expect(warn.mock.calls[0]![0]).toMatch(
        /jit\(anonymous\) calls Math.random\(\) while it is traced[^]*lazy-jit.test/,
      );
      Math.random();
      expect(warn).toHaveBeenCalledTimes(2);
    });
  });

  describe("errors on tracers", () => {
    test("JavaScript operators throw with the remedy (J65)", () => {
      const uses: ((x: Tensor) => unknown)[] = [
        (x) => ((x as unknown as number) > 0 ? x : x.neg()),
        (x) => (x as unknown as number) + 1,
        (x) => `${x as unknown as number}`,
        (x) => Math.exp(x as unknown as number),
      ];
      for (const use of uses)
        expect(() => jit(use, { name: "model" })(np.array(1))).toThrow(
          /the traced tensor f64\[\] made by an argument of jit\(model\) in jit\(model\) was used as a plain JavaScript (number|string).*np.where/,
        );
    });
    test("reading throws with advice (J66b), leaks are named (J66a)", () => {
      expect(() => jit((x: Tensor) => x.item())(np.array(1))).toThrow(
        /item\(\) on the traced tensor.*np.where.*jit: false/,
      );
      expect(() => jit((x: Tensor) => x.toArray())(np.array([1]))).toThrow("toArray() on the traced tensor");
      let leaked: Tensor | undefined;
      jit((x: Tensor) => (leaked = x.exp()), { name: "model" })(np.array(1));
      expect(() => leaked!.add(1)).toThrow(
        "the traced tensor f64[] made by np.exp in jit(model) is used after that trace ended",
      );
      expect(() => jit((x: Tensor) => x.add(leaked!))(np.array(1))).toThrow("used after that trace ended");
      expect(leaked!.toString()).toContain("made by np.exp");
    });
    test("promises cannot be traced", () => {
      expect(() => jit(async (x: Tensor) => x)(np.array(1))).toThrow(
        "only synchronous functions can be traced",
      );
    });
  });

  describe("checkTrace (J07, J08)", () => {
    const x = np.array([1, 2]);
    test("passes for pure functions, sampling ones included", () => {
      checkTrace((v: Tensor) => v.exp().sum(), x);
      checkTrace((k: Tensor) => random.normal(k, [3]), random.key(1));
      expect(jit((v: Tensor) => v.add(1), { checkTrace: true })(x).toArray()).toEqual([2, 3]);
    });
    test("finds counters, memoised tensors and hidden randomness", () => {
      let n = 0;
      expect(() => checkTrace((v: Tensor) => v.mul(++n), x)).toThrow(
        "two traces on the same arguments differ",
      );
      expect(() =>
        checkTrace(
          (v: Tensor) => v.mul(np.array(Array.from({ length: 20 }, Math.random))).sum(),
          np.ones([20]),
        ),
      ).toThrow("has other contents");
      let memo: Tensor | undefined;
      expect(() => checkTrace((v: Tensor) => (memo ??= v.mul(2)).add(v), x)).toThrow(
        "used after that trace ended",
      );
    });
  });
});
