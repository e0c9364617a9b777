// export and load: the same bits without the compiler; kept contents replaceable; wrong files and arguments named.
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { getParamStore, param } from "../handlers/index.js";
import { Artefact, load, RuntimeArray, type Manifest } from "../runtime/entry.js";
import { FORMAT, SECTION, VERSION } from "../runtime/manifest.js";
import { appendSections } from "../codegen/wasm/append.js";
import { grad, jit, np, random, type Tensor } from "../tensor/index.js";

const bits = (x: ArrayLike<number>): number[] => Array.from(x);
const table = np.arange(40).astype("f64").mul(0.1);

describe("an exported function", () => {
  test("gives the bits of the compiled function: trees, dtypes, constants, captured data, static parts (D1, D4)", () => {
    const f = jit((o: { b: Tensor; a: Tensor }, n: number, k: Tensor) => ({
      z: [np.logsumexp(o.a.mul(n)).add(table.sum()), np.cumsum(o.b)],
      a: { count: o.b.sum(), flags: o.a.gt(0), nothing: null, label: "x", missing: undefined, zero: -0 },
      draw: random.normal(k, [3]).add(np.take(table, np.array([1, 5, 39], { dtype: "i32" }))),
    }));
    const args = [
      { b: np.array([3, -1, 7], { dtype: "i32" }), a: np.array([0.1, -2, 5.5, 1e-3]) },
      2.5,
      random.key(2 ** 40 + 3),
    ] as const;
    const bytes = f.export(...args);
    const inMemory = f(...args);
    f.dispose();
    const loaded = load(bytes);
    const got = loaded.call(...args) as typeof inMemory;
    expect(Object.keys(got)).toEqual(["z", "a", "draw"]);
    expect(got.a.nothing).toBe(null);
    expect(got.a.label).toBe("x");
    expect("missing" in got.a).toBe(true);
    expect(Object.is(got.a.zero, -0)).toBe(true);
    const pairs: [Tensor, Tensor][] = [
      [got.z[0]!, inMemory.z[0]!],
      [got.z[1]!, inMemory.z[1]!],
      [got.a.count, inMemory.a.count],
      [got.a.flags, inMemory.a.flags],
      [got.draw, inMemory.draw],
    ];
    for (const [a, b] of pairs) {
      expect(a).toBeInstanceOf(RuntimeArray);
      expect([a.dtype, a.shape]).toEqual([b.dtype, b.shape]);
      expect(bits(a.data())).toEqual(bits(b.data()));
    }
    // Without tensors: nested arrays, typed arrays, a seed for the key.
    const plain = loaded.call({ a: new Float64Array([0.1, -2, 5.5, 1e-3]), b: [3, -1, 7] }, 2.5, 2 ** 40 + 3);
    expect(JSON.stringify(plain)).toBe(JSON.stringify(got));
    // Results are copies, and a new key gives other draws.
    const other = loaded.call(args[0], 2.5, 4) as typeof inMemory;
    expect(bits(other.draw.data())).not.toEqual(bits(got.draw.data()));
    expect(bits(other.draw.data())).toEqual(bits(f(args[0], 2.5, random.key(4)).draw.data()));
  });

  test("gradients too, through a prologue made of captured data", () => {
    const x = np.arange(60).reshape([20, 3]).astype("f64").mul(0.01);
    const loss = (w: Tensor): Tensor =>
      np
        .matmul(x, w)
        .exp()
        .sum()
        .add(np.special.lgamma(x.add(1)).sum());
    const f = jit((w: Tensor) => grad(loss)(w) as Tensor);
    const w = np.array([0.3, -0.2, 0.9]);
    const loaded = load(f.export(w));
    expect(bits((loaded.call(w) as RuntimeArray).data())).toEqual(bits(f(w).data()));
    expect(loaded.kept).toEqual(["captured 0"]);
    loaded.set("captured 0", x.mul(2));
    const doubled = (v: Tensor): Tensor => np.matmul(x.mul(2), v).exp().sum();
    expect((loaded.call(w) as RuntimeArray).toArray()).toEqual(
      (grad(doubled)(w).toArray() as number[]).map((g) => expect.closeTo(g, 9)),
    );
  });

  test("parameters are data: replaced without another export (D5)", () => {
    getParamStore().set("slope", np.array([1, 2]));
    const f = jit((x: Tensor) => x.mul(param("slope")));
    const loaded = load(f.export(np.array(3)));
    expect((loaded.call(3) as RuntimeArray).toArray()).toEqual([3, 6]);
    const [name] = loaded.kept;
    expect(name).toBe('param "slope"');
    loaded.set(name!, [10, 20]);
    expect((loaded.call(3) as RuntimeArray).toArray()).toEqual([30, 60]);
    expect(() => loaded.set("slop", 1)).toThrow('keeps nothing called "slop"; it keeps "param "slope""');
    getParamStore().clear();
  });

  test("a function among the arguments is part of the program; a result that no file can hold is refused", () => {
    const f = jit((x: Tensor, link: (x: Tensor) => Tensor) => link(x));
    const loaded = load(f.export(np.array(1), (x) => x.exp()));
    expect((loaded.call(1, null) as RuntimeArray).item()).toBe(np.exp(np.array(1)).item());
    expect(() => jit((x: Tensor) => [x, new Map()]).export(np.array(1))).toThrow("its result holds a Map");
  });
});

