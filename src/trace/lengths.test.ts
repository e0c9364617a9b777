// One generic program against one program for each length, and against eager mode, for what models do with rows.
import { describe, expect, it } from "vitest";
import { grad, jit, np, random, valueAndGrad, type Tensor } from "../tensor/index.js";

type Rows = { X: Tensor; wide: Tensor; y: Tensor; g: Tensor; b: Tensor; key: Tensor };

const rows = (n: number): Rows => ({
  X: np.sin(np.arange(n * 3).mul(0.37)).reshape([n, 3]),
  wide: np.sin(np.arange(n * 10).mul(0.61)).reshape([n, 10]),
  y: np.cos(np.arange(n).mul(1.3)),
  g: np.array(
    Array.from({ length: n }, (_, i) => (i * 7) % 4),
    { dtype: "i32" },
  ),
  b: np.array([0.3, -0.2, 0.7]),
  key: random.key(3),
});

const softplus = (x: Tensor): Tensor => np.log1p(np.exp(x));
const loss = (X: Tensor, y: Tensor, b: Tensor): Tensor => {
  const eta = np.matmul(X, b);
  return y.mul(eta).sub(softplus(eta)).sum();
};

const cases: Record<string, (r: Rows) => Tensor | readonly Tensor[]> = {
  mean: ({ y }) => y.mean(),
  "mean of rows": ({ X }) => X.mean(0),
  variance: ({ y }) => [y.var(), np.std(y, null, { ddof: 1 })],
  "logistic gradient": ({ X, y, b }) => {
    const [v, g] = valueAndGrad((c: Tensor) => loss(X, y, c))(b);
    return [v, g];
  },
  // Copies of a turn walk through parts of their own of the rows: see codegen/wasm/apart.ts.
  "logistic gradient of wide rows": ({ wide, y }) => {
    const [v, g] = valueAndGrad((c: Tensor) => loss(wide, y, c))(np.linspace(-0.4, 0.5, 10));
    return [v, g];
  },
  "scaled by the length": ({ X, y, b }) => loss(X, y, b).mul(1000 / X.shape[0]!),
  "log of the length": ({ y }) => y.mul(Math.log(y.shape[0]!)).sum(),
  arange: ({ y }) => np.arange(y.shape[0]!).mul(y).sum(),
  "linspace in place": ({ y }) => y.add(np.linspace(0, 1, y.shape[0]!)),
  "ones and zeros": ({ y }) =>
    np
      .ones([y.shape[0]!])
      .mul(2)
      .add(y)
      .sum()
      .add(np.zeros([y.shape[0]!]).sum()),
  flip: ({ y }) => np.flip(y, 0).add(y),
  roll: ({ y }) => np.roll(y, 1).mul(y),
  differences: ({ y }) => y.slice([1]).sub(y.slice([0, -1])),
  "last row": ({ X }) => X.at(-1),
  "first rows": ({ X }) => X.slice([0, 1]).sum(),
  pad: ({ y }) => np.pad(y, [[1, 2]]),
  concatenate: ({ y, b }) => np.concatenate([b, y, y.mul(2)]),
  stack: ({ y }) => np.stack([y, y.mul(y)], 1),
  "stack in front": ({ y }) => np.stack([y, y.mul(y)], 0),
  transpose: ({ X }) => X.T.mul(2),
  "gram matrix": ({ X }) => np.matmul(X.T, X),
  "product of matrices": ({ X }) =>
    np.matmul(
      X,
      np.array([
        [1, 2, 3, 4],
        [0, 1, 0, 1],
        [2, 2, 1, 0],
      ]),
    ),
  "row sums": ({ X }) => X.sum(1),
  "softmax of rows": ({ X }) => np.softmax(X, 1),
  "softmax over rows": ({ y }) => np.softmax(y, 0),
  logsumexp: ({ y }) => np.logsumexp(y),
  extremes: ({ y }) => [y.max(), y.min(), np.argmax(y)],
  cumsum: ({ y }) => np.cumsum(y),
  "cumsum of columns": ({ X }) => np.cumsum(X, 0),
  sort: ({ y }) => np.sort(y),
  "group effects": ({ X, y, g, b }) => {
    const u = np.concatenate([b, np.array([0.1])]);
    return grad((w: Tensor) => np.take(w, g).mul(y).add(X.sum(1)).square().sum())(u);
  },
  "group sums": ({ y, g }) => np.scatterAdd(np.zeros([4]), g, y),
  "rows by index": ({ X, g }) => np.take(X, np.mod(g, 2), 0),
  "row by constant index": ({ y }) => np.take(y, np.array([0, 1], { dtype: "i32" })),
  permuted: ({ X, y }) => np.take(X, np.argsort(y), 0),
  scan: ({ y }) =>
    np.scan((c: Tensor, x: Tensor) => [c.mul(0.5).add(x), c.sub(x)] as const, np.array(0), y)[1],
  "scan that uses the length": ({ y }) =>
    np.scan((c: Tensor, x: Tensor) => [c.add(x.div(y.shape[0]!)), c] as const, np.array(0), y)[0],
  "gradient through a scan": ({ y, b }) =>
    grad((a: Tensor) =>
      np.scan((c: Tensor, x: Tensor) => [c.mul(a.at(0)).add(x).tanh(), c] as const, np.array(0), y)[1].sum(),
    )(b),
  "while that uses the length": ({ y }) =>
    np.whileLoop(
      (c) => c.i.lt(y.shape[0]!),
      (c) => ({ i: c.i.add(1), s: c.s.add(np.take(y, c.i)).mul(0.9) }),
      { i: np.array(0, { dtype: "i32" }), s: np.array(0) },
    ).s,
  "cond over rows": ({ y }) =>
    np.cond(
      y.sum().gt(0),
      (x: Tensor) => x.mul(y.shape[0]!),
      (x: Tensor) => x.neg(),
      y,
    ),
  where: ({ y }) => np.where(y.gt(0), np.log(np.abs(y)), y.mul(2)).sum(),
  mask: ({ y, g }) => np.where(g.eq(2), y, 0).sum(),
  "special functions": ({ y }) =>
    np.special
      .gammaln(y.add(3))
      .sub(np.special.digamma(y.add(2)))
      .sum(),
  "row products": ({ X, y }) => X.mul(y.reshape([-1, 1])).sum(0),
  outer: ({ y, b }) => np.outer(y, b),
  reshape: ({ X }) => X.reshape([-1]).mul(2),
  "reshape and back": ({ X }) =>
    np
      .sin(X.reshape([-1]))
      .reshape([-1, 3])
      .sum(0),
  "least squares": ({ X, y }) =>
    np.linalg.solve(np.matmul(X.T, X).add(np.eye(3)), np.matmul(X.T, y.reshape([-1, 1]))),
  random: ({ key, y }) => random.normal(key, [y.shape[0]!]).mul(y),
  "number of rows": ({ y }) => np.array(y.shape[0]!).add(y.sum()),
  "integers over rows": ({ g }) => g.sum().add(np.arange(0, g.shape[0]!, 1, { dtype: "i32" }).max()),
  "f32 rows": ({ y }) => y.astype("f32").mul(1.5).sum(),
  "tile of a vector": ({ y, b }) =>
    np
      .broadcastTo(b, [y.shape[0]!, 3])
      .mul(y.reshape([-1, 1]))
      .sum(),
  einsum: ({ X, y }) => np.einsum("ij,i->j", X, y),
  "two layers": ({ X, b }) => {
    const W = np.outer(b, np.array([1, -1, 0.5, 2]));
    return grad((w: Tensor) => np.tanh(np.matmul(np.tanh(np.matmul(X, w)), np.ones([4, 1]))).mean())(W);
  },
};

