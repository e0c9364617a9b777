// Each handler on small models: names, values, log densities.
import { beforeEach, describe, expect, test } from "vitest";
import { constraints } from "../bijectors/index.js";
import { dist, setValidation } from "../dist/index.js";
import { jit, np, random, type Tensor } from "../tensor/index.js";
import {
  clearParamStore,
  deterministic,
  factor,
  getParamStore,
  handlers,
  param,
  plate,
  sample,
  setSeed,
  subsample,
} from "./index.js";
import { activeFrames, activeHandlers } from "./stack.js";

const y = [28, 8, -3, 7, -1, 1, 18, 12];
const sigma = [15, 10, 16, 11, 9, 11, 10, 18];

/** log N(x; m, s) */
const normal = (x: number, m: number, s: number): number =>
  -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

function schools(): Tensor {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  return plate("J", 8, () => {
    const theta = sample("theta", dist.Normal(mu, tau));
    return sample("y", dist.Normal(theta, sigma), { obs: y });
  });
}
const values = { mu: 1, tau: 2, theta: [1, 2, 3, 4, 5, 6, 7, 8] };
const schoolsDensity =
  normal(1, 0, 5) +
  Math.log(2 / (Math.PI * 5)) -
  Math.log1p((2 / 5) ** 2) +
  total(values.theta.map((t) => normal(t, 1, 2))) +
  total(y.map((v, i) => normal(v, values.theta[i]!, sigma[i]!)));

beforeEach(() => {
  clearParamStore();
  setSeed(0);
});

describe("trace", () => {
  test("records sites in order with shapes and densities", () => {
    const t = handlers.trace(handlers.substitute(schools, values))();
    expect(Object.keys(t.nodes)).toEqual(["mu", "tau", "J", "theta", "y"]);
    expect(t.nodes["theta"]!.fn!.batchShape).toEqual([8]);
    expect(t.nodes["y"]!.isObserved).toBe(true);
    expect(t.nodes["theta"]!.frames.map((f) => [f.name, f.dim])).toEqual([["J", -1]]);
    expect(t.logProbSum().item()).toBeCloseTo(schoolsDensity, 10);
    expect(t.nodes["y"]!.logProb.shape).toEqual([8]);
    expect((t.result as Tensor).toArray()).toEqual(y);
  });

  test("J42: a name used twice names the site", () => {
    const model = (): void => {
      sample("a", dist.Normal(0, 1));
      sample("a", dist.Normal(0, 1));
    };
    expect(() => handlers.trace(model)()).toThrow('site "a" appears twice');
    expect(activeHandlers()).toEqual([]);
  });

  test("J27: sites follow the arguments that are present", () => {
    const model = (a: number | null, b: number | null): void => {
      const x = sample("x", dist.Normal(0, 1));
      if (a !== null) sample("a", dist.Normal(x, 1), { obs: a });
      if (b !== null) sample("b", dist.Normal(x, 1), { obs: b });
    };
    const run = handlers.trace(model);
    expect(Object.keys(run(1, null).nodes)).toEqual(["x", "a"]);
    expect(Object.keys(run(null, 1).nodes)).toEqual(["x", "b"]);
    expect(Object.keys(run(1, 2).nodes)).toEqual(["x", "a", "b"]);
  });

  test("deterministic and factor", () => {
    const model = (): void => {
      const x = sample("x", dist.Normal(0, 1));
      deterministic("twice", x.mul(2));
      plate("p", 3, () => factor("f", -0.5));
    };
    const t = handlers.trace(handlers.substitute(model, { x: 1 }))();
    expect(t.nodes["twice"]!.value.item()).toBe(2);
    expect(t.nodes["twice"]!.type).toBe("deterministic");
    expect(t.nodes["f"]!.logProb.toArray()).toEqual([-0.5, -0.5, -0.5]);
    expect(t.logProbSum().item()).toBeCloseTo(normal(1, 0, 1) - 1.5, 12);
  });
});

describe("seed", () => {
  const pair = (): [number, number] => [
    sample("a", dist.Normal(0, 1)).item(),
    sample("b", dist.Normal(0, 1)).item(),
  ];
  test("the same key gives the same draws, sites differ, seeds differ", () => {
    const run = handlers.seed(pair, 3);
    const [a, b] = run();
    expect(run()).toEqual([a, b]);
    expect(handlers.seed(pair, random.key(3))()).toEqual([a, b]);
    expect(a).not.toBe(b);
    expect(handlers.seed(pair, 4)()).not.toEqual([a, b]);
  });
  test("setSeed restarts the global stream, which moves on", () => {
    setSeed(7);
    const first = pair();
    const second = pair();
    setSeed(7);
    expect(pair()).toEqual(first);
    expect(second).not.toEqual(first);
  });
});

