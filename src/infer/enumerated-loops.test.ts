// Discrete sites inside np.scan summed out step by step (J61): against all paths written out, the loop written with markov, and a
// forward algorithm by hand; draws given back against posterior probabilities of paths.
import { describe, expect, test } from "vitest";
import { constraints } from "../bijectors/index.js";
import { dist } from "../dist/index.js";
import { clearParamStore, factor, handlers, markov, param, plate, sample } from "../handlers/index.js";
import { jit, np, random, type Tensor } from "../tensor/index.js";
import { TraceEnumELBO } from "./elbo/trace-enum-elbo.js";
import { inferDiscrete } from "./infer-discrete.js";
import { logDensity, type LogDensity } from "./log-density.js";
import { adam } from "./optim/index.js";
import { Predictive } from "./predictive.js";
import { SVI } from "./svi.js";

const parallel = { infer: { enumerate: "parallel" } };
const table = [
  [0.7, 0.2, 0.1],
  [0.1, 0.6, 0.3],
  [0.3, 0.3, 0.4],
];
const ys = [0.3, 1.9, -0.7, 2.2, 3.5, 0.1];
const zero = np.array(0, { dtype: "i32" });

/** Value and gradient at a point of the coordinates' number. */
function at(density: LogDensity, q = Float64Array.from({ length: density.dim }, (_, i) => Math.sin(i + 1))) {
  const gradient = new Float64Array(density.dim);
  return [density.logDensityGradient(q, gradient), ...gradient];
}

function agree(a: () => unknown, b: () => unknown): void {
  const [x, y] = [a, b].map((model) => at(logDensity(model)));
  expect(x!.length).toBe(y!.length);
  x!.forEach((v, i) => expect(v).toBeCloseTo(y![i]!, 9));
}

const means = (): Tensor => sample("mu", dist.Normal(0, 2).expand([3]).toEvent(1));

