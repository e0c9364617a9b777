// The public surface as a program outside meets it: what each name takes and gives, one short test a fact, in the order of the surface.
import { afterEach, describe, expect, test } from "vitest";
import {
  clearParamStore,
  constraints,
  deterministic,
  diagnostics,
  dist,
  factor,
  getParamStore,
  handlers,
  infer,
  jit,
  MCMC,
  np,
  NUTS,
  param,
  plate,
  reparam,
  sample,
  script,
  setSeed,
  subsample,
  Tensor,
} from "sinter";
import { load, runChains } from "sinter/runtime";

afterEach(clearParamStore);

describe("arrays", () => {
  test("numbers among the operands of cond are tensors in its branches, whatever the test is", () => {
    const step = (p: boolean | Tensor): unknown =>
      np
        .cond(
          p,
          (x, { y }) => x.add(y),
          (x, { y }) => x.sub(y),
          5,
          { y: 2 },
        )
        .toArray();
    expect([step(true), step(np.array(false))]).toEqual([7, 3]);
  });
});

describe("compiling", () => {
  test("programs lists what was compiled: one that serves every length is one", () => {
    const f = jit((x: Tensor) => x.mul(2).sum());
    for (const n of [5, 6, 7, 8, 5]) expect(f(np.ones([n])).item()).toBe(2 * n);
    expect([f.programs.length, f.explain().length]).toEqual([2, 2]);
    f(np.ones([2, 2]));
    expect([f.programs.length, f.explain().length]).toEqual([3, 3]);
    f.dispose();
    expect(f.programs).toEqual([]);
  });
});

describe("inference", () => {
  test("a summary of plain draws, with or without a name", () => {
    const draws = [
      [1, 2, 3, 4],
      [2, 3, 4, 5],
    ];
    const [row] = diagnostics.summary(draws);
    expect(row).toEqual({ ...diagnostics.summary({ x: np.array(draws) })[0], name: "Param:0" });
  });

  test("an MCMC exports its sampler before any run: the draws are those of a run", async () => {
    const model = (y: Tensor): void => {
      sample("y", dist.Normal(sample("a", dist.Normal(0, 1)), 1), { obs: y });
    };
    const options = { warmup: 30, samples: 20, chains: 2, seed: 3, progress: false } as const;
    for (const initStrategy of [infer.initToUniform(), infer.initToMedian()]) {
      const mcmc = new MCMC(new NUTS(model, { initStrategy }), options);
      const file = load(mcmc.export(np.array([1, 2])));
      file.setArgs([3, 4]);
      const fit = await mcmc.run(np.array([3, 4]));
      if (initStrategy.radius !== undefined)
        expect(runChains(file, { seed: 3 }).samples["a"]!.toArray()).toEqual(fit.samples("a").toArray());
      expect(runChains(file, { seed: 3 }).samples["a"]!.shape).toEqual([2, 20]);
    }
  });
});

describe("scripts", () => {
  test("a scripted function shows the source that it carries out", () => {
    const twice = (x: number, y = 2): number => x * y;
    expect([String(script(twice)), script(twice).length]).toEqual([String(twice), 1]);
  });
});

describe("methods", () => {
  test("there is one for every elementwise function", () => {
    const x = np.array([0.3, 0.4]);
    const words = np.array([5, 6], { dtype: "i32" });
    const given = (f: (...xs: Tensor[]) => unknown, argument: Tensor): Tensor | null => {
      for (const n of [1, 2, 3])
        try {
          const made = f(...Array<Tensor>(n).fill(argument));
          return made instanceof Tensor ? made : null;
        } catch {
          // Another number of arguments, or none fits.
        }
      return null;
    };
    // Makers, interpolation, quantiles, choices and sums of several: not functions of single elements of their first argument.
    const others = new Set(
      "array asarray fullLike onesLike zerosLike interp searchsorted percentile quantile where isclose keep diff"
        .split(" ")
        .concat("logComb logFactorial multigammaln log1psquare".split(" ")),
    );
    for (const [name, f] of Object.entries({ ...np.special, ...np } as object) as [string, never][]) {
      if (typeof f !== "function" || others.has(name)) continue;
      const made = given(f, x) ?? given(f, words);
      if (made?.shape.join() === "2") expect(name in x, name).toBe(true);
    }
    expect(np.array([1, 2]).betaln(3).toArray()).toEqual(np.special.betaln([1, 2], 3).toArray());
    expect(words.bitwiseAnd(4).toArray()).toEqual([4, 4]);
  });
});