const LENGTHS = [10, 23, 3, 64, 1001, 2];
const flat = (x: Tensor | readonly Tensor[]): Tensor[] =>
  Array.isArray(x) ? [...(x as Tensor[])] : [x as Tensor];

function expectClose(got: Tensor, wanted: Tensor, what: string, tolerance: number): void {
  expect(got.shape, what).toEqual(wanted.shape);
  expect(got.dtype, what).toBe(wanted.dtype);
  const [a, b] = [got.data(), wanted.data()];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    if (!(Object.is(x, y) || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y))))
      throw new Error(`${what}: element ${i} is ${x}, not ${y}`);
  }
}

describe("one program for every leading length", () => {
  for (const [name, fn] of Object.entries(cases))
    it(name, () => {
      const generic = jit((r: Rows) => fn(r), { name });
      for (const n of LENGTHS) {
        const args = rows(n);
        const got = flat(generic(args));
        const eager = flat(fn(args));
        got.forEach((x, i) => expectClose(x, eager[i]!, `${name} of ${n}`, x.dtype === "f32" ? 1e-5 : 1e-11));
        if (n < 23) continue;
        // From a few dozen rows on both programs have the same loops, so their sums have the same order.
        const own = flat(jit((r: Rows) => fn(r))(args));
        got.forEach((x, i) => expectClose(x, own[i]!, `${name} of ${n} against its own program`, 0));
      }
      expect(String(generic.explain())).toContain("serves every leading length");
      expect(generic.explain().length, String(generic.explain())).toBe(2);
    });
});