describe("a hidden Markov model as np.scan", () => {
  const loop = (y: Tensor, z0: Tensor = zero): readonly [Tensor, Tensor] => {
    const mu = means();
    return np.scan(
      (z: Tensor, yt: Tensor): [Tensor, Tensor] => {
        const next = sample("z", dist.Categorical({ probs: np.array(table).at(z) }), parallel);
        sample("y", dist.Normal(mu.at(next), 1), { obs: yt });
        return [next, next];
      },
      z0,
      y,
    );
  };
  const written = (first: (mu: Tensor) => Tensor = () => zero): void => {
    const mu = means();
    let z = first(mu);
    for (const t of markov(ys.length)) {
      z = sample(`z${t}`, dist.Categorical({ probs: np.array(table).at(z) }), parallel);
      sample(`y${t}`, dist.Normal(mu.at(z), 1), { obs: ys[t]! });
    }
  };

  test("has the density and gradient of the loop written out, in one compiled and one eager program", () => {
    agree(
      () => loop(np.array(ys)),
      () => written(),
    );
    const density = logDensity(() => loop(np.array(ys)), [], { jit: false });
    at(density).forEach((v, i) => expect(v).toBeCloseTo(at(logDensity(() => loop(np.array(ys))))[i]!, 10));
  });

  test("begins with an enumerated site, goes backwards, ends in one, or has no steps left after the first", () => {
    const begin = (mu: Tensor): Tensor => {
      const z0 = sample("start", dist.Categorical({ probs: [0.2, 0.5, 0.3] }), parallel);
      sample("before", dist.Normal(mu.at(z0).mul(2), 1), { obs: 0.4 });
      return z0;
    };
    const scanned = (y: readonly number[], reverse: boolean, behind: boolean) => (): void => {
      const mu = means();
      const [last] = np.scan(
        (z: Tensor, yt: Tensor): [Tensor, null] => {
          const next = sample("z", dist.Categorical({ probs: np.array(table).at(z) }), parallel);
          sample("y", dist.Normal(mu.at(next), 1), { obs: yt });
          return [next, null];
        },
        begin(mu),
        np.array(reverse ? [...y].reverse() : [...y]),
        { reverse },
      );
      if (behind) sample("end", dist.Normal(mu.at(last).mul(3), 1), { obs: 1 });
    };
    const unrolled = (y: readonly number[], behind: boolean) => (): void => {
      const mu = means();
      let z = begin(mu);
      for (const t of markov(y.length)) {
        z = sample(`z${t}`, dist.Categorical({ probs: np.array(table).at(z) }), parallel);
        sample(`y${t}`, dist.Normal(mu.at(z), 1), { obs: y[t]! });
      }
      if (behind) sample("end", dist.Normal(mu.at(z).mul(3), 1), { obs: 1 });
    };
    for (const n of [1, 2, 3, 6])
      for (const reverse of [false, true])
        for (const behind of [false, true])
          agree(scanned(ys.slice(0, n), reverse, behind), unrolled(ys.slice(0, n), behind));
  });

  test("with the state of two steps, a state that is a table row, two sites a step, and a continuous latent site below", () => {
    const row = (z: Tensor, w: Tensor): Tensor =>
      np.array(table).at(z).mul(0.7).add(np.array(table).at(w).mul(0.3));
    const scanned = (): void => {
      const mu = means();
      np.scan(
        ([z, w, m]: [Tensor, Tensor, Tensor], yt: Tensor) => {
          const next = sample("z", dist.Categorical({ probs: row(z, w) }), parallel);
          const flip = sample("b", dist.Bernoulli({ probs: np.array([0.1, 0.6, 0.5]).at(next) }), parallel);
          const x = sample("x", dist.Normal(mu.at(next).add(m.at(1)), 0.5));
          sample("y", dist.Normal(x.add(flip), 1), { obs: yt });
          return [[next, z, np.array(table).at(next)], null];
        },
        [zero, zero, np.zeros([3])] as [Tensor, Tensor, Tensor],
        np.array(ys),
      );
    };
    const written = (): void => {
      const mu = means();
      let [z, w, m] = [zero, zero, np.zeros([3])];
      const x = sample("x", dist.ImproperUniform(constraints.real, [ys.length], []));
      for (const t of markov(ys.length, { history: 2 })) {
        const next = sample(`z${t}`, dist.Categorical({ probs: row(z, w) }), parallel);
        const flip = sample(`b${t}`, dist.Bernoulli({ probs: np.array([0.1, 0.6, 0.5]).at(next) }), parallel);
        sample(`x${t}`, dist.Normal(mu.at(next).add(np.take(m, 1, -1)), 0.5), { obs: x.at(t) });
        sample(`y${t}`, dist.Normal(x.at(t).add(flip), 1), { obs: ys[t]! });
        [z, w, m] = [next, z, np.array(table).at(next)];
      }
    };
    agree(scanned, written);
  });

  const series = np.array(ys.map((y, t) => [y, y / 2 + t, 1 - y, 0.2 * t]));
  const inPlates = (g?: Tensor): void => {
    const mu = means();
    np.scan(
      (z: Tensor, yt: Tensor): [Tensor, null] => {
        const next = plate("series", 4, () => {
          const own = sample("z", dist.Categorical({ probs: np.array(table).at(z) }), parallel);
          sample("y", dist.Normal(g ? mu.at(own).add(g) : mu.at(own), 1), { obs: yt });
          return own;
        }) as Tensor;
        return [next, null];
      },
      np.zeros([4]).astype("i32"),
      series,
    );
  };
  /** The forward algorithm of one series, as one writes it by hand. */
  const forward = (locs: Tensor, k: number): Tensor => {
    const from = np.log(np.array(table));
    const [alpha] = np.scan(
      (a: Tensor, y: Tensor): [Tensor, null] => [
        np.logsumexp(a.reshape([3, 1]).add(from), 0).add(dist.Normal(locs, 1).logProb(y)),
        null,
      ],
      np.array([0, -Infinity, -Infinity]),
      series.slice(null, [k, k + 1]).reshape([ys.length]),
    );
    return np.logsumexp(alpha);
  };
  const sum = (xs: readonly Tensor[]): Tensor => xs.reduce((a, b) => a.add(b));
  const all = [0, 1, 2, 3];

  test("in plates of the loop's body, scaled, beside an enumerated site of the whole model: forward algorithms by hand", () => {
    agree(handlers.scale(inPlates, 0.5), () => {
      const mu = handlers.scale(means, 0.5)();
      factor("y", sum(all.map((k) => forward(mu, k))).mul(0.5));
    });
    agree(
      () => inPlates(sample("g", dist.Bernoulli({ probs: 0.3 }), parallel)),
      () => {
        const mu = means();
        const given = [0, 1].map((g) =>
          sum(all.map((k) => forward(mu.add(g), k))).add(Math.log(g === 1 ? 0.3 : 0.7)),
        );
        factor("y", np.logaddexp(given[0]!, given[1]!));
      },
    );
    const mixed = (): void => {
      const g = sample("g", dist.Bernoulli({ probs: 0.3 }), parallel);
      handlers.scale(inPlates, 0.5)(g);
    };
    expect(() => logDensity(mixed)).toThrow(/sites ".*" and ".*" depend on ".*" but have different scales/);
  });

  test("as a program whose size does not grow with its length", () => {
    const size = (n: number): number =>
      logDensity(() => loop(np.sin(np.arange(n)))).lowered.optimized.equations.length;
    expect(size(400)).toBe(size(40));
  });

  test("errors: draws below, results behind the loop, states of all steps, masks around, guides", () => {
    const above = (): void => void loop(np.array(ys));
    const behind = (): void => {
      const [, zs] = loop(np.array(ys));
      sample("w", dist.Normal(zs, 1), { obs: np.zeros([6]) });
    };
    expect(() => logDensity(behind)).toThrow(
      'site "w" depends on what np.scan returned of sites that are summed out step by step (z). Make it a site of the loop; only the last values',
    );
    const counting = (): void => {
      np.scan(
        (n: Tensor): [Tensor, null] => {
          const z = sample("z", dist.Bernoulli({ probs: n.add(1).reciprocal() }), parallel);
          return [n.add(z), null];
        },
        np.array(0),
        null,
        { length: 20 },
      );
    };
    expect(() => logDensity(counting)).toThrow(
      'site "z" cannot be enumerated: what np.scan carries depends on its values at more than 4 earlier steps.',
    );
    expect(() => logDensity(handlers.mask(above, np.array([1, 1, 1, 0, 0, 0]).gt(0)))).toThrow(
      /a mask around np.scan cannot be used where its sites \(z\) are summed out step by step; put handlers.mask inside/,
    );
    const below = (): void => {
      np.scan(
        (z: Tensor): [Tensor, null] => {
          const next = sample("z", dist.Categorical({ probs: np.array(table).at(z) }), parallel);
          sample("x", dist.Normal(next, 1));
          return [next, null];
        },
        zero,
        null,
        { length: 3 },
      );
    };
    expect(() => inferDiscrete(below)()).toThrow(
      'site "x" is latent and depends on enumerated sites of its loop (z). Decide it first',
    );
    const guide = (): unknown => loop(np.array(ys));
    const svi = new SVI(above, guide, adam(), TraceEnumELBO());
    expect(() => svi.step()).toThrow(
      /site "z" cannot be enumerated here: .*Enumerate it in the model, with handlers.collapse/,
    );
  });

  test("TraceEnumELBO has the loss of the loop written out, and its gradient", () => {
    const guide = (): void =>
      void sample("mu", dist.Normal(param("loc", np.array([0, 1, 2])), 0.5).toEvent(1));
    const [a, b] = [(): void => void loop(np.array(ys)), (): void => written()].map((model) => {
      clearParamStore();
      const svi = new SVI(model, guide, adam({ lr: 0.1 }), TraceEnumELBO(), { seed: 3 });
      return [svi.step(), svi.step(), svi.step()];
    });
    a!.forEach((x, i) => expect(x).toBeCloseTo(b![i]!, 8));
  });
});

