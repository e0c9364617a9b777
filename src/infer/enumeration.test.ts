// Discrete sites summed out: against sums over all combinations written by hand, compiled against eager, and what is refused.
import { afterEach, describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import {
  clearParamStore,
  getParamStore,
  handlers,
  markov,
  param,
  plate,
  sample,
  subsample,
} from "../handlers/index.js";
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { grad } from "../trace/grad.js";
import { configEnumerate } from "./config-enumerate.js";
import { TraceELBO } from "./elbo/trace-elbo.js";
import { TraceEnumELBO } from "./elbo/trace-enum-elbo.js";
import { AutoNormal } from "./guides/index.js";
import { adam, sgd } from "./optim/index.js";
import { SVI } from "./svi.js";

afterEach(clearParamStore);

const none = (): null => null;
const parallel = { infer: { enumerate: "parallel" } };

/** Loss and gradient by all parameters (unconstrained) at their initial values. */
function lossAndGradient(
  model: (...xs: never[]) => unknown,
  guide: (...xs: never[]) => unknown,
  options: { jit: boolean; particles?: number },
  ...args: unknown[]
): number[] {
  clearParamStore();
  const store = getParamStore();
  const elbo = TraceEnumELBO({ particles: options.particles ?? 1 });
  const svi = new SVI(model, guide, sgd({ lr: 1 }), elbo, { jit: options.jit, seed: 3 });
  elbo.runPair!(model, guide, args, random.key(0));
  const start = store.names.map((name) => [name, store.getUnconstrained(name)] as const);
  const loss = svi.step(...args);
  return [loss, ...start.flatMap(([name, x]) => Array.from(x.sub(store.getUnconstrained(name)).data()))];
}

function expectBoth(
  model: (...xs: never[]) => unknown,
  guide: (...xs: never[]) => unknown,
  want: readonly number[],
  ...args: unknown[]
): void {
  for (const jit of [false, true]) {
    const got = lossAndGradient(model, guide, { jit }, ...args);
    expect(got.length).toBe(want.length);
    got.forEach((x, i) => expect(x).toBeCloseTo(want[i], 8));
  }
}

/** Value and gradient of a function of unconstrained parameters. */
const wanted = (f: (xs: Tensor[]) => Tensor, at: readonly Tensor[]): number[] => [
  f([...at]).item(),
  ...(grad(f)([...at]) as Tensor[]).flatMap((g) => Array.from(g.data())),
];

const normal = (x: number, mean: Tensor): Tensor =>
  mean
    .sub(x)
    .pow(2)
    .mul(-0.5)
    .sub(0.5 * Math.log(2 * Math.PI));

describe("an HMM (J59)", () => {
  const hmm = (y: Tensor): void => {
    const rows = param("rows", [
      [1, -1],
      [-0.5, 0.5],
    ]);
    const locs = param("locs", [-1, 2]);
    let x: Tensor | null = null;
    for (const t of markov(y.shape[0])) {
      const logits: Tensor = x === null ? np.zeros([2]) : rows.at(x);
      x = sample(`x${t}`, dist.Categorical({ logits }), parallel);
      sample(`y${t}`, dist.Normal(locs.at(x), 1), { obs: y.at(t) });
    }
  };
  const observed = [0.3, 1.9, -0.7, 2.2, 2.5, -1.1, 0.1, 0.9, 1.4, -0.2];
  /** Minus the log likelihood, by the forward algorithm. */
  const forwards =
    (ys: readonly number[]) =>
    ([rows, locs]: Tensor[]): Tensor => {
      let alpha = np.zeros([2]).sub(Math.log(2));
      ys.forEach((y, t) => {
        if (t > 0) alpha = np.logsumexp(alpha.reshape([2, 1]).add(np.logSoftmax(rows, -1)), 0);
        alpha = alpha.add(normal(y, locs));
      });
      return np.logsumexp(alpha).neg();
    };

  test.each([1, 2, 10])(
    "length %i: loss and gradient equal the forward algorithm's, eager and compiled",
    (n) => {
      const ys = observed.slice(0, n);
      const start = [
        np.array([
          [1, -1],
          [-0.5, 0.5],
        ]),
        np.array([-1, 2]),
      ];
      const want = wanted(forwards(ys), start);
      // With one step the transitions are parameters that nothing reads.
      expectBoth(hmm, none, want, np.array(ys));
    },
  );

  test("axes are given back: ten steps use two", () => {
    const shapes: number[] = [];
    const record = handlers.trace(
      handlers.enumerate(() => hmm(np.array(observed)), { firstAvailableDim: -1 }),
    )();
    for (const node of Object.values(record.nodes)) shapes.push(node.value.ndim);
    expect(Math.max(...shapes)).toBe(2);
  });

  test("a history of two needs to be declared", () => {
    const second = (history: number) => (): void => {
      param("unused", 0);
      const xs: Tensor[] = [];
      for (const t of markov(4, { history })) {
        const column = (x: Tensor, by: number[]): Tensor => x.reshape([...x.shape, 1]).mul(by);
        const logits =
          t < 2 ? np.zeros([3]) : column(xs[t - 2], [0.5, 0, 1]).add(column(xs[t - 1], [0, 1, 1]));
        xs.push(sample(`x${t}`, dist.Categorical({ logits }), parallel));
        sample(`y${t}`, dist.Normal(xs[t], 1), { obs: t });
      }
    };
    const lp = (l: number[], k: number): number => l[k] - Math.log(l.reduce((s, x) => s + Math.exp(x), 0));
    let total = 0;
    for (let code = 0; code < 81; code++) {
      const x = [0, 1, 2, 3].map((t) => Math.floor(code / 3 ** t) % 3);
      let density = 0;
      x.forEach((k, t) => {
        density += lp(t < 2 ? [0, 0, 0] : [x[t - 2] * 0.5, x[t - 1], x[t - 2] + x[t - 1]], k);
        density += -0.5 * (t - k) ** 2 - 0.5 * Math.log(2 * Math.PI);
      });
      total += Math.exp(density);
    }
    expectBoth(second(2), none, [-Math.log(total), 0]);
  });
});

describe("mixtures and plates", () => {
  const data = np.array([-1.2, 0.4, 2.2, 3.1, -0.3, 1.9]);
  const ys = Array.from(data.data());
  const mixture = (options: object) => (): void => {
    const weights = param("weights", [0.3, 0.7], { constraint: constraints.simplex });
    const locs = param("locs", [-1, 2]);
    plate(
      "n",
      6,
      () => {
        const z = sample("z", dist.Categorical({ probs: weights }), parallel);
        sample("y", dist.Normal(locs.at(z), 1), { obs: subsample(data) });
      },
      options,
    );
  };
  const exact =
    (rows: readonly number[], scale: number) =>
    ([u, locs]: Tensor[]): Tensor => {
      // Stick-breaking of a two-simplex: logistic.
      const p = np.special.expit(u.reshape([]));
      const w = [np.log(p), np.log(np.array(1).sub(p))];
      const each = rows.map((i) =>
        np.logsumexp(np.stack([0, 1].map((k) => w[k].add(normal(ys[i], locs.at(k)))))),
      );
      return each.reduce((a, b) => a.add(b)).mul(-scale);
    };
  const start = [np.array([Math.log(0.3 / 0.7)]), np.array([-1, 2])];

  test("local sites: whole plate and scaled part of it", () => {
    expectBoth(mixture({}), none, wanted(exact([0, 1, 2, 3, 4, 5], 1), start));
    expectBoth(mixture({ subsample: [4, 1] }), none, wanted(exact([4, 1], 3), start));
  });

  test("a global site under nested plates, with a local one inside", () => {
    const model = (): void => {
      const a = param("a", 0.7);
      const g = sample("g", dist.Bernoulli({ probs: 0.4 }), parallel);
      plate("i", 2, () => {
        const z = sample("z", dist.Bernoulli({ logits: np.array([0.2, -0.5]).add(g) }), parallel);
        plate("j", 3, () => {
          sample("y", dist.Normal(z.mul(a).add(g), 1), { obs: data.reshape([3, 2]) });
        });
      });
    };
    const bern = (l: number, x: number): number => -Math.log1p(Math.exp(x === 1 ? -l : l));
    const loss = ([a]: Tensor[]): Tensor => {
      const over = [0, 1].map((g) => {
        const inner = [0, 1].map((i) => {
          const each = [0, 1].map((z) => {
            const terms = [0, 1, 2].map((j) => normal(ys[2 * j + i], a.mul(z).add(g)));
            return terms.reduce((x, y) => x.add(y)).add(bern([0.2, -0.5][i] + g, z));
          });
          return np.logsumexp(np.stack(each));
        });
        return inner[0].add(inner[1]).add(Math.log(g === 1 ? 0.4 : 0.6));
      });
      return np.logsumexp(np.stack(over)).neg();
    };
    expectBoth(model, none, wanted(loss, [np.array(0.7)]));
  });

  test("the guide enumerates: the mean over its probabilities; both enumerate", () => {
    const guide = (): void => {
      const l = param("l", [0.3, -0.6]);
      plate("n", 2, () => sample("z", dist.Bernoulli({ logits: l }), parallel));
    };
    const model = (): void => {
      const m = param("m", 1.5);
      plate("n", 2, () => {
        const z = sample("z", dist.Bernoulli({ probs: 0.3 }));
        const w = sample("w", dist.Bernoulli({ logits: z.sub(0.5) }), parallel);
        sample("y", dist.Normal(z.add(w.mul(m)), 1), { obs: [0.5, 2] });
      });
    };
    const lb = (l: Tensor, z: number): Tensor => np.special.softplus(z === 1 ? l.neg() : l).neg();
    const loss = ([l, m]: Tensor[]): Tensor => {
      let total = np.array(0);
      for (const i of [0, 1])
        for (const z of [0, 1]) {
          const q = lb(l.at(i), z);
          const inner = [0, 1].map((w) => lb(np.array(z - 0.5), w).add(normal([0.5, 2][i], m.mul(w).add(z))));
          const p = np.logsumexp(np.stack(inner)).add(Math.log(z === 1 ? 0.3 : 0.7));
          total = total.add(np.exp(q).mul(q.sub(p)));
        }
      return total;
    };
    expectBoth(model, guide, wanted(loss, [np.array([0.3, -0.6]), np.array(1.5)]));
  });

  test("continuous latents beside, from an automatic guide of the collapsed model", () => {
    const model = configEnumerate((): void => {
      const locs = sample("locs", dist.Normal(0, 3).expand([2]).toEvent(1));
      plate("n", 6, () => {
        const z = sample("z", dist.Categorical({ probs: [0.5, 0.5] }));
        sample("y", dist.Normal(locs.at(z), 0.5), { obs: data });
      });
    });
    const losses = [true, false].map((jit) => {
      clearParamStore();
      const guide = AutoNormal(handlers.collapse(model));
      const svi = new SVI(model, guide, adam(), TraceEnumELBO({ particles: 3 }), { jit, seed: 1 });
      return [svi.step(), svi.step()];
    });
    losses[0].forEach((x, i) => expect(x).toBeCloseTo(losses[1][i], 8));
    // The collapsed model under the plain bound is the same estimate.
    clearParamStore();
    const collapsed = handlers.collapse(model);
    const plain = new SVI(collapsed, AutoNormal(collapsed), adam(), TraceELBO({ particles: 3 }), { seed: 1 });
    expect(plain.step()).toBeCloseTo(losses[0][0], 8);
  });
});

describe("errors say what to do", () => {
  const step = (model: () => unknown, guide: () => unknown = none): number => {
    clearParamStore();
    return new SVI(model, guide, adam(), TraceEnumELBO()).step();
  };
  const m = (): Tensor => param("m", 0.5);

  test("undeclared axes, endless supports, other marks", () => {
    expect(() => step(() => [m(), sample("z", dist.Bernoulli({ probs: [0.5, 0.5] }), parallel)])).toThrow(
      'site "z" cannot be enumerated: its batch axis -1 of length 2 belongs to no plate.',
    );
    expect(() => step(() => [m(), sample("z", dist.Poisson(3), parallel)])).toThrow(
      'site "z" cannot be enumerated: Poisson has no finite list of values.',
    );
    const sequential = { infer: { enumerate: "sequential" } };
    expect(() => step(() => [m(), sample("z", dist.Bernoulli({ probs: 0.5 }), sequential)])).toThrow(
      'site "z": infer.enumerate must be "parallel", got "sequential"',
    );
    expect(() => handlers.enumerate(none, { firstAvailableDim: 0 })).toThrow(
      "enumerate: firstAvailableDim counts batch axes from the right and must be -1 or less; got 0.",
    );
  });

  test("a site outside the plate, different scales, a draw below an enumerated site", () => {
    const outside = (): void => {
      m();
      const x = plate("n", 2, () => sample("x", dist.Bernoulli({ probs: 0.5 }), parallel));
      sample("y", dist.Normal(np.sum(x, -1), 1), { obs: 0 });
    };
    expect(() => step(outside)).toThrow(
      /site "x" cannot be enumerated: site "y" depends on it but stands outside plate "n", so that all/,
    );
    const inside = (): void => {
      plate("n", 2, () => sample("x", dist.Bernoulli({ logits: m() }), parallel));
    };
    const global = (): void => {
      const g = sample("g", dist.Bernoulli({ probs: 0.5 }), parallel);
      plate("n", 2, () => sample("x", dist.Bernoulli({ logits: g }), parallel));
    };
    expect(() => step(global, inside)).toThrow(
      /site "x" depends on "g" and "x", of which the guide averages over one in each element of a plate/,
    );
    const part = (): void => {
      const z = sample("z", dist.Bernoulli({ probs: 0.5 }), parallel);
      plate("n", 4, () => sample("y", dist.Normal(z.add(m()), 1), { obs: 0 }), { subsampleSize: 2 });
    };
    expect(() => step(part)).toThrow(/sites "z" and "y" depend on "z" but have different scales \(1 and 2\)/);
    const below = (): void => {
      const z = sample("z", dist.Bernoulli({ logits: m() }), parallel);
      sample("w", dist.Bernoulli({ logits: z }));
    };
    const prior = (): void => {
      const z = sample("z", dist.Bernoulli({ probs: 0.5 }));
      sample("w", dist.Bernoulli({ logits: z }));
    };
    expect(() => step(prior, below)).toThrow(
      /the guide draws "w" depending on enumerated sites, and its draws are not differentiable; enumerate it, too/,
    );
    expect(() => step(() => [m(), sample("z", dist.Bernoulli({ probs: 0.5 }))])).toThrow(
      /the guide has no site "z", which the model samples/,
    );
  });

  test("collapse inside a plate; values further back than the history", () => {
    const inner = handlers.collapse(() => sample("z", dist.Bernoulli({ probs: 0.5 })));
    expect(() => plate("n", 2, () => inner())).toThrow(
      'handlers.collapse: it stands inside plate "n", whose axis it cannot sum over; collapse the whole model instead.',
    );
    const late = (): void => {
      m();
      let first: Tensor | null = null;
      for (const t of markov(3, { history: 0 })) {
        if (t === 0) first = sample("x", dist.Bernoulli({ probs: 0.5 }), parallel);
        else sample(`y${t}`, dist.Normal(first!, 1), { obs: 1 });
      }
    };
    expect(() => step(late)).toThrow(
      'site "y1" depends on an enumerated site that lies further back than the history of its markov loop. Give markov a longer { history }.',
    );
  });
});
