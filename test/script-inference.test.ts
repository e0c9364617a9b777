// State-space models as scripts, from data to posterior: NUTS and SVI against answers that are known otherwise.
import { describe, expect, test } from "vitest";
import { guides, infer, MCMC, np as arrays, NUTS, optim, SVI, type Tensor } from "sinter";
import { dist, factor, np, sample, script, type Vector } from "sinter/script";

const names = { sample, dist, np, factor };
type Model = (...args: unknown[]) => unknown;
const model = (f: unknown): Model => f as Model;

/** Numbers that look random, the same everywhere. */
function noise(n: number, seed: number): number[] {
  let a = seed >>> 0;
  const uniform = (): number => {
    a = (Math.imul(a, 1664525) + 1013904223) >>> 0;
    return (a + 0.5) / 4294967296;
  };
  return Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

const mean = (xs: readonly number[]): number => xs.reduce((s, v) => s + v, 0) / xs.length;
const sd = (xs: readonly number[]): number => Math.sqrt(mean(xs.map((v) => (v - mean(xs)) ** 2)));

async function draws(m: Model, args: unknown[], seed: number): Promise<Record<string, Tensor>> {
  const fit = await new MCMC(new NUTS(m), {
    warmup: 400,
    samples: 600,
    chains: 2,
    seed,
    progress: false,
  }).run(...args);
  return fit.samples();
}

const flat = (t: Tensor): number[] => (t.toArray() as unknown[]).flat(4) as number[];

describe("a local level, whose posterior is that of the Kalman smoother", () => {
  const T = 40;
  const e = noise(2 * T, 1);
  let level = 0;
  const y = Array.from({ length: T }, (_, t) => (level += 0.5 * e[t]!) + 0.8 * e[T + t]!);
  const walk = model(
    script((y: Vector) => {
      let z = 0;
      for (let t = 0; t < y.length; t++) {
        z = sample(`z_${t}`, dist.Normal(z, 0.5));
        sample(`y_${t}`, dist.Normal(z, 0.8), { obs: y[t] });
      }
    }, names),
  );
  // Forwards, then backwards (Rauch, Tung and Striebel 1965).
  const filtered: [number, number][] = [];
  let [m, p] = [0, 0];
  for (const v of y) {
    p += 0.25;
    const gain = p / (p + 0.64);
    m += gain * (v - m);
    p *= 1 - gain;
    filtered.push([m, p]);
  }
  const smoothed = [...filtered];
  for (let t = T - 2; t >= 0; t--) {
    const [mt, pt] = filtered[t]!;
    const g = pt / (pt + 0.25);
    const [next, spread] = smoothed[t + 1]!;
    smoothed[t] = [mt + g * (next - mt), pt + g * g * (spread - pt - 0.25)];
  }

  test("NUTS", async () => {
    const { z } = await draws(walk, [arrays.array(y)], 3);
    const rows = z!.reshape([-1, T]).toArray() as number[][];
    smoothed.forEach(([mu, v], t) => {
      const at = rows.map((r) => r[t]!);
      expect(Math.abs(mean(at) - mu)).toBeLessThan(0.25 * Math.sqrt(v));
      expect(sd(at) / Math.sqrt(v)).toBeGreaterThan(0.85);
      expect(sd(at) / Math.sqrt(v)).toBeLessThan(1.15);
    });
  });

  test("SVI, whose Gaussian guide has the right means", async () => {
    const guide = guides.AutoMultivariateNormal(walk as never);
    const svi = new SVI(
      walk as never,
      guide as never,
      optim.adam({ lr: 0.03 }),
      infer.TraceELBO({ particles: 8 }),
      { seed: 2 },
    );
    await svi.run(1500, arrays.array(y));
    const median = guide.median();
    const z = flat(median["z"]!);
    smoothed.forEach(([mu, v], t) => expect(Math.abs(z[t]! - mu)).toBeLessThan(0.5 * Math.sqrt(v)));
  });
});

test("AR(2): the posterior lies around least squares", { timeout: 120_000 }, async () => {
  const T = 300;
  const e = noise(T, 5);
  const y = [0, 0];
  for (let t = 2; t < T; t++) y.push(0.6 * y[t - 1]! - 0.3 * y[t - 2]! + 0.5 * e[t]!);
  const ar = model(
    script((y: Vector, K: number) => {
      const beta = sample("beta", dist.Normal(0, 10).expand([K]).toEvent(1));
      const sigma = sample("sigma", dist.HalfCauchy(2.5));
      for (let t = K; t < y.length; t++) {
        let mu = 0;
        for (let k = 0; k < K; k++) mu += beta[k] * y[t - k - 1];
        sample(`y_${t}`, dist.Normal(mu, sigma), { obs: y[t] });
      }
    }, names),
  );
  const got = await draws(ar, [arrays.array(y), 2], 1);
  let [a, b, c, u, v] = [0, 0, 0, 0, 0];
  for (let t = 2; t < T; t++) {
    a += y[t - 1]! ** 2;
    b += y[t - 1]! * y[t - 2]!;
    c += y[t - 2]! ** 2;
    u += y[t - 1]! * y[t]!;
    v += y[t - 2]! * y[t]!;
  }
  const det = a * c - b * b;
  const fitted = [(c * u - b * v) / det, (a * v - b * u) / det];
  const beta = got["beta"]!.reshape([-1, 2]).toArray() as number[][];
  fitted.forEach((w, k) => expect(Math.abs(mean(beta.map((r) => r[k]!)) - w)).toBeLessThan(0.02));
  expect(Math.abs(mean(flat(got["sigma"]!)) - 0.5)).toBeLessThan(0.06);
});

test(
  "stochastic volatility: latent volatilities in a loop that depends on itself",
  { timeout: 120_000 },
  async () => {
    const T = 120;
    const e = noise(2 * T, 9);
    const h: number[] = [];
    for (let t = 0; t < T; t++) h.push(t === 0 ? 0.6 * e[0]! : 0.95 * h[t - 1]! + 0.4 * e[t]!);
    const y = h.map((v, t) => Math.exp(v / 2) * e[T + t]!);
    const sv = model(
      script((y: Vector) => {
        const phi = sample("phi", dist.Uniform(-1, 1));
        const sigma = sample("sigma", dist.HalfNormal(1));
        let h = 0;
        for (let t = 0; t < y.length; t++) {
          h = sample(`h_${t}`, dist.Normal(phi * h, sigma));
          sample(`y_${t}`, dist.Normal(0, Math.exp(h / 2)), { obs: y[t] });
        }
      }, names),
    );
    const got = await draws(sv, [arrays.array(y)], 4);
    const rows = got["h"]!.reshape([-1, T]).toArray() as number[][];
    const means = h.map((_, t) => mean(rows.map((r) => r[t]!)));
    // The volatilities are found: they go with the true ones.
    const [mh, mm] = [mean(h), mean(means)];
    const correlation = mean(h.map((v, t) => (v - mh) * (means[t]! - mm))) / (sd(h) * sd(means));
    expect(correlation).toBeGreaterThan(0.6);
    expect(mean(flat(got["phi"]!))).toBeGreaterThan(0.6);
  },
);

test(
  "a hidden Markov model: the forward algorithm in a loop, against the chain written out",
  { timeout: 120_000 },
  async () => {
    const T = 80;
    const e = noise(T, 11);
    const y = e.map((v, t) => (Math.floor(t / 10) % 2 === 0 ? -1 : 2) + 0.5 * v);
    const hmm = model(
      script((y: Vector) => {
        const mu = sample("mu", dist.Normal([-1, 2], 1).expand([2]).toEvent(1));
        const stay = sample("stay", dist.Beta(8, 2));
        const move = [
          [Math.log(stay), Math.log(1 - stay)],
          [Math.log(1 - stay), Math.log(stay)],
        ];
        let gamma = [
          Math.log(0.5) + dist.Normal(mu[0], 0.5).logProb(y[0]),
          Math.log(0.5) + dist.Normal(mu[1], 0.5).logProb(y[0]),
        ];
        for (let t = 1; t < y.length; t++) {
          const next = [];
          for (let k = 0; k < 2; k++)
            next.push(
              np.logsumexp([gamma[0] + move[0][k], gamma[1] + move[1][k]]) +
                dist.Normal(mu[k], 0.5).logProb(y[t]),
            );
          gamma = next;
        }
        factor("likelihood", np.logsumexp(gamma));
      }, names),
    );
    const density = infer.logDensity(hmm as never, [arrays.array(y)]);
    const normal = (x: number, m: number, s: number): number =>
      -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
    const at = (mu: number[], u: number): number => {
      const stay = 1 / (1 + Math.exp(-u));
      let alpha = [0, 1].map((k) => 0.5 * Math.exp(normal(y[0]!, mu[k]!, 0.5)));
      for (let t = 1; t < T; t++)
        alpha = [0, 1].map(
          (k) => (alpha[k]! * stay + alpha[1 - k]! * (1 - stay)) * Math.exp(normal(y[t]!, mu[k]!, 0.5)),
        );
      // Beta(8, 2) has the density 72 x^7 (1 - x); the Jacobian is x (1 - x).
      const prior =
        normal(mu[0]!, -1, 1) +
        normal(mu[1]!, 2, 1) +
        Math.log(72) +
        8 * Math.log(stay) +
        2 * Math.log(1 - stay);
      return prior + Math.log(alpha[0]! + alpha[1]!);
    };
    for (const q of [
      [-1, 2, 1],
      [0.3, 0.9, -0.5],
    ])
      expect(density.logDensity(q)).toBeCloseTo(at(q, q[2]!), 8);
    density.dispose();
    const got = await draws(hmm, [arrays.array(y)], 6);
    const mu = got["mu"]!.reshape([-1, 2]).toArray() as number[][];
    expect(Math.abs(mean(mu.map((r) => r[0]!)) + 1)).toBeLessThan(0.2);
    expect(Math.abs(mean(mu.map((r) => r[1]!)) - 2)).toBeLessThan(0.2);
    expect(mean(flat(got["stay"]!))).toBeGreaterThan(0.8);
  },
);
