// Discrete sites summed out of a model's density, and given back: against all combinations written by hand.
import { describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { deterministic, factor, handlers, markov, plate, sample } from "../handlers/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { jit } from "../trace/lazy-jit.js";
import { configEnumerate } from "./config-enumerate.js";
import { inferDiscrete } from "./infer-discrete.js";
import { logDensity } from "./log-density.js";

const parallel = { infer: { enumerate: "parallel" } };

describe("handlers.collapse", () => {
  const data = np.array([-1.2, 0.4, 2.2]);
  const model = (): void => {
    const locs = sample("locs", dist.Normal(0, 3).expand([2]).toEvent(1));
    const g = sample("g", dist.Bernoulli({ probs: 0.4 }));
    deterministic("twice", locs.mul(2));
    // Continuous and below a discrete site: its value comes from outside.
    const s = sample("s", dist.LogNormal(g, 0.5));
    plate("n", 3, () => {
      const z = sample("z", dist.Categorical({ probs: [0.3, 0.7] }));
      sample("y", dist.Normal(locs.at(z), s), { obs: data });
    });
  };

  test("log densities are sums over the hidden sites, and NUTS's coordinates are the others", () => {
    const density = logDensity(handlers.collapse(model));
    expect(density.names).toEqual(["locs[0]", "locs[1]", "s"]);
    const q = density.unconstrain({ locs: [-1, 2], s: 0.8 });
    const n = (x: number, m: number, s: number): number =>
      -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
    const likelihood = [-1.2, 0.4, 2.2].reduce(
      (sum, y) => sum + Math.log(0.3 * Math.exp(n(y, -1, 0.8)) + 0.7 * Math.exp(n(y, 2, 0.8))),
      0,
    );
    const prior = [0.6, 0.4].reduce((p, w, g) => p + (w * Math.exp(n(Math.log(0.8), g, 0.5))) / 0.8, 0);
    const want = n(-1, 0, 3) + n(2, 0, 3) + Math.log(prior) + likelihood + Math.log(0.8);
    expect(density.logDensity(q)).toBeCloseTo(want, 10);
    const gradient = new Float64Array(3);
    density.logDensityGradient(q, gradient);
    q.forEach((x, i) => {
      const at = (d: number): number => {
        const moved = q.slice();
        moved[i] = x + d;
        return density.logDensity(moved);
      };
      expect(gradient[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
    });
  });

  test("beside states of a loop that depend on each other", () => {
    const rest = (): Tensor =>
      np.scan(
        (x: Tensor) => {
          const next = sample("x", dist.Normal(x, 1));
          return [next, next];
        },
        np.array(0),
        null,
        { length: 3 },
      )[1] as Tensor;
    const model = (): void => {
      const xs = rest();
      plate("rows", 3, () => {
        const z = sample("z", dist.Bernoulli({ probs: 0.3 }), parallel);
        sample("y", dist.Normal(xs.add(z), 1), { obs: [0.5, 1, -1] });
      });
    };
    const byHand = (): void => {
      const xs = rest();
      const y = np.array([0.5, 1, -1]);
      const at = (z: number, p: number): Tensor => dist.Normal(xs.add(z), 1).logProb(y).add(Math.log(p));
      factor("y", np.sum(np.special.logaddexp(at(0, 0.7), at(1, 0.3))));
    };
    const [a, b] = [handlers.collapse(model), byHand].map((fn) => logDensity(fn));
    const point = [0.3, -0.4, 1];
    const gradients = [a!, b!].map((density) => {
      const g = new Float64Array(3);
      return [density.logDensityGradient(point, g), ...g];
    });
    gradients[0]!.forEach((x, i) => expect(x).toBeCloseTo(gradients[1]![i], 10));
  });

  test("models without discrete sites stay as they are", () => {
    const plain = (): Tensor => sample("x", dist.Normal(0, 1));
    const { nodes } = handlers.trace(handlers.seed(handlers.collapse(plain), 1))();
    expect(Object.keys(nodes)).toEqual(["x"]);
  });
});

describe("infer.inferDiscrete (J60)", () => {
  const rows = np.array([
    [2, -1],
    [-1.5, 1],
  ]);
  const ys = [0.3, 1.9, -0.7, 2.2, 2.5];
  const hmm = (): Tensor[] => {
    const xs: Tensor[] = [];
    for (const t of markov(5)) {
      const logits = t === 0 ? np.zeros([2]) : rows.at(xs[t - 1]);
      xs.push(sample(`x${t}`, dist.Categorical({ logits }), parallel));
      sample(`y${t}`, dist.Normal(xs[t].mul(2), 1), { obs: ys[t] });
    }
    return xs;
  };
  const show = (xs: readonly Tensor[]): string => xs.map((x) => x.item()).join("");
  /** Joint log densities of all 32 paths. */
  const paths = Array.from({ length: 32 }, (_, code) => {
    const x = ys.map((_, t) => (code >> t) & 1);
    const table = rows.toArray() as number[][];
    const density = x.reduce((s, k, t) => {
      const row = t === 0 ? [0, 0] : table[x[t - 1]];
      return s + row[k] - Math.log(Math.exp(row[0]) + Math.exp(row[1])) - (ys[t] - 2 * k) ** 2 / 2;
    }, 0);
    return { key: x.join(""), density };
  });

  test("temperature 0 gives the most probable path, compiled and eager", () => {
    const best = paths.reduce((a, b) => (b.density > a.density ? b : a)).key;
    const decode = inferDiscrete(hmm, { temperature: 0 });
    expect(show(decode())).toBe(best);
    expect(show(jit(decode)())).toBe(best);
    const { nodes } = handlers.trace(decode)();
    expect(nodes["x3"].value.item()).toBe(Number(best[3]));
  });

  test("temperature 1 draws whole paths with their posterior probabilities, equal under one key", () => {
    const draw = jit((key: Tensor) => inferDiscrete(hmm, { key })());
    const eager = (key: Tensor): Tensor[] => inferDiscrete(hmm, { key })();
    const n = 2000;
    const counts = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const key = random.foldIn(random.key(5), i);
      const path = show(draw(key));
      if (i < 10) expect(show(eager(key))).toBe(path);
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    const total = paths.reduce((s, p) => s + Math.exp(p.density), 0);
    for (const { key, density } of paths) {
      const p = Math.exp(density) / total;
      expect(Math.abs((counts.get(key) ?? 0) - n * p)).toBeLessThan(4 * Math.sqrt(n * p * (1 - p)) + 1);
    }
  });

  test("sites in plates have the shape of their plates", () => {
    const mixture = (): void => {
      plate("i", 2, () =>
        plate("j", 3, () => {
          const z = sample("z", dist.Categorical({ probs: [0.5, 0.5] }));
          sample("y", dist.Normal(z.mul(4), 1), {
            obs: [
              [0, 4],
              [4.2, 0.1],
              [0.3, 3.7],
            ],
          });
        }),
      );
    };
    const { nodes } = handlers.trace(inferDiscrete(configEnumerate(mixture), { temperature: 0 }))();
    expect(nodes["z"].value.toArray()).toEqual([
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
  });
});