describe("infer.inferDiscrete in np.scan", () => {
  const mu = [-1, 0.5, 2];
  /** Log densities of all paths, by their text. */
  const paths = (n: number): Map<string, number> =>
    new Map(
      Array.from({ length: 3 ** n }, (_, code) => {
        const path = Array.from({ length: n }, (_, t) => Math.floor(code / 3 ** t) % 3);
        const density = path.reduce(
          (s, k, t) => s + Math.log(table[t === 0 ? 0 : path[t - 1]!]![k]!) - (ys[t]! - mu[k]!) ** 2 / 2,
          0,
        );
        return [path.join(""), density] as const;
      }),
    );
  const model =
    (n: number, reverse = false) =>
    (): Tensor => {
      const data = ys.slice(0, n);
      // Undecided and apart from the states: drawn, with all the rest.
      const [, z] = np.scan(
        (prev: Tensor, y: Tensor): [Tensor, Tensor] => {
          sample("noise", dist.Normal(0, 1));
          const next = sample("z", dist.Categorical({ probs: np.array(table).at(prev) }), parallel);
          sample("y", dist.Normal(np.array(mu).at(next), 1), { obs: y });
          return [next, next];
        },
        zero,
        np.array(reverse ? data.reverse() : data),
        { reverse },
      );
      return z;
    };
  const show = (z: Tensor, reverse = false): string => {
    const path = z.toArray() as number[];
    return (reverse ? path.reverse() : path).join("");
  };

  test.each([1, 2, 5])(
    "temperature 0: the most probable path of %i steps, compiled, eager and backwards",
    (n) => {
      const [[best]] = [...paths(n)].sort((a, b) => b[1] - a[1]);
      expect(show(inferDiscrete(model(n), { temperature: 0 })())).toBe(best);
      expect(show(jit(inferDiscrete(model(n), { temperature: 0 }))())).toBe(best);
      expect(show(inferDiscrete(model(n, true), { temperature: 0 })(), true)).toBe(best);
    },
  );

  test("temperature 1: paths have their posterior probabilities; one key gives one path, compiled or not", () => {
    const draw = jit((key: Tensor) => inferDiscrete(model(3), { key })());
    const n = 3000;
    const counts = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const key = random.foldIn(random.key(7), i);
      const path = show(draw(key));
      if (i < 5) expect(show(inferDiscrete(model(3), { key })())).toBe(path);
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    const all = paths(3);
    const total = [...all.values()].reduce((s, d) => s + Math.exp(d), 0);
    for (const [path, density] of all) {
      const p = Math.exp(density) / total;
      expect(Math.abs((counts.get(path) ?? 0) - n * p)).toBeLessThan(4.5 * Math.sqrt(n * p * (1 - p)) + 1);
    }
  });

  test("with the state of two steps, in plates: the path of each series is that of the series alone", () => {
    const two = (rows: Tensor, size: number) => (): Tensor =>
      np.scan(
        ([z, w]: [Tensor, Tensor], y: Tensor): [[Tensor, Tensor], Tensor] => {
          const probs = np.array(table).at(z).mul(0.6).add(np.array(table).at(w).mul(0.4));
          const next = plate("n", size, () => {
            const own = sample("z", dist.Categorical({ probs }), parallel);
            sample("y", dist.Normal(np.array(mu).at(own), 1), { obs: y });
            return own;
          }) as Tensor;
          return [[next, z], next];
        },
        [np.zeros([size]).astype("i32"), np.zeros([size]).astype("i32")] as [Tensor, Tensor],
        rows,
      )[1];
    const rows = np.array(ys.map((y, t) => [y, 2 - y, Math.sin(3 * t) * 2]));
    const together = inferDiscrete(two(rows, 3), { temperature: 0 })();
    expect(together.shape).toEqual([6, 3]);
    for (const k of [0, 1, 2]) {
      const alone = inferDiscrete(two(rows.slice(null, [k, k + 1]), 1), { temperature: 0 })();
      expect(together.slice(null, [k, k + 1]).toArray()).toEqual(alone.toArray());
    }
    expect(new Set((together.toArray() as number[][]).map(String)).size).toBeGreaterThan(1);
  });

  test("Predictive gives each draw of the others states of its own", () => {
    const samples = { noise: np.zeros([50, 4]) };
    const draws = new Predictive(model(4), { samples, inferDiscrete: true } as never)();
    expect(draws["z"]!.shape).toEqual([50, 4]);
    expect(new Set((draws["z"]!.toArray() as number[][]).map(String)).size).toBeGreaterThan(3);
  });
});
