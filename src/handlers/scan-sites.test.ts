// Statements inside np.scan: one site each with the steps in front, the density of the chain written out (behaviours J12 to J14).
import { describe, expect, test } from "vitest";
import {
  deterministic,
  dist,
  handlers,
  infer,
  np,
  plate,
  Predictive,
  random,
  sample,
  type Tensor,
} from "sinter";

/** log N(x; mu, s). */
const normal = (x: number, mu: number, s: number): number =>
  -0.5 * ((x - mu) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);

const y = np.array([0.3, -0.2, 0.9, 1.4, 1.1]);
const walk = (y: Tensor, T: number): Tensor => {
  const drift = sample("drift", dist.Normal(0, 1));
  const [last] = np.scan(
    (z: Tensor, x: Tensor) => {
      const next = sample("z", dist.Normal(z.mul(0.9).add(drift), 0.5));
      deterministic("twice", next.mul(2));
      sample("y", dist.Normal(next, 1), { obs: x });
      return [next, null];
    },
    np.array(0),
    y,
  );
  if (T === 0) return last;
  const [end] = np.scan(
    (z: Tensor) => [sample("future", dist.Normal(z.mul(0.9).add(drift), 0.5)), null],
    last,
    null,
    { length: T },
  );
  return end;
};

describe("sample statements in np.scan", () => {
  test("are sites with the steps in front, drawn step by step", () => {
    const { nodes, result } = handlers.trace(handlers.seed(walk, 3))(y, 0);
    expect(Object.keys(nodes)).toEqual(["drift", "z", "twice", "y"]);
    const z = nodes["z"].value.toArray() as number[];
    expect(new Set(z).size).toBe(5);
    expect((result as Tensor).item()).toBe(z[4]);
    expect(nodes["twice"].value.toArray()).toEqual(z.map((v) => 2 * v));
    const drift = nodes["drift"].value.item();
    const scores = nodes["z"].logProb.toArray() as number[];
    scores.forEach((v, t) =>
      expect(v).toBeCloseTo(normal(z[t], 0.9 * (t === 0 ? 0 : z[t - 1]) + drift, 0.5), 10),
    );
  });

  test("J13: the compiled density and its gradient are those of the loop written out", () => {
    const density = infer.logDensity(walk as never, [y, 0]);
    expect(density.names).toEqual(["drift", "z[0]", "z[1]", "z[2]", "z[3]", "z[4]"]);
    const q = Float64Array.from({ length: 6 }, (_, i) => Math.sin(i + 1));
    const data = y.toArray() as number[];
    let expected = normal(q[0], 0, 1);
    for (let t = 0; t < 5; t++)
      expected += normal(q[t + 1], 0.9 * (t === 0 ? 0 : q[t]) + q[0], 0.5) + normal(data[t], q[t + 1], 1);
    expect(density.logDensity(q)).toBeCloseTo(expected, 9);
    const gradient = new Float64Array(6);
    density.logDensityGradient(q, gradient);
    for (let i = 0; i < 6; i++) {
      const at = (h: number): number => density.logDensity(q.map((v, k) => (k === i ? v + h : v)));
      expect(gradient[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
    }
    expect(density.constrain(q)["twice"].toArray()).toEqual([...q.slice(1)].map((v) => 2 * v));
    density.dispose();
  });

  test("J12: conditioned on the first steps, the model predicts the next ones", () => {
    const samples = { drift: [0, 5], z: np.zeros([2, 5]) };
    const draws = new Predictive(walk as never, { samples })(y, 4);
    expect(draws["future"].shape).toEqual([2, 4]);
    const [a, b] = draws["future"].toArray() as number[][];
    expect(Math.abs(a[3])).toBeLessThan(5);
    expect(b[3]).toBeGreaterThan(10);
  });

  test("J14: two levels of scans", () => {
    const nested = (): Tensor =>
      np.scan(
        (z: Tensor, t: Tensor) => {
          const [next] = np.scan(
            (w: Tensor, k: Tensor) => [sample("z", dist.Normal(w.mul(0.5).add(t), k.add(1))), null],
            z,
            np.array([0, 1, 2]),
          );
          return [next, null];
        },
        np.array(0),
        np.array([0, 1, 2, 3]),
      )[0];
    const z = np.arange(12).mul(0.3).reshape([4, 3]);
    let [before, expected] = [0, 0];
    for (let t = 0; t < 4; t++)
      for (let k = 0; k < 3; k++) {
        const v = 0.3 * (3 * t + k);
        expected += normal(v, 0.5 * before + t, k + 1);
        before = v;
      }
    const record = handlers.trace(handlers.substitute(nested, { z }))();
    expect(record.logProbSum().item()).toBeCloseTo(expected, 9);
    const drawn = handlers.trace(handlers.seed(nested, random.key(1)))();
    expect(drawn.nodes["z"].value.shape).toEqual([4, 3]);
    expect(new Set((drawn.nodes["z"].value.toArray() as number[][]).flat()).size).toBe(12);
    expect(infer.logDensity(nested, []).dim).toBe(12);
  });

  test("a support that earlier steps move says so", () => {
    const moving = (): unknown =>
      np.scan((z: Tensor) => [sample("z", dist.Uniform(z, 9)), null], np.array(0), null, { length: 3 });
    expect(() => handlers.seed(moving, 0)()).toThrow(/site "z": the support interval.*before the scan/);
  });
});

test("a mask may be carried through the loop, for sites that are summed out too (capture and recapture)", () => {
  const caught = [[0, 1, 1], [1, 0, 1], [0, 0, 1], [1, 1, 0]]; // prettier-ignore
  const [survive, catchable] = [0.6, 0.3];
  const model = (data: Tensor): void => {
    np.scan(
      ([seen, z]: readonly [Tensor, Tensor], y: Tensor) =>
        plate("animals", 4, () => {
          const law = dist.Bernoulli({ probs: z.mul(survive) }).mask(seen);
          const alive = sample("z", law, { infer: { enumerate: "parallel" } });
          sample("y", dist.Bernoulli({ probs: alive.mul(catchable) }).mask(seen), { obs: y });
          return [[np.logicalOr(seen, y.gt(0)), alive], null] as const;
        }),
      [np.zeros([4]).gt(1), np.ones([4], { dtype: "i32" })] as const,
      data.transpose(),
    );
    sample("q", dist.Normal(0, 1));
  };
  const density = infer.logDensity(model, [np.array(caught, { dtype: "i32" })]);
  const p = (x: number, q: number): number => (x === 1 ? q : 1 - q);
  const rest = (row: readonly number[], t: number, z: number, seen: boolean): number =>
    t === row.length
      ? 1
      : [0, 1].reduce((sum, next) => {
          const here = seen ? p(next, survive * z) * p(row[t]!, catchable * next) : 1;
          return sum + (here === 0 ? 0 : here * rest(row, t + 1, next, seen || row[t] === 1));
        }, 0);
  const likelihood = caught.reduce((sum, row) => sum + Math.log(rest(row, 0, 1, false)), 0);
  expect(density.logDensity([0])).toBeCloseTo(likelihood - Math.log(Math.sqrt(2 * Math.PI)), 12);
  density.dispose();
});
