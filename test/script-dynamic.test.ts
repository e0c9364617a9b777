// Models whose control flow depends on draws (behaviours J10 to J16): sites in loops that carry draws, in arms, in open loops.
import { describe, expect, test } from "vitest";
import { handlers, infer, np as arrays, Predictive, type Tensor } from "sinter";
import { dist, np, sample, script, type Vector } from "sinter/script";

const names = { sample, dist, np };
const call = (f: unknown) => f as (...args: unknown[]) => Tensor;
const y = arrays.array([0.3, -0.2, 0.9, 1.4, 1.1, 0.2, -0.5, -0.1, 0.4, 0.8]);

/** log N(x; mu, s). */
const normal = (x: number, mu: number, s: number): number =>
  -0.5 * ((x - mu) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);

const scalarWalk = call(
  script((y: Vector) => {
    const s = sample("s", dist.HalfNormal(1));
    let z = 0;
    for (let t = 0; t < y.length; t++) {
      z = sample(`z_${t}`, dist.Normal(0.9 * z, s));
      sample(`y_${t}`, dist.Normal(z, 0.5), { obs: y[t] });
    }
    return z;
  }, names),
);

describe("latent sites in loops that carry draws", () => {
  test.each([0, 1])("a random walk is one site, drawn step by step (seed %i)", (seed) => {
    const { nodes, result } = handlers.trace(handlers.seed(scalarWalk, seed))(y);
    expect(Object.keys(nodes)).toEqual(["s", "z", "y"]);
    const z = nodes["z"].value.toArray() as number[];
    const s = nodes["s"].value.item();
    expect(z.length).toBe(10);
    expect(new Set(z).size).toBe(10);
    expect((result as Tensor).item()).toBe(z[9]);
    const expected = z.map((v, t) => normal(v, t === 0 ? 0 : 0.9 * z[t - 1], s));
    const scored = nodes["z"].logProb.toArray() as number[];
    scored.forEach((v, t) => expect(v).toBeCloseTo(expected[t], 10));
  });

  test("the density for NUTS equals the density written out, and is free of loops", () => {
    const density = infer.logDensity(scalarWalk, [y]);
    expect(density.dim).toBe(11);
    const q = Float64Array.from({ length: 11 }, (_, i) => Math.sin(i));
    const s = Math.exp(q[0]);
    const z = [...q.slice(1)];
    const data = y.toArray() as number[];
    const prior = Math.log(2) + normal(s, 0, 1) + q[0];
    const expected = z.reduce(
      (sum, v, t) => sum + normal(v, t === 0 ? 0 : 0.9 * z[t - 1], s) + normal(data[t], v, 0.5),
      prior,
    );
    expect(density.logDensity(q)).toBeCloseTo(expected, 9);
    expect(String(density.lowered.graph)).not.toContain("scan");
    const gradient = new Float64Array(11);
    density.logDensityGradient(q, gradient);
    for (let i = 0; i < 11; i++) {
      const at = (h: number): number => density.logDensity(q.map((v, k) => (k === i ? v + h : v)));
      expect(gradient[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
    }
    density.dispose();
  });
});

/** The sites of a model by running it at fixed values, and their summed log densities from plain JavaScript. */
const score = (
  model: (...args: unknown[]) => unknown,
  args: unknown[],
  values: Record<string, unknown>,
): number =>
  handlers
    .trace(handlers.seed(handlers.substitute(model, values as never), 0))(...args)
    .logProbSum()
    .item();

describe("J12 to J14", () => {
  test("J13: a chain of positive values has the density of the chain written out", () => {
    const model = call(
      script((T: number) => {
        const x = np.zeros([T]);
        x[0] = sample("first", dist.LogNormal(0, 1));
        for (let t = 1; t < T; t++) x[t] = sample(`x_${t}`, dist.LogNormal(Math.log(x[t - 1]), 0.3));
        return x;
      }, names),
    );
    const density = infer.logDensity(model, [10]);
    const q = Float64Array.from({ length: 10 }, (_, i) => Math.cos(2 * i));
    const expected = q.reduce((sum, v, t) => sum + normal(v, t === 0 ? 0 : q[t - 1], t === 0 ? 1 : 0.3), 0);
    expect(density.logDensity(q)).toBeCloseTo(expected, 9);
    expect(String(density.lowered.graph)).not.toContain("scan");
    density.dispose();
    const drawn = handlers.trace(handlers.seed(model, 3))(10);
    expect((drawn.nodes["x"].value as Tensor).shape).toEqual([9]);
    expect((drawn.result as Tensor).shape).toEqual([10]);
  });

  test("J12: conditioned on the first T steps, the same model predicts the next ones", () => {
    const model = call(
      script((y: Vector | null, n: number, T: number) => {
        const drift = sample("drift", dist.Normal(0, 1));
        let z = 0;
        for (let t = 0; t < n; t++) {
          z = sample(`z_${t}`, dist.Normal(z + drift, 0.1));
          sample(`y_${t}`, dist.Normal(z, 0.1), { obs: y![t] });
        }
        for (let t = 0; t < T; t++) z = sample(`future_${t}`, dist.Normal(z + drift, 0.1));
      }, names),
    );
    expect(infer.logDensity(model, [y, 10, 0]).dim).toBe(11);
    const draws = new Predictive(model, {
      samples: { drift: [1, 2], z: arrays.zeros([2, 10]) },
      numSamples: 2,
    })(y, 10, 5);
    expect(draws["future"].shape).toEqual([2, 5]);
    const [a, b] = draws["future"].toArray() as number[][];
    expect(a[4]).toBeGreaterThan(3);
    expect(a[4]).toBeLessThan(7);
    expect(b[4]).toBeGreaterThan(7);
  });

  test("J14: two levels of loops that carry draws", () => {
    const model = call(
      script((T: number, K: number) => {
        let z = 0;
        for (let t = 0; t < T; t++)
          for (let k = 0; k < K; k++) z = sample(`z_${t}_${k}`, dist.Normal(0.5 * z + t, 1 + 0.1 * k));
        return z;
      }, names),
    );
    const z = arrays.arange(12).mul(0.3).reshape([4, 3]);
    let expected = 0;
    let before = 0;
    for (let t = 0; t < 4; t++)
      for (let k = 0; k < 3; k++) {
        const v = 0.3 * (3 * t + k);
        expected += normal(v, 0.5 * before + t, 1 + 0.1 * k);
        before = v;
      }
    expect(score(model, [4, 3], { z })).toBeCloseTo(expected, 9);
    const { nodes } = handlers.trace(handlers.seed(model, 1))(4, 3);
    expect(nodes["z"].value.shape).toEqual([4, 3]);
    expect(new Set((nodes["z"].value.toArray() as number[][]).flat()).size).toBe(12);
  });

  test("a draw inside an expression, state of its own beside it, and a vector of states", () => {
    const model = call(
      script((y: Vector) => {
        let level = 1;
        const x = np.zeros([10, 2]);
        for (let t = 1; t < 10; t++) {
          level = 0.5 * level + sample(`e_${t}`, dist.Normal(0.1 * level, 1));
          for (let k = 0; k < 2; k++)
            x[t][k] = sample(`x_${t}_${k}`, dist.Normal(x[t - 1][k] + level, 1 + k));
          sample(`y_${t}`, dist.Normal(x[t][0] - x[t][1], 1), { obs: y[t] });
        }
      }, names),
    );
    const e = [0.3, 0.1, -0.4, 0.9, 0.2, -0.2, 0.5, 0.7, -0.6];
    const x = e.map((v, i) => [v + 0.1 * i, Math.sin(i)]);
    let [level, expected] = [1, 0];
    const data = y.toArray() as number[];
    let before = [0, 0];
    for (let t = 1; t < 10; t++) {
      expected += normal(e[t - 1], 0.1 * level, 1);
      level = 0.5 * level + e[t - 1];
      for (let k = 0; k < 2; k++) expected += normal(x[t - 1][k], before[k] + level, 1 + k);
      before = x[t - 1];
      expected += normal(data[t], before[0] - before[1], 1);
    }
    expect(score(model, [y], { e, x })).toBeCloseTo(expected, 9);
    const { nodes } = handlers.trace(handlers.seed(model, 1))(y);
    expect([nodes["e"], nodes["x"], nodes["y"]].map((n) => n.value.shape)).toEqual([[9], [9, 2], [9]]);
  });

  test("a loop that a draw ends keeps its sites; what stands after the end does not count", () => {
    const model = call(
      script((y: Vector) => {
        const n = sample("n", dist.Uniform(0, 10));
        let z = 0;
        for (let t = 0; t < y.length; t++) {
          if (t >= n) break;
          z = sample(`z_${t}`, dist.Normal(z, 1));
          sample(`y_${t}`, dist.Normal(z, 1), { obs: y[t] });
        }
        return z;
      }, names),
    );
    const z = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    const data = y.toArray() as number[];
    let expected = -Math.log(10);
    z.forEach((v, t) => {
      // After the end the state is the prior's, around the last state before it.
      expected += normal(v, t <= 3 ? (t === 0 ? 0 : z[t - 1]) : z[3], 1);
      if (t < 4) expected += normal(data[t], v, 1);
    });
    const got = score(model, [y], { n: 3.5, z });
    expect(got).toBeCloseTo(expected, 9);
    expect(infer.logDensity(model, [y]).dim).toBe(11);
  });
});

describe("J15: arms with unlike sites", () => {
  const arms = call(
    script((y: Vector) => {
      const g = sample("g", dist.Normal(0, 1));
      let x: number;
      if (g > 0) {
        const m = sample("m", dist.Normal(1, 1));
        x = sample("x", dist.Normal(m, 1));
      } else x = sample("x", dist.Cauchy(-1, 2));
      for (let n = 0; n < y.length; n++)
        if (y[n] > 0) sample(`y_${n}`, dist.Normal(x, 1), { obs: y[n] });
        else sample(`y_${n}`, dist.Laplace(x, 2), { obs: y[n] });
    }, names),
  );
  const cauchy = (x: number, m: number, s: number): number =>
    -Math.log(Math.PI * s * (1 + ((x - m) / s) ** 2));

  test.each([0.7, -0.7])("one site, two families, by the sign of g = %f", (g) => {
    const data = y.toArray() as number[];
    const [m, x] = [0.4, 1.3];
    const likelihood = data.reduce(
      (s, v) => s + (v > 0 ? normal(v, x, 1) : -Math.abs(v - x) / 2 - Math.log(4)),
      0,
    );
    const expected =
      normal(g, 0, 1) + normal(m, 1, 1) + (g > 0 ? normal(x, m, 1) : cauchy(x, -1, 2)) + likelihood;
    const density = infer.logDensity(arms, [y]);
    expect(density.sites.map((s) => s.name)).toEqual(["g", "m", "x"]);
    expect(density.logDensity([g, m, x])).toBeCloseTo(expected, 9);
    density.dispose();
  });

  test("arms whose sites have unlike supports say so", () => {
    const model = call(
      script(() => {
        const g = sample("g", dist.Normal(0, 1));
        if (g > 0) sample("x", dist.Normal(0, 1));
        else sample("x", dist.Gamma(1, 1));
      }, names),
    );
    expect(() => infer.logDensity(model, [])).toThrow(
      /site "x" lies in real in one arm \(Normal\) and in positive in the other \(Gamma\).*names of their own/,
    );
  });
});

describe("loops whose length is drawn", () => {
  const open = call(
    script(() => {
      let n = 0;
      let x = sample("x", dist.Uniform(0, 1));
      while (x < 0.8) {
        n++;
        x = sample(`x_${n}`, dist.Uniform(0, 1));
      }
      sample("y", dist.Normal(n, 0.1), { obs: 2 });
      return n;
    }, names),
  );

  test("simulation draws as many sites as there are", () => {
    const counts = [0, 1, 2, 3, 4].map((seed) => {
      const { nodes, result } = handlers.trace(handlers.seed(open, seed))();
      expect(Object.keys(nodes).length).toBe(2 + Number(result));
      return Number(result);
    });
    expect(new Set(counts).size).toBeGreaterThan(1);
  });

  test("NUTS names the site and the way out", () => {
    expect(() => infer.logDensity(open, [])).toThrow(
      /site "x_\d+" stands in a loop whose number of iterations.*for \(let i = 0; i < LARGEST; i\+\+\).*infer\.importance/s,
    );
  });
});
