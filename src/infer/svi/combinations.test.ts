// Every bound with every guide, and every optimiser with schedules and clipping: compiled steps equal eager ones, values and parameters.
import { afterEach, describe, expect, test } from "vitest";
import { constraints, clearParamStore, dist, getParamStore, guides, infer, np, optim, param, plate, sample, SVI, type Tensor } from "sinter"; // prettier-ignore

afterEach(clearParamStore);

const y = np.array([1.2, -0.3, 2.1, 0.7, 1.5, 0.2]);

/** Globals of three supports, a parameter of the model with a constraint, and a site per row. */
const model = (y: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 2));
  const tau = sample("tau", dist.HalfNormal(1));
  const p = sample("p", dist.Dirichlet(np.array([2, 1, 1])));
  const scale = param("scale", 0.8, { constraint: constraints.positive });
  plate("rows", 6, () => {
    const z = sample("z", dist.Normal(mu, tau));
    sample("y", dist.Normal(z.add(p.at(0)), scale), { obs: y });
  });
};

const byHand = (): void => {
  const positive = { constraint: constraints.positive };
  sample("mu", dist.Normal(param("mu.loc", 0.1), param("mu.scale", 0.5, positive)));
  sample("tau", dist.LogNormal(param("tau.loc", -0.2), param("tau.scale", 0.3, positive)));
  sample("p", dist.Dirichlet(param("p.c", np.array([2, 1.5, 1]), positive)));
  plate("rows", 6, () =>
    sample("z", dist.Normal(param("z.loc", np.zeros([6])), param("z.scale", np.ones([6]), positive))),
  );
};

const makers = {
  AutoNormal: () => guides.AutoNormal(model),
  AutoDiagonalNormal: () => guides.AutoDiagonalNormal(model),
  AutoMultivariateNormal: () => guides.AutoMultivariateNormal(model),
  AutoLowRankMultivariateNormal: () => guides.AutoLowRankMultivariateNormal(model, { rank: 2 }),
  AutoLaplaceApproximation: () => guides.AutoLaplaceApproximation(model),
  AutoDelta: () => guides.AutoDelta(model),
  AutoGuideList: () => guides.AutoGuideList(model, [[guides.AutoDelta, ["tau", "p"]], [guides.AutoNormal]]),
  "by hand": () => byHand,
} as const;

const bounds = {
  TraceELBO: () => infer.TraceELBO(),
  "TraceELBO, 3 particles": () => infer.TraceELBO({ particles: 3 }),
  TraceMeanFieldELBO: () => infer.TraceMeanFieldELBO(),
  TraceGraphELBO: () => infer.TraceGraphELBO(),
  RenyiELBO: () => infer.RenyiELBO({ alpha: 0.5, particles: 2 }),
  TraceEnumELBO: () => infer.TraceEnumELBO(),
} as const;

const optimisers = {
  sgd: () => optim.sgd({ lr: 0.01 }),
  momentum: () => optim.sgd({ lr: 0.01, momentum: 0.9, nesterov: true }),
  adam: () => optim.adam({ lr: 0.02 }),
  adamW: () => optim.adamW({ lr: 0.02 }),
  clippedAdam: () => optim.clippedAdam({ lr: 0.02 }),
  adagrad: () => optim.adagrad({ lr: 0.02 }),
  rmsprop: () => optim.rmsprop({ lr: 0.02 }),
  "clipped, with a schedule": () =>
    optim.clip(optim.adam({ lr: optim.cosineDecay({ lr: 0.05, steps: 3 }) }), { globalNorm: 1 }),
} as const;

type Arguments = ConstructorParameters<typeof SVI>;

/** Losses of four steps and every parameter behind them. */
function steps(
  jit: boolean,
  guide: () => Arguments[1],
  bound: () => Arguments[3],
  optimiser: () => Arguments[2],
): number[] {
  clearParamStore();
  const svi = new SVI(model, guide(), optimiser(), bound(), { jit, seed: 4 });
  const losses = [1, 2, 3, 4].map(() => svi.step(y));
  const store = getParamStore();
  return [...losses, ...[...store.names].sort().flatMap((name) => Array.from(store.get(name).data()))];
}

function expectEqual(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  expect(want.every(Number.isFinite)).toBe(true);
  got.forEach((x, i) => expect(Math.abs(x - want[i])).toBeLessThan(1e-8 * (1 + Math.abs(want[i]))));
}

describe.each(Object.entries(makers))("%s", (_, guide) => {
  test.each(Object.entries(bounds))("%s", (_, bound) => {
    const [compiled, eager] = [true, false].map((jit) => steps(jit, guide, bound, optimisers.adam));
    expectEqual(compiled!, eager!);
  });
});

test.each(Object.entries(optimisers))("%s", (_, optimiser) => {
  const [compiled, eager] = [true, false].map((jit) =>
    steps(jit, makers.AutoNormal, bounds.TraceELBO, optimiser),
  );
  expectEqual(compiled!, eager!);
});
