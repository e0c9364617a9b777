// Handlers and primitives in compiled functions: the same sites, values and densities as eagerly; nothing baked in, nothing leaked.
import { beforeEach, describe, expect, test } from "vitest";
import { constraints } from "../bijectors/index.js";
import { dist } from "../dist/index.js";
import { grad, jit, np, random, type Tensor } from "../tensor/index.js";
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
import { activeHandlers } from "./stack.js";

beforeEach(() => {
  clearParamStore();
  setSeed(0);
});

const data = np.array([0.3, -1, 2.5, 0.1]);
function model(y: Tensor = data): Tensor {
  const mu = sample("mu", dist.Normal(0, 2));
  const tau = sample("tau", dist.HalfNormal(1));
  return plate("rows", 4, () => {
    const x = sample("x", dist.Normal(mu, tau));
    deterministic("twice", x.mul(2));
    return sample("y", dist.StudentT(4, x, 1), { obs: y });
  });
}
const latent = { mu: np.array(0.4), tau: np.array(1.3), x: np.array([0.1, 0.2, 0.3, 0.4]) };
type Values = typeof latent;
type Model = (...args: Tensor[]) => unknown;

/** J38: one row per handler. */
const wrapped: [string, (m: Model) => Model][] = [
  ["none", (m) => m],
  ["condition", (m) => handlers.condition(m, { x: [1, 2, 3, 4] })],
  ["block", (m) => handlers.block(m, ["y"])],
  ["mask", (m) => handlers.mask(m, [true, false, true, true])],
  ["scale", (m) => handlers.scale(m, 3)],
  ["do_", (m) => handlers.do_(m, { mu: 5 })],
  ["uncondition", (m) => handlers.substitute(handlers.uncondition(m), { y: data })],
  ["scope", (m) => handlers.scope(m, "s")],
  ["inferConfig", (m) => handlers.inferConfig(m, () => ({ note: 1 }))],
  [
    "reparam",
    (m) =>
      handlers.reparam(m, {
        x: ({ fn }) => {
          const z = sample("x_base", dist.Normal(0, 1).expand(fn.batchShape));
          return { fn: null, value: fn.mean.add(z.mul(np.sqrt(fn.variance))) };
        },
      }),
  ],
];

describe.each(wrapped)("J38 %s: compiled equals eager", (name, wrap) => {
  const prefix = name === "scope" ? "s/" : "";
  const run = (v: Values): { density: Tensor; sites: Tensor[]; names: string[] } => {
    const given = Object.fromEntries(Object.entries(v).map(([k, t]) => [prefix + k, t]));
    const base = { ...given, x_base: v.x };
    const t = handlers.trace(handlers.substitute(wrap(model as Model), base))();
    const nodes = Object.values(t.nodes).filter((n) => n.type !== "plate");
    return { density: t.logProbSum(), sites: nodes.map((n) => n.value), names: nodes.map((n) => n.name) };
  };
  test("values, names, density, gradient", () => {
    const compiled = jit(run);
    const [a, b] = [compiled(latent), run(latent)];
    expect(a.names).toEqual(b.names);
    expect(a.density.item()).toBeCloseTo(b.density.item(), 10);
    a.sites.forEach((s, i) => expect(s.toArray()).toEqual(b.sites[i]!.toArray()));
    const density = (mu: Tensor): Tensor => run({ ...latent, mu }).density;
    const slope = (grad(density)(latent.mu) as Tensor).item();
    const compiledSlope = jit((mu: Tensor) => grad(density)(mu) as Tensor);
    expect(compiledSlope(latent.mu).item()).toBeCloseTo(slope, 10);
    const h = 1e-5;
    const difference = (density(latent.mu.add(h)).item() - density(latent.mu.sub(h)).item()) / (2 * h);
    expect(slope).toBeCloseTo(difference, 5);
    expect(compiled(latent).density.item()).toBe(a.density.item());
    expect(compiled.programs.length).toBe(1);
    compiled.dispose();
    compiledSlope.dispose();
  });
});

describe("handlers around a compiled function", () => {
  const fn = (y: Tensor): Tensor => {
    const z = sample("z", dist.Normal(0, 1));
    sample("y", dist.Normal(z, 1), { obs: y });
    return z.mul(2);
  };
  test("J41: its trace holds numbers", () => {
    const compiled = jit(fn);
    const t = handlers.trace(handlers.seed(compiled, 1))(np.array(3));
    const eager = handlers.trace(handlers.seed(fn, 1))(np.array(3));
    expect(t.nodes["z"]!.value.item()).toBe(eager.nodes["z"]!.value.item());
    expect((t.result as Tensor).item()).toBe((eager.result as Tensor).item());
    expect(compiled.programs.length).toBe(0);
  });
  test("J39: a program compiled bare is not used under a handler", () => {
    const seeded = jit((k: Tensor) => handlers.seed(fn, k)(np.array(3)));
    const bare = seeded(random.key(0)).item();
    expect(handlers.condition(seeded, { z: 7 })(random.key(0)).item()).toBe(14);
    expect(seeded(random.key(0)).item()).toBe(bare);
    expect(seeded.programs.length).toBe(1);
    expect(handlers.substitute(seeded, { z: 8 })(random.key(0)).item()).toBe(16);
  });
  test("seeds outside give each call its own draws", () => {
    const draw = jit(() => sample("z", dist.Normal(0, 1)));
    const run = handlers.seed(() => [draw().item(), draw().item()], 0);
    const [a, b] = run();
    expect(a).not.toBe(b);
    expect(run()).toEqual([a, b]);
  });
  test("a function without statements is compiled under handlers too", () => {
    const square = jit((x: Tensor) => x.mul(x));
    const m = (): Tensor => deterministic("s", square(np.array(3)));
    for (let i = 0; i < 3; i++) expect(handlers.trace(m)().nodes["s"]!.value.item()).toBe(9);
    expect(square.explain().length).toBe(1);
  });
  test("a site that draws from the global seed while compiling is an error naming it", () => {
    expect(() => jit(() => sample("z", dist.Normal(0, 1)))()).toThrow(
      /site "z" needs randomness inside jit\(.*\), where the global seed would be frozen/,
    );
    expect(activeHandlers()).toEqual([]);
  });
});