describe("values from outside", () => {
  const model = (): Tensor => {
    const z = sample("z", dist.Normal(0, 1));
    return sample("x", dist.Normal(z, 2));
  };
  test("substitute keeps sites latent", () => {
    const t = handlers.trace(handlers.substitute(model, { z: 1, x: 3 }))();
    expect(t.nodes["z"]!.isObserved).toBe(false);
    expect(t.logProbSum().item()).toBeCloseTo(normal(1, 0, 1) + normal(3, 1, 2), 12);
    const byFunction = handlers.substitute(model, (msg) => (msg.name === "x" ? 9 : undefined));
    expect(byFunction().item()).toBe(9);
  });
  test("condition observes", () => {
    const t = handlers.trace(handlers.substitute(handlers.condition(model, { x: 3 }), { z: 1 }))();
    expect(t.nodes["x"]!.isObserved).toBe(true);
    expect(t.logProbSum((n) => n.isObserved).item()).toBeCloseTo(normal(3, 1, 2), 12);
  });
  test("uncondition samples what was observed", () => {
    const t = handlers.trace(handlers.seed(handlers.uncondition(handlers.condition(model, { x: 3 })), 0))();
    expect(t.nodes["x"]!.isObserved).toBe(false);
    expect(t.nodes["x"]!.infer["wasObserved"]).toBe(true);
    expect(t.nodes["x"]!.value.item()).not.toBe(3);
  });
  test("replay repeats a trace", () => {
    const first = handlers.trace(handlers.seed(model, 1))();
    const again = handlers.trace(handlers.replay(model, first))();
    expect(again.nodes["z"]!.value.item()).toBe(first.nodes["z"]!.value.item());
    expect((again.result as Tensor).item()).toBe((first.result as Tensor).item());
  });
  test("do_ cuts the edge and keeps the site", () => {
    const t = handlers.trace(handlers.seed(handlers.do_(model, { z: 1000 }), 0))();
    expect(t.nodes["z"]!.value.item()).toBeLessThan(10);
    expect(t.nodes["x"]!.value.item()).toBeGreaterThan(900);
    expect(t.nodes["z"]!.isObserved).toBe(false);
  });
});

describe("densities", () => {
  const model = (): Tensor => sample("x", dist.Normal(np.zeros([3]), 1));
  const at = { x: [0, 1, 2] };
  const density = (m: () => unknown): number =>
    handlers.trace(handlers.substitute(m, at))().logProbSum().item();
  const each = at.x.map((x) => normal(x, 0, 1));
  test("mask", () => {
    expect(density(handlers.mask(model, [true, false, true]))).toBeCloseTo(each[0]! + each[2]!, 12);
    expect(density(handlers.mask(handlers.mask(model, false), true))).toBe(0);
  });
  test("scale", () => {
    expect(density(handlers.scale(model, 2))).toBeCloseTo(2 * total(each), 12);
    expect(density(handlers.scale(handlers.scale(model, [1, 2, 3]), 2))).toBeCloseTo(
      2 * each[0]! + 4 * each[1]! + 6 * each[2]!,
      12,
    );
    expect(() => handlers.scale(model, -1)).toThrow("positive");
  });
  test("a mask lets observations under it be anything", () => {
    const holed = handlers.mask(
      () => sample("x", dist.Normal(0, 1), { obs: [0, NaN, 2] }),
      [true, false, true],
    );
    expect(handlers.trace(holed)().logProbSum().item()).toBeCloseTo(each[0]! + each[2]!, 12);
  });
  test("an observation that is not a number is NaN to sites as it is to logProb, one outside of the support -Infinity", () => {
    const wait = (obs: number[], uses?: boolean[]) => {
      const site = (): Tensor => sample("x", dist.Exponential(1), { obs });
      const t = handlers.trace(uses ? handlers.mask(site, uses) : site);
      return jit(() => [t().nodes["x"]!.logProb, t().logProbSum()] as [Tensor, Tensor])();
    };
    const before = setValidation(false);
    const holed = wait([NaN, -1, 2]);
    const below = wait([1, -1, 2]);
    const masked = wait([NaN, -1, 2], [false, false, true]);
    setValidation(before);
    expect(holed.map((t) => t.toArray())).toEqual([[NaN, -Infinity, -2], NaN]);
    expect(below.map((t) => t.toArray())).toEqual([[-1, -Infinity, -2], -Infinity]);
    expect(masked.map((t) => t.toArray())).toEqual([[0, 0, -2], -2]);
  });
  test("obsMask splits a site", () => {
    const partly = (): Tensor => sample("v", dist.Normal(0, 1), { obs: [0, 9], obsMask: [true, false] });
    // A scalar distribution has one latent for the batch; with a batch of two there are two.
    const wide = (): Tensor =>
      sample("v", dist.Normal(np.zeros([2]), 1), { obs: [0, 9], obsMask: [true, false] });
    const t = handlers.trace(handlers.substitute(wide, { v_unobserved: [5, 1] }))();
    expect((t.result as Tensor).toArray()).toEqual([0, 1]);
    expect(t.logProbSum().item()).toBeCloseTo(normal(0, 0, 1) + normal(1, 0, 1), 12);
    expect(t.nodes["v"]!.type).toBe("deterministic");
    expect(partly().shape).toEqual([2]);
  });
});