describe("what explain and lower say of lengths", () => {
  const column = (n: number): Tensor => np.cos(np.arange(n).mul(1.3));

  it("five lengths compile twice; the second program lists the lengths and shows n (J25)", () => {
    let traced = 0;
    const f = jit((x: Tensor) => (traced++, x.sub(x.mean()).square().sum().div(x.shape[0]!)), {
      name: "spread",
    });
    for (const n of [30, 40, 50, 60, 70]) f(column(n));
    for (const n of [30, 40, 50, 60, 70]) f(column(n));
    expect(traced).toBe(5);
    const [first, second, ...more] = f.explain();
    expect(more).toEqual([]);
    expect(first!.lengths).toBe(null);
    expect(second!.lengths).toEqual([40, 50, 60, 70]);
    expect(String(f.explain())).toMatch(
      /spread #1: argument 0: f64\[30\] -> f64\[40\]; serves every leading length \(so far 40, 50, 60, 70\)/,
    );
    const stages = f.lower(column(60));
    expect(String(stages.graph)).toContain("f64[n]");
    expect(String(stages.kernels)).toContain("in 0..n {");
    expect(stages.wat()).toContain("i32.load");
  });

  it("a shape that is no multiple of the length, or another computation, gets a program of its own and a reason", () => {
    const half = jit((x: Tensor) => x.slice([0, Math.floor(x.shape[0]! / 3)]).sum());
    for (const n of [30, 41, 52])
      expect(half(column(n)).item()).toBeCloseTo(
        column(n)
          .slice([0, Math.floor(n / 3)])
          .sum()
          .item(),
        12,
      );
    expect(half.explain()).toHaveLength(3);
    expect(half.explain()[1]!.reason).toMatch(
      /stop of slice is 10 for the length 30 and 13 for the length 41/,
    );
    expect(String(half.explain())).toContain("; for this length alone: stop of slice");

    const loop = jit((x: Tensor) => {
      let s = np.array(0);
      for (let i = 0; i < x.shape[0]!; i++) s = s.add(x.at(i));
      return s;
    });
    for (const n of [5, 6, 7]) expect(loop(column(n)).item()).toBeCloseTo(column(n).sum().item(), 12);
    expect(loop.explain()).toHaveLength(3);
    expect(loop.explain()[2]!.reason).toMatch(/differs from that of another length|makes other operations/);
  });

  it("a branch on the length is seen at the length where it turns", () => {
    const f = jit((x: Tensor) => (x.shape[0]! > 50 ? x.sum() : x.prod()));
    for (const n of [10, 20, 30, 60, 70, 40]) {
      const x = column(n);
      expect(f(x).item()).toBeCloseTo((n > 50 ? x.sum() : x.prod()).item(), 12);
    }
    expect(f.explain().map((r) => r.lengths !== null)).toEqual([false, true, false, false]);
    expect(f.explain()[2]!.reason).toContain("differs from that of another length");
  });

  it("a number that happens to agree at two lengths is seen at the third", () => {
    const f = jit((x: Tensor) => x.mul(Math.min(x.shape[0]!, 25)).sum());
    for (const n of [40, 30, 10, 20, 50])
      expect(f(column(n)).item()).toBeCloseTo(column(n).mul(Math.min(n, 25)).sum().item(), 10);
    expect(f.explain().filter((r) => r.reason?.includes("a literal differs"))).toHaveLength(2);
  });

  it("lengths that change apart are served one by one, and other axes are static", () => {
    const f = jit((x: Tensor, y: Tensor) => x.sum().add(y.sum()));
    for (const [n, m] of [
      [10, 20],
      [13, 31],
      [14, 31],
    ] as const)
      expect(f(column(n), column(m)).item()).toBeCloseTo(column(n).sum().add(column(m).sum()).item(), 12);
    expect(f.explain()[1]!.reason).toMatch(
      /a length in argument 1 is 20 for the length 10 and 31 for the length 13/,
    );
    const g = jit((x: Tensor) => x.sum(0));
    for (const k of [2, 3, 4]) g(np.ones([10, k]));
    expect(g.explain().map((r) => r.lengths)).toEqual([null, null, null]);
  });

  it("no row and one row are compiled for themselves where they are other computations", () => {
    const f = jit((x: Tensor) => x.sub(x.mean()).square().sum());
    for (const n of [10, 20, 1, 3])
      expect(f(column(n)).item()).toBeCloseTo(column(n).sub(column(n).mean()).square().sum().item(), 12);
    const g = jit((x: Tensor) => x.sum());
    for (const n of [10, 20, 0, 1, 30]) expect(g(column(n)).item()).toBeCloseTo(column(n).sum().item(), 12);
    expect(g.explain()[2]!.reason).toMatch(/the length is 0/);
    expect(g.explain()[1]!.lengths).toContain(30);
  });

  it("what is captured follows the length; another structure of captures does not", () => {
    const weights = (n: number): Tensor => np.arange(n).mul(0.1);
    const f = jit((x: Tensor) => x.mul(weights(x.shape[0]!)).sum());
    for (const n of [20, 40, 5, 100])
      expect(f(column(n)).item()).toBeCloseTo(column(n).mul(weights(n)).sum().item(), 11);
    expect(f.explain()).toHaveLength(2);
  });

  it("programs are freed with the function", () => {
    const f = jit((x: Tensor) => x.sum());
    for (const n of [10, 20, 30]) f(column(n));
    f.dispose();
    expect(f.programs).toHaveLength(0);
    expect(f(column(30)).item()).toBeCloseTo(column(30).sum().item(), 12);
    expect(f.explain()).toHaveLength(3);
  });
});