describe("randomness", () => {
  const draw = (k: Tensor): Tensor =>
    handlers.seed(() => sample("a", dist.Normal(0, 1)).add(sample("b", dist.Normal(0, 1))), k)();
  test("J43: fresh keys give fresh draws, one key one draw, as eagerly", () => {
    const compiled = jit(draw);
    const [k1, k2] = [random.key(1), random.key(2)];
    expect(compiled(k1).item()).toBe(draw(k1).item());
    expect(compiled(k2).item()).toBe(draw(k2).item());
    expect(compiled(k1).item()).not.toBe(compiled(k2).item());
    expect(compiled.programs.length).toBe(1);
    const k = random.key(9);
    expect(() => jit(() => draw(k))()).toThrow("captures a random key");
  });
  test("J44: a seed inside is honoured at every call", () => {
    const compiled = jit((x: Tensor) => handlers.seed(() => sample("a", dist.Normal(0, 1)).add(x), 5)());
    const first = compiled(np.array(0)).item();
    expect(compiled(np.array(0)).item()).toBe(first);
    expect(compiled(np.array(1)).item()).toBeCloseTo(first + 1, 12);
  });
  test("J56: subsamples are redrawn, without repeats, and scaled", () => {
    const rows = np.arange(10).mul(1.0);
    const m = (k: Tensor): { i: Tensor; density: Tensor } => {
      const t = handlers.trace(
        handlers.seed(
          () =>
            plate("p", 10, (i) => (sample("x", dist.Normal(0, 1), { obs: subsample(rows) }), i), {
              subsampleSize: 4,
            }),
          k,
        ),
      )();
      return { i: t.result as Tensor, density: t.logProbSum() };
    };
    const compiled = jit(m);
    const seen = [1, 2, 3].map((s) => {
      const { i, density } = compiled(random.key(s));
      const picked = i.toArray() as number[];
      expect(new Set(picked).size).toBe(4);
      const want = picked.reduce((total, x) => total - 0.5 * x * x - 0.5 * Math.log(2 * Math.PI), 0) * 2.5;
      expect(density.item()).toBeCloseTo(want, 9);
      return picked.join();
    });
    expect(new Set(seen).size).toBeGreaterThan(1);
    expect(compiled.programs.length).toBe(1);
  });
});

describe("parameters", () => {
  test("J33, J48, J51: read at each call, per signature, one program each", () => {
    const f = jit((both: boolean) => {
      const a = param("a", 1);
      return both ? a.add(param("b", 10, { constraint: constraints.positive })) : a;
    });
    expect(f(false).item()).toBe(1);
    expect(f(true).item()).toBeCloseTo(11, 12);
    getParamStore().set("a", 5);
    expect(f(false).item()).toBe(5);
    getParamStore().set("b", 20);
    expect(f(true).item()).toBeCloseTo(25, 12);
    expect(f.programs.length).toBe(2);
    clearParamStore();
    expect(f(false).item()).toBe(1);
  });
  test("a traced initial value is refused with the remedy", () => {
    expect(() => jit((x: Tensor) => param("p", x))(np.array(1))).toThrow(
      'param "p": a traced value cannot be stored',
    );
    expect(getParamStore().has("p")).toBe(false);
  });
});

describe("bad models leave no trace", () => {
  test("J35, J42, J65: errors name the site; the stack is empty and the next call works", () => {
    const density = (m: () => unknown) =>
      jit((x: Tensor) =>
        handlers
          .trace(handlers.substitute(m, { a: x }))()
          .logProbSum(),
      );
    const twice = (): void => {
      sample("a", dist.Normal(0, 1));
      sample("a", dist.Normal(0, 1));
    };
    expect(() => density(twice)(np.array(1))).toThrow('site "a" appears twice');
    const branch = (): number => (Number(sample("a", dist.Normal(0, 1))) > 0 ? 1 : 2);
    expect(() => density(branch)(np.array(1))).toThrow("was used as a plain JavaScript number");
    const readBack = (): number => sample("a", dist.Normal(0, 1)).mul(2).item();
    expect(() => density(readBack)(np.array(1))).toThrow("its value does not exist while tracing");
    expect(activeHandlers()).toEqual([]);
    const good = density(() => sample("a", dist.Normal(0, 1)));
    expect(good(np.array(0)).item()).toBeCloseTo(-0.5 * Math.log(2 * Math.PI), 12);
  });
  test("J66: a bad constant parameter throws at trace, outside the support is -Infinity", () => {
    expect(() => jit((x: Tensor) => dist.Normal(x, -1).logProb(0))(np.array(0))).toThrow(
      "scale must be positive, got -1",
    );
    const f = jit((y: Tensor) =>
      handlers
        .trace(() => sample("y", dist.Exponential(1), { obs: y }))()
        .logProbSum(),
    );
    expect(f(np.array([1, 2])).item()).toBe(-3);
    expect(f(np.array([1, -2])).item()).toBe(-Infinity);
  });
  test("J54: the same input twice gives the same output", () => {
    const f = jit((y: Tensor) =>
      handlers
        .trace(() => factor("f", y))()
        .logProbSum(),
    );
    expect([f(np.array([1, 2])).item(), f(np.array([1, 2])).item()]).toEqual([3, 3]);
  });
});