describe("block, scope, inferConfig, lift, reparam", () => {
  const model = (): Tensor => {
    const z = sample("z", dist.Normal(0, 1));
    return plate("p", 2, () => sample("x", dist.Normal(z, 1)));
  };
  const names = (m: () => unknown): string[] => Object.keys(handlers.trace(handlers.seed(m, 0))().nodes);
  test("block hides", () => {
    const seeded = handlers.seed(model, 0);
    expect(names(handlers.block(seeded, ["z"]))).toEqual(["p", "x"]);
    expect(names(handlers.block(seeded))).toEqual([]);
    expect(names(handlers.block(seeded, { expose: ["x"] }))).toEqual(["x"]);
    expect(names(handlers.block(seeded, { hide: ["x"] }))).toEqual(["z", "p"]);
    expect(names(handlers.block(seeded, (m) => m.type === "plate"))).toEqual(["z", "x"]);
  });
  test("scope prefixes sites and plates", () => {
    const t = handlers.trace(handlers.seed(handlers.scope(model, "a"), 0))();
    expect(Object.keys(t.nodes)).toEqual(["a/z", "a/p", "a/x"]);
    expect(t.nodes["a/x"]!.frames[0]!.name).toBe("a/p");
    expect(names(handlers.scope(model, "a", { divider: "." }))).toContain("a.z");
  });
  test("inferConfig", () => {
    const t = handlers.trace(
      handlers.seed(
        handlers.inferConfig(model, (m) => ({ tag: m.name })),
        0,
      ),
    )();
    expect(t.nodes["x"]!.infer).toEqual({ tag: "x" });
  });
  test("lift gives parameters a prior", () => {
    const withParam = (): Tensor => param("w", 1);
    const t = handlers.trace(
      handlers.substitute(handlers.lift(withParam, { w: dist.Normal(0, 3) }), { w: 2 }),
    )();
    expect(t.nodes["w"]!.type).toBe("sample");
    expect(t.logProbSum().item()).toBeCloseTo(normal(2, 0, 3), 12);
    expect(getParamStore().has("w")).toBe(false);
  });
  test("reparam rewrites a site", () => {
    const centred = handlers.reparam(model, {
      x: ({ name, fn }) => {
        const base = sample(`${name}_base`, dist.Normal(0, 1).expand(fn.batchShape));
        return { fn: null, value: base.add(fn.mean) };
      },
    });
    const t = handlers.trace(handlers.substitute(centred, { z: 3, x_base: [1, 2] }))();
    expect(t.nodes["x"]!.type).toBe("deterministic");
    expect(t.nodes["x"]!.value.toArray()).toEqual([4, 5]);
    expect(t.nodes["x_base"]!.fn!.batchShape).toEqual([2]);
    expect(t.logProbSum().item()).toBeCloseTo(normal(3, 0, 1) + normal(1, 0, 1) + normal(2, 0, 1), 12);
  });
});

