// Everything a user can get wrong: one clear error with the site, shapes and values; afterwards nothing is left behind.
import { afterEach, describe, expect, test } from "vitest";
import {
  bijectors,
  clearParamStore,
  constraints,
  dist,
  getParamStore,
  grad,
  guides,
  handlers,
  HMC,
  infer,
  jacobian,
  jit,
  LazyJIT,
  MCMC,
  np,
  NUTS,
  optim,
  param,
  plate,
  Predictive,
  random,
  reparam,
  sample,
  SVI,
  type Model,
  type Tensor,
} from "../src/index.js";

afterEach(clearParamStore);

const good = (): void => {
  const mu = sample("mu", dist.Normal(0, 1));
  sample("obs", dist.Normal(mu, 1), { obs: np.array([0.5, -0.5]) });
};

/** The message of the error that the body throws, now or later. */
async function messageOf(body: () => unknown): Promise<string> {
  try {
    await body();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("no error was thrown");
}

/** The error names all of these, and everything works as before. */
async function refuses(body: () => unknown, ...parts: readonly string[]): Promise<void> {
  const density = infer.logDensity(good);
  const before = density.logDensity([0.3]);
  param("kept", 2);
  const said = await messageOf(body);
  for (const part of parts) expect(said).toContain(part);
  // The handler stack is empty: a statement outside reaches no one.
  const heard = handlers.trace(() => handlers.seed(good, random.key(0))())();
  expect(Object.keys(heard.nodes)).toEqual(["mu", "obs"]);
  expect(getParamStore().get("kept").item()).toBe(2);
  expect(getParamStore().names).toEqual(["kept"]);
  expect(density.logDensity([0.3])).toBe(before);
  expect(infer.logDensity(good).logDensity([0.3])).toBe(before);
  expect(jit((x: Tensor) => x.add(1))(np.array(1)).item()).toBe(2);
}

const density = (model: Model, ...args: unknown[]) => infer.logDensity(model, args);
const mcmc = (model: Model, options: object = {}) =>
  new MCMC(new NUTS(model), { warmup: 20, samples: 20, chains: 1, progress: false, ...options });

describe("handlers", () => {
  test.each<[string, () => unknown, string]>([
    ["seed of no function", () => handlers.seed(0 as never, 0), "handlers.seed: the first argument must be the function"],
    ["seed of no key", () => handlers.seed(good, { key: 0 } as never), "handlers.seed: the second argument must be a key"],
    ["mask of options", () => handlers.mask(good, { mask: true } as never), "handlers.mask: the second argument must be a number, a boolean, a tensor"],
    ["scale of nothing", () => handlers.scale(good, undefined as never), "handlers.scale: the second argument must be"],
    ["scope of options", () => handlers.scope(good, { prefix: "a" } as never), "handlers.scope: the prefix must be a string"],
    ["replay of no trace", () => handlers.replay(good, {} as never), "handlers.replay: the second argument must be a trace"],
    ["arguments that are no list", () => infer.logDensity(good, np.array([1]) as never), "must be a list, as in infer.logDensity(model, [x, y])"],
  ])("%s", async (_, body, said) => refuses(body, said)); // prettier-ignore
});

describe("models", () => {
  test("parameters outside their constraints: the value, its place, the site before", async () => {
    const bad = (): void => {
      sample("a", dist.Normal(0, 1));
      sample("b", dist.Normal(0, np.array([1, -2])));
    };
    await refuses(
      () => density(bad),
      "Normal",
      "scale",
      "positive",
      "-2 at index [1]",
      'after statement "a"',
    );
    await refuses(
      () => density(() => sample("s", dist.Dirichlet([1, 0]))),
      "Dirichlet",
      "concentration",
      "[1, 0]",
    );
    await refuses(
      () => density(() => sample("s", dist.Uniform(2, 1))),
      "Uniform",
      "before its first statement",
    );
  });

  test("shapes that do not fit: the site, both shapes, the plates", async () => {
    const y = np.array([1, 2, 3]);
    await refuses(
      () => density(() => sample("y", dist.Normal(np.zeros([2]), 1), { obs: y })),
      'site "y"',
      "[3]",
      "[2]",
    );
    await refuses(
      () => density(() => plate("rows", 4, () => sample("y", dist.Normal(0, 1), { obs: y }))),
      ...['site "y"', "[3]", "[4]", '"rows"', "size 4"],
    );
    await refuses(
      () =>
        density(
          (X: Tensor) => {
            const b = sample("b", dist.Normal(0, 1).expand([2]).toEvent(1));
            sample("y", dist.Normal(np.matmul(X, b), 1), { obs: y });
          },
          np.ones([3, 4]),
        ),
      ...["np.matmul", "[3,4]", "[2]", 'after statement "b"'],
    );
    await refuses(() => np.array([1, 2]).add(np.ones([3])), "np.add", "[2]", "[3]", "broadcast");
  });

  test("two sites of one name", async () => {
    const twice = (): void => {
      sample("x", dist.Normal(0, 1));
      sample("x", dist.Normal(0, 1));
    };
    await refuses(() => density(twice), 'site "x" appears twice');
    await refuses(() => mcmc(twice).run(), 'site "x" appears twice');
  });

  test("no finite density to start from: the site, the values, what to do", async () => {
    const nan = (): void => {
      const x = sample("x", dist.Normal(0, 1));
      sample("y", dist.Normal(x.mul(NaN), 1), { obs: 1 });
    };
    await refuses(() => mcmc(nan).run(), 'site "y" has log density NaN', "x = ", "initToValue");
  });

  test("a model that returns a promise", async () => {
    const later = (async () => {
      await Promise.resolve();
      sample("x", dist.Normal(0, 1));
    }) as Model;
    await refuses(() => density(later), "returned a promise", "remove async");
    await refuses(() => mcmc(later).run(), "returned a promise");
    const svi = new SVI(good, later, optim.adam({ lr: 0.1 }), infer.TraceELBO());
    await refuses(() => svi.step(), "guide", "returned a promise");
  });

  test("a site that is there only sometimes", async () => {
    let runs = 0;
    const wavering = (): void => {
      if (runs++ % 2 === 1) sample("x", dist.Normal(0, 1));
      sample("z", dist.Normal(0, 1));
    };
    await refuses(() => density(wavering), '"x"', "change between runs", "np.where");
    const byValue = (): void => {
      if (sample("z", dist.Normal(0, 1)).item() > 0) sample("x", dist.Normal(0, 1));
    };
    await refuses(() => density(byValue), 'site "z"', "does not exist while tracing", "np.cond");
  });

  test("observations outside the support, and none at all", async () => {
    const gamma = (y: Tensor): void => {
      sample("y", dist.Gamma(sample("a", dist.HalfNormal(1)), 1), { obs: y });
    };
    await refuses(
      () => density(gamma, np.array([1, -2])),
      'site "y"',
      "-2 at index [1]",
      "Gamma",
      "positive",
    );
    await refuses(() => density(gamma, np.array([1, NaN])), 'site "y"', "NaN at index [1]");
    await refuses(() => mcmc(gamma).run(np.zeros([0])), 'site "y" is observed with no data', "[0]");
    const d = density(gamma, np.array([1, 2]));
    await refuses(() => d.setArgs(np.array([1, -3])), 'site "y"', "-3 at index [1]");
    expect(d.logDensity([0])).toBe(density(gamma, np.array([1, 2])).logDensity([0]));
  });

  test("what gradients cannot move, and nothing to sample", async () => {
    await refuses(() => mcmc(() => sample("n", dist.Poisson(1))).run(), 'site "n"', "discrete", "Poisson");
    await refuses(() => mcmc(() => undefined).run(), "no latent sites");
    const model = (): Tensor => sample("x", dist.Normal(0, 1));
    await refuses(() => new MCMC(model as never), "must be a kernel", "new MCMC(new NUTS(model))");
    await refuses(() => new MCMC({} as never), "must be a kernel", "object");
    await refuses(() => density(3 as never), "must be a function", "number");
    await refuses(() => sample("x", dist.Normal as never), 'site "x"', "dist.Normal(0, 1)", "call it");
    await refuses(() => biject(), "integerInterval", "discrete");
  });
});

const biject = (): unknown => bijectors.biject(constraints.integerInterval(0, 3));

describe("what JavaScript lets pass", () => {
  const data = np.array([1, 2]);
  const loc = (): Tensor => sample("mu", dist.Normal(0, 1));
  test.each<[string, () => unknown, string]>([
    ["a key for a model", () => new Predictive((x: Tensor) => { sample("y", dist.Normal(loc().mul(x), 1)); }, { numSamples: 2 })(random.key(0), data), "Predictive takes it as { seed: key }"],
    ["a fit for its draws", async () => new Predictive(good, { samples: await mcmc(good).run() } as never), "write { samples: fit.samples() }"],
    ["brackets on data", () => density((y: never) => { sample("y0", dist.Normal(loc(), 1), { obs: y[0] }); }, data), "[0] of the tensor f64[2]: brackets do not reach"],
    ["brackets on an unknown", () => density(() => loc()[0 as never]), 'at site "mu"'],
    ["length of a tensor", () => density((y: never[]) => plate("n", y.length, loc), data), "The length of a tensor y is y.shape[0]"],
    ["a plain array for a tensor", () => density((y: Tensor) => plate("n", y.shape[0]!, loc), [1, 2]), "Argument 1 is a plain array"],
    ["an argument left out", () => density((_y: Tensor, z: Tensor) => loc().add(z.shape[0]!), data), "Arguments it takes: 2; arguments given: 1."],
    ["a generator", () => mcmc((function* () { loc(); yield 1; }) as never).run(), "is a generator"],
    ["swapped arguments", () => sample(dist.Normal(0, 1) as never, "x" as never), "the first argument is the name of the site, a string; got Normal"],
    ["one name in a loop", () => density(() => [0, 1].map(loc)), "put the index into the name"],
    ["a scan that returns its carry", () => density(() => np.scan(((c: Tensor, _: Tensor) => c.add(loc())) as never, np.array(0), data)), "the body must return [carry, y]"],
  ])("%s", async (_, body, said) => refuses(body, said)); // prettier-ignore

  test("other properties that a tensor does not have are undefined", async () => {
    expect((data as never)["foo"]).toBeUndefined();
    expect(await Promise.resolve(data)).toBe(data);
    expect([..."ab"].map((_, i) => data.at(i).item())).toEqual([1, 2]);
  });
});

describe("handlers that are told of sites that do not exist", () => {
  const run = (f: () => unknown) => () => handlers.seed(f, random.key(0))();
  test.each([
    ["condition", () => handlers.condition(good, { moo: 1 }), "its sites are"],
    ["condition", () => handlers.condition(good, { nu: 1 }), 'Did you mean "mu"?'],
    ["do_", () => handlers.do_(good, { Mu: 1 }), 'Did you mean "mu"?'],
    ["substitute", () => handlers.substitute(good, { mu_: 1 }), 'Did you mean "mu"?'],
    ["reparam", () => handlers.reparam(good, { m: reparam.LocScaleReparam() }), "its sites are"],
  ])("%s", async (name, make, hint) => {
    await refuses(run(make()), `handlers.${name}: the function has no site`, hint, '"obs"');
  });

  test("inside a density too; values for other sites may be passed to substitute", async () => {
    await refuses(() => density(handlers.condition(good, { nu: 1 })), 'Did you mean "mu"?');
    const values = { mu: 1, elsewhere: 2 };
    expect(() => run(handlers.substitute(good, values))()).not.toThrow();
  });
});

describe("options that do not exist", () => {
  const none = (): void => undefined;
  const x = np.ones([2]);
  const wrong: readonly (readonly [string, () => unknown, string])[] = [
    ["infer.logDensity", () => infer.logDensity(good, [], { jitt: true } as never), '"jit"'],
    ["infer.profileDensity", () => infer.profileDensity(good, [], { points: 1 } as never), "at"],
    ["NUTS", () => new NUTS(good, { maxTreeDept: 3 } as never), '"maxTreeDepth"'],
    ["HMC", () => new HMC(good, { stepsize: 1 } as never), '"stepSize"'],
    ["MCMC", () => mcmc(good, { sample: 1 }), '"samples"'],
    [
      "SVI",
      () => new SVI(good, none, optim.sgd({ lr: 1 }), infer.TraceELBO(), { sed: 1 } as never),
      '"seed"',
    ],
    ["TraceELBO", () => infer.TraceELBO({ particle: 2 } as never), '"particles"'],
    ["adam", () => optim.adam({ lrr: 1 } as never), '"lr"'],
    ["sgd", () => optim.sgd({ momentun: 1 } as never), '"momentum"'],
    ["Predictive", () => new Predictive(good, { numSample: 1 } as never), '"numSamples"'],
    ["AutoNormal", () => guides.AutoNormal(good, { initscale: 1 } as never), '"initScale"'],
    ["jit", () => jit((a: Tensor) => a, { bakend: "wasm" } as never), "backend"],
    ["LazyJIT", () => new LazyJIT((a: Tensor) => a, { nane: "f" } as never), "name"],
    ["grad", () => grad((a: Tensor) => a, { argnum: 0 } as never)(np.array(1)), '"argnums"'],
    ["jacobian", () => jacobian((a: Tensor) => a, { argnum: 0 } as never)(x), '"argnums"'],
    ["sample", () => sample("x", dist.Normal(0, 1), { observed: 1 } as never), "obs, obsMask, infer"],
    ["plate", () => plate("p", 2, none, { subsampleSiz: 1 } as never), '"subsampleSize"'],
    ["param", () => param("w", 1, { constrain: constraints.positive } as never), '"constraint"'],
    ["np.array", () => np.array([1], { dtypes: "f32" } as never), '"dtype"'],
    ["np.sum", () => np.sum(x, 0, { keepdim: true } as never), '"keepdims"'],
    ["solveTriangular", () => np.linalg.solveTriangular(np.eye(2), x, { lowerr: true } as never), '"lower"'],
    ["rk45", () => np.ode.rk45((_t, y) => y, x, 0, x, { rtoll: 1 } as never), '"rtol"'],
    ["LocScaleReparam", () => reparam.LocScaleReparam({ centred: 1 } as never), '"centered"'],
    ["dist.Normal", () => dist.Normal({ mu: 0 } as never), "loc, scale"],
  ];
  test.each(wrong)("%s", (_name, body, hint) => refuses(body, hint));
});

describe("while sampling", () => {
  test("singular matrices are divergences, counted and not thrown", async () => {
    // Right of x = 1 the covariance is not positive definite.
    const edge = (): void => {
      const x = sample("x", dist.Normal(0, 1));
      const K = np.eye(2).add(x.mul(np.subtract(1, np.eye(2))));
      sample("y", dist.MultivariateNormal({ loc: np.zeros([2]), covarianceMatrix: K }), { obs: [1.5, 1.4] });
    };
    const fit = await mcmc(edge, { warmup: 200, samples: 200, seed: 3 }).run();
    const divergent = Array.from(fit.stats.divergent.flat(), Number).reduce((a, b) => a + b, 0);
    expect(divergent).toBeGreaterThan(0);
    const draws = fit.samples("x").data();
    expect(draws.every((x) => Math.abs(x) < 1)).toBe(true);
    expect(infer.logDensity(edge).logDensity([2])).not.toBeGreaterThan(0);
  });
});