describe("modelling", () => {
  const model = (): Tensor => {
    const a = sample("a", dist.Normal(0, 1));
    const b = deterministic("b", a.mul(2));
    sample("y", dist.Normal(b, param("s", 1)), { obs: 0.5 });
    return b;
  };
  const sites = (fn: () => unknown): string[] => Object.keys(handlers.trace(handlers.seed(fn, 1))().nodes);

  test("a plate sees as many elements as the number in subsample says, or those of its indices", () => {
    const data = np.array([1, 2, 3, 4, 5, 6]);
    const rows = (how: object): ReturnType<ReturnType<typeof handlers.trace>> =>
      handlers.trace(
        handlers.seed(() => {
          plate("n", 6, () => sample("y", dist.Normal(0, 1), { obs: subsample(data) }), how);
        }, 0),
      )();
    const drawn = rows({ subsample: 2 }).nodes["y"]!;
    expect([drawn.value.shape, drawn.scale]).toEqual([[2], 3]);
    expect(rows({ subsampleSize: 2 }).nodes["y"]!.value.toArray()).toEqual(drawn.value.toArray());
    expect(rows({ subsample: [4, 0] }).nodes["y"]!.value.toArray()).toEqual([5, 1]);
    expect(() => subsample(data, { eventDim: 1 } as never)).toThrow(
      "subsample(data, eventDim): eventDim must be a whole number, 0 or more, as in subsample(x, 1) for rows of numbers; got object.",
    );
    expect(() => rows({ subsample: 7 })).toThrow('plate "n": cannot see 7 of 6 elements.');
    expect(() => rows({ subsample: [[1, 2]] })).toThrow(
      'plate "n": subsample must be a number of elements or a vector of indices, got a tensor of shape [1, 2].',
    );
    expect(() => rows({ subsample: 2, subsampleSize: 3 })).toThrow(
      'plate "n": subsample (2) and subsampleSize (3) differ; give one of them.',
    );
  });

  test("branches of np.cond may have sites: latent ones keep their priors, what is observed counts where it is chosen (J15)", () => {
    const y = np.array([0.3, 1.2]);
    const arms = (y: Tensor): Tensor => {
      const p = sample("p", dist.Normal(0, 1));
      const x = np.cond(
        p.gt(0),
        () => {
          sample("y1", dist.Normal(p, 1), { obs: y });
          return sample("a", dist.Normal(0, 1));
        },
        () => {
          factor("f", -3);
          return sample("b", dist.Gamma(2, 1)).mul(-1);
        },
      );
      sample("z", dist.Normal(x, 1), { obs: 0.5 });
      return x;
    };
    const normal = (x: number, m = 0): number => -0.5 * (x - m) ** 2 - 0.5 * Math.log(2 * Math.PI);
    for (const jit of [true, false]) {
      const density = infer.logDensity(arms, [y], { jit });
      expect(density.names).toEqual(["p", "a", "b"]);
      const b = Math.exp(0.4);
      // The Jacobian of b, whose prior is b e^-b.
      const priors = (p: number): number => normal(p) + normal(0.2) + 2 * 0.4 - b;
      expect(density.logDensity([0.7, 0.2, 0.4])).toBeCloseTo(
        priors(0.7) + normal(0.3, 0.7) + normal(1.2, 0.7) + normal(0.5, 0.2),
        12,
      );
      expect(density.logDensity([-0.7, 0.2, 0.4])).toBeCloseTo(priors(-0.7) - 3 + normal(0.5, -b), 12);
    }
    // Run on values, one branch is taken.
    const names = Object.keys(
      handlers.trace(handlers.seed(handlers.substitute(arms, { p: -1 }), 0))(y).nodes,
    );
    expect(names).toEqual(["p", "f", "b", "z"]);
    const twins = (): void => {
      const p = sample("p", dist.Normal(0, 1));
      np.cond(
        p.gt(0),
        () => sample("x", dist.Normal(0, 1)),
        () => sample("x", dist.Cauchy(0, 1)),
      );
    };
    expect(() => infer.logDensity(twins)).toThrow(
      /np\.cond: both branches have a site "x" \(Normal in the first, Cauchy in the second\).*names of their own/,
    );
  });

  test("block hides or exposes by name, type or test, and refuses other options", () => {
    expect(sites(handlers.block(model, { hideTypes: ["deterministic", "param"] }))).toEqual(["a", "y"]);
    expect(sites(handlers.block(model, { exposeTypes: ["param"], expose: ["y"] }))).toEqual(["s", "y"]);
    expect(sites(handlers.block(model, { hideFn: (site) => site.isObserved, hide: ["a"] }))).toEqual([
      "b",
      "s",
    ]);
    expect(() => sites(handlers.block(model, { hideType: ["param"] } as object))).toThrow(
      `handlers.block: unknown option "hideType"`,
    );
    expect(() => sites(handlers.block(model, { hide: ["a"], exposeTypes: ["param"] }))).toThrow(
      "handlers.block: give what to hide or what to expose, not both",
    );
  });

  test("condition takes a recorded run", () => {
    const seen = handlers.trace(handlers.seed(model, 3))();
    const { a, y } = handlers.trace(handlers.seed(handlers.condition(model, seen), 4))().nodes;
    expect([a!.value.item(), a!.isObserved, y!.isObserved]).toEqual([
      seen.nodes["a"]!.value.item(),
      true,
      true,
    ]);
    // A site may be called "nodes" all the same.
    const named = (): Tensor => sample("nodes", dist.Normal(np.zeros([2]), 1));
    expect(
      handlers
        .condition(named, { nodes: [1, 2] })()
        .toArray(),
    ).toEqual([1, 2]);
  });

  test("substitute gives computed values too", () => {
    expect(
      handlers
        .seed(handlers.substitute(model, { b: 7 }), 1)()
        .item(),
    ).toBe(7);
  });

  test("constraints test numbers and arrays as well as tensors", () => {
    const { check } = constraints.integerInterval(0, 3);
    expect(check([0, 1.5, 3, 4]).toArray()).toEqual([1, 0, 1, 0]);
    expect(constraints.positive.check(-1).item()).toBe(0);
    expect(constraints.simplex.check([0.5, 0.5]).item()).toBe(1);
    expect(constraints.corrMatrix.check([[1, 2], [2, 1]]).item()).toBe(0); // prettier-ignore
    expect(dist.MixtureSameFamily(dist.Categorical({ probs: [0.5, 0.5] }), dist.Normal([0, 1], 1)).support.check(1).item()).toBe(1); // prettier-ignore
  });

  test("the parameter store lists names, values and both", () => {
    param("p", 2);
    param("q", [0.5, 1], { constraint: constraints.positive });
    const store = getParamStore();
    expect(store.keys()).toEqual(["p", "q"]);
    expect(store.items().map(([name, value]) => [name, value.shape])).toEqual([["p", []], ["q", [2]]]); // prettier-ignore
    expect(store.values()[1]!.at(0).item()).toBeCloseTo(0.5, 15);
  });

  test("LocScaleReparam learns how centred a site is when told so", () => {
    const centred = (): Tensor => sample("x", dist.Normal([1, 2], 4));
    const { nodes } = handlers.trace(
      handlers.seed(handlers.reparam(centred, { x: reparam.LocScaleReparam(null) }), 0),
    )();
    expect(Object.keys(nodes)).toEqual(["x_centered", "x_decentered", "x"]);
    expect(nodes["x_centered"]!.value.toArray()).toEqual([0.5, 0.5]);
    const { loc, scale } = (nodes["x_decentered"]!.fn as unknown as { params: Record<string, Tensor> })
      .params;
    expect([loc!.toArray(), scale!.toArray()]).toEqual([[0.5, 1], [2, 2]]); // prettier-ignore
  });

  test("setSeed restarts what unseeded statements draw", () => {
    setSeed(5);
    const first = sample("x", dist.Normal(0, 1)).item();
    setSeed(5);
    expect(sample("x", dist.Normal(0, 1)).item()).toBe(first);
  });
});