describe("plate", () => {
  test("nested plates take dims from the right and expand distributions", () => {
    const model = (): void => {
      plate("a", 2, () => {
        sample("x", dist.Normal(0, 1));
        plate("b", 3, () => sample("y", dist.Normal(0, 1)));
      });
      plate("b2", 4, () => sample("z", dist.Normal(0, 1)), { dim: -2 });
    };
    const t = handlers.trace(handlers.seed(model, 0))();
    expect(t.nodes["x"]!.value.shape).toEqual([2]);
    expect(t.nodes["y"]!.value.shape).toEqual([3, 2]);
    expect(t.nodes["z"]!.value.shape).toEqual([4, 1]);
    const draws = new Set((t.nodes["y"]!.value.toArray() as number[][]).flat());
    expect(draws.size).toBe(6);
  });
  test("subsampling scales the density and selects data", () => {
    const data = np.arange(10).mul(1.0);
    const model = (): void => {
      plate(
        "d",
        10,
        (i) => {
          const rows = subsample(data);
          expect(rows.toArray()).toEqual(i.toArray());
          sample("x", dist.Normal(0, 1), { obs: rows });
        },
        { subsample: [2, 5] },
      );
    };
    const t = handlers.trace(model)();
    expect(t.logProbSum().item()).toBeCloseTo(5 * (normal(2, 0, 1) + normal(5, 0, 1)), 10);
    expect(t.nodes["x"]!.scale).toBe(5);
  });
  test("the body's value and indices", () => {
    expect(plate("p", 3, (i) => i).toArray()).toEqual([0, 1, 2]);
  });
  test.each([
    [() => plate("p", 0, () => 0), 'plate "p": the size must be a whole number'],
    [() => plate("p", 2, () => plate("p", 2, () => 0)), "inside a plate of the same name"],
    [
      () => plate("p", 2, () => plate("q", 2, () => 0, { dim: -1 })),
      'dim -1 belongs to the enclosing plate "p"',
    ],
    [() => plate("p", 2, () => 0, { dim: 1 }), "must be -1 or less"],
    [() => plate("p", 2, () => 0, { subsampleSize: 3 }), "cannot see 3 of 2"],
    [
      () => plate("p", 2, () => sample("x", dist.Normal(np.zeros([3]), 1))),
      'site "x": its distribution Normal has batch shape [3], with 3 at dim -1, but the plate "p" there sees 2',
    ],
    [
      () => plate("p", 2, () => sample("x", dist.Normal(0, 1), { obs: [1, 2, 3] })),
      'site "x": Normal: a value of shape [3] does not fit batch shape [2] and event shape []. Plates around it: "p" (dim -1, size 2)',
    ],
  ])("bad plate %#", (run, text) => {
    expect(run).toThrow(text as string);
    expect(activeFrames()).toEqual([]);
  });
});

describe("param", () => {
  test("stores once, keeps the constraint, reads the store at each call", () => {
    const before = getParamStore().version;
    const read = (): number => param("s", 2, { constraint: constraints.positive }).item();
    expect(read()).toBeCloseTo(2, 12);
    expect(getParamStore().getUnconstrained("s").item()).toBeCloseTo(Math.log(2), 12);
    getParamStore().set("s", 5);
    expect(read()).toBeCloseTo(5, 12);
    getParamStore().setUnconstrained("s", 0);
    expect(read()).toBe(1);
    expect(getParamStore().names).toEqual(["s"]);
    expect(getParamStore().version - before).toBe(3);
  });
  test("bad values and unknown names", () => {
    expect(() => param("s", -1, { constraint: constraints.positive })).toThrow("is not positive");
    expect(() => getParamStore().get("t")).toThrow('param "t" is not in the parameter store');
    expect(() => param("t")).toThrow("no value yet");
  });
});

describe("bad input", () => {
  test.each([
    [() => sample("x", 3 as never), 'site "x": sample needs a distribution'],
    [() => sample("", dist.Normal(0, 1)), "must be the site's name"],
    [() => sample("x", dist.Normal(0, 1), { observed: 1 } as never), "sample has no option observed"],
    [
      () => sample("x", dist.Exponential(1), { obs: [1, -2] }),
      'site "x": the observed value -2 at index [1] is outside the support of Exponential, nonnegative',
    ],
    [() => sample("x", dist.Poisson(1), { obs: 1.5 }), "nonnegativeInteger"],
    [
      () => sample("x", dist.Dirichlet([1, 1]), { obs: [0.5, 0.4] }),
      "[0.5, 0.4] is outside the support of Dirichlet",
    ],
    [
      () => sample("x", dist.Normal([0, 1], 1), { obs: [1, 2, 3] }),
      "a value of shape [3] does not fit batch shape [2]",
    ],
    [() => handlers.trace(async () => sample("x", dist.Normal(0, 1)))(), "returned a promise"],
    [() => handlers.block(() => 0, { hide: [], expose: [] }), "not both"],
  ])("bad input %#", (run, text) => {
    expect(run).toThrow(text as string);
    expect(activeHandlers()).toEqual([]);
  });
  test("errors restore the stack", () => {
    expect(() =>
      handlers.trace(
        handlers.seed(() => {
          throw new Error("mine");
        }, 0),
      )(),
    ).toThrow("mine");
    expect(activeHandlers()).toEqual([]);
  });
});