describe("what can be wrong (D3)", () => {
  const f = jit((o: { x: Tensor }, mode: string) => (mode === "up" ? o.x.add(1) : o.x), { name: "shift" });
  const bytes = f.export({ x: np.array([1, 2], { dtype: "f64" }) }, "up");
  const loaded = load(bytes);
  test("arguments", () => {
    const x = [1, 2];
    const cases: [unknown[], RegExp | string][] = [
      [[{ x }], 'call of shift: 2 arguments are needed, as [{ x: * }, "up"], got 1.'],
      [[{ x }, "down"], 'argument 1 must be "up", got "down". It is part of the exported program'],
      [[{ y: x }, "up"], 'argument 0 must be an object with x; "x" is missing'],
      [[{ x, y: x }, "up"], '"y" is not among them'],
      [[x, "up"], "argument 0 must be an object with x, got an array of 2"],
      [[{ x: [1, 2, 3] }, "up"], "argument 0.x must be f64[2], got an array of shape [3]"],
      [[{ x: new Float32Array(3) }, "up"], "got a Float32Array of 3"],
      [[{ x: [1, "2"] }, "up"], "got a ragged array"],
      [[{ x: np.array([1, 2], { dtype: "f32" }) }, "up"], "argument 0.x must be f64[2], got f32[2]"],
      [[{ x: null }, "up"], "got null"],
    ];
    for (const [args, message] of cases) expect(() => loaded.call(...args)).toThrow(message);
    const whole = load(jit((i: Tensor) => i.add(1)).export(np.array([1], { dtype: "i32" })));
    expect(() => whole.call([1.5])).toThrow("got 1.5, which i32 does not hold");
    expect(() => loaded.logDensity([1])).toThrow("the file holds the function shift; use call(...)");
  });
  test("files: no module, another module, another format", () => {
    expect(() => load(new Uint8Array([1, 2, 3]))).toThrow("these bytes are no WebAssembly module");
    const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    expect(() => load(empty)).toThrow('the module has no section "sinter"');
    const later = new TextEncoder().encode(JSON.stringify({ format: FORMAT + 1, sinter: "9.9.9" }));
    expect(() => load(appendSections(empty, [{ name: SECTION, bytes: later }]))).toThrow(
      /the file has format 2, written by sinter 9\.9\.9; this runtime, of sinter .*, reads format 1\. Export the program again/,
    );
  });
  test("every way in gives the same thing", async () => {
    const module = new WebAssembly.Module(bytes as BufferSource);
    const response = new Response(bytes as BodyInit, { headers: { "content-type": "application/wasm" } });
    const url = `data:application/wasm;base64,${Buffer.from(bytes).toString("base64")}`;
    for (const artefact of [
      load(module),
      load(bytes.buffer as ArrayBuffer),
      await load(response),
      await load(url),
    ]) {
      expect(artefact).toBeInstanceOf(Artefact);
      expect((artefact.call({ x: [1, 2] }, "up") as RuntimeArray).toArray()).toEqual([2, 3]);
    }
    await expect(load("/nowhere/f.wasm")).rejects.toThrow("ENOENT");
  });
  test("the manifest says what a caller without this package needs", () => {
    const manifest: Manifest = loaded.manifest;
    expect(manifest).toMatchObject({
      format: 1,
      sinter: packageJson.version,
      kind: "function",
      name: "shift",
    });
    expect(VERSION).toBe(packageJson.version);
    if (manifest.kind !== "function") throw new Error("a function was exported");
    const { call } = manifest.entries;
    expect(call).toMatchObject({
      main: "call",
      prologue: null,
      inputs: [{ name: "argument 0.x", dtype: "f64", shape: [2], role: "given" }],
      outputs: [{ name: "result", dtype: "f64", shape: [2] }],
    });
  });
});
