// Models as people write them, with loops, local arrays and tests on data -> the log joint of the script against the same function run
// as plain JavaScript, statement by statement, on numbers.
import { describe, expect, test } from "vitest";
import type { Distribution } from "sinter";
import { dist, factor, handlers, infer, np, sample, script, type Tensor } from "sinter";

type Values = Readonly<Record<string, unknown>>;
type Model = (...args: unknown[]) => void;

/** np whose results are plain numbers and arrays. */
const plainNp = (of: object): object =>
  new Proxy(of, {
    get: (target, name) => {
      const f = (target as Record<string | symbol, unknown>)[name];
      if (typeof f === "object") return plainNp(f as object);
      return (...xs: unknown[]) => (f as (...a: unknown[]) => Tensor)(...xs).toArray();
    },
  });

/** Distributions whose log densities are plain numbers. */
const plainDist = new Proxy(dist, {
  get: (target, name) => {
    const make = target[name as keyof typeof dist] as unknown as (...a: unknown[]) => Distribution;
    return (...args: unknown[]): object => plainDistribution(make(...args));
  },
});

const plainDistribution = (d: Distribution): object => ({
  logProb: (x: unknown) => (d.logProb(x as never) as unknown as Tensor).toArray(),
  expand: (shape: number[]) => plainDistribution(d.expand(shape)),
  toEvent: (n: number) => plainDistribution(d.toEvent(n)),
});

/** The sum of all terms, with the latent values given: `theta_2_0` is element [2][0] of theta. */
function asJavaScript(text: string, args: readonly unknown[], values: Values): number {
  let total = 0;
  const lookup = (name: string): unknown => {
    if (name in values) return values[name];
    const [, base, rest] = /^(.*?)((?:_\d+)+)$/.exec(name)!;
    return rest!
      .slice(1)
      .split("_")
      .reduce((x, i) => (x as unknown[])[Number(i)], values[base!]);
  };
  const scope = {
    np: plainNp(np),
    dist: plainDist,
    sample: (name: string, d: { logProb(x: unknown): unknown }, { obs }: { obs?: unknown } = {}) => {
      const value = obs ?? lookup(name);
      total += [d.logProb(value)].flat(Infinity).reduce((a: number, b) => a + Number(b), 0);
      return value;
    },
    factor: (_: string, weight: number) => void (total += weight),
  };

  new Function(...Object.keys(scope), `return ${text}`)(...Object.values(scope))(...args);
  return total;
}

const y = [0.3, -0.2, 0.9, 1.4, 1.1, 0.2, -0.5, -0.1, 0.4, 0.8, -1.2, 0.6];
const counts = [4, 5, 4, 0, 1, 4, 3, 4, 0, 6, 3, 3];
const groups = [0, 2, 1, 3, 3, 0, 1, 2, 2, 1, 0, 3];
const normal = (name: string, shape: string): string =>
  `const ${name} = sample("${name}", dist.Normal(0, 1).expand(${shape}).toEvent(1));`;

const models: readonly (readonly [name: string, text: string, args: readonly unknown[]])[] = [
  [
    "hierarchical growth curves",
    `(y, x) => { const mu = sample("mu", dist.Normal(0, 10)); const s = sample("s", dist.HalfCauchy(5)); const a = []; const N = y.length;
      for (let n = 0; n < N; n++) a.push(sample(\`alpha_\${n}\`, dist.Normal(mu, s)));
      for (let n = 0; n < N; n++) for (let t = 0; t < 4; t++) sample(\`y_\${n}_\${t}\`, dist.Normal(a[n] + mu * (x[t] - 2.5), s), { obs: y[n][t] }); }`,
    [Array.from({ length: 9 }, (_, n) => [1, 2, 3, 4].map((t) => Math.sin(3 * n + t))), [1, 2, 3, 4]],
  ],
  [
    "a binomial regression with effects",
    `(n, N, x) => { const a = sample("a", dist.Normal(0, 10)); const tau = sample("tau", dist.Gamma(2, 1)); ${normal("b", "[n.length]")}
      for (let i = 0; i < n.length; i++) sample(\`n_\${i}\`, dist.Binomial(N[i], { logits: a + a * x[i] + b[i] / Math.sqrt(tau) }), { obs: n[i] }); }`,
    [counts, counts.map((c) => c + 3), y],
  ],
  [
    "stochastic volatility, element by element",
    `(y) => { const phi = sample("phi", dist.Uniform(-1, 1)); const mu = sample("mu", dist.Cauchy(0, 10)); ${normal("e", "[y.length]")}
      const h = np.zeros([y.length]);
      for (let t = 0; t < y.length; t++) h[t] = e[t] * 0.3;
      h[0] = h[0] / Math.sqrt(1 - phi * phi);
      for (let t = 0; t < y.length; t++) h[t] += mu;
      for (let t = 1; t < y.length; t++) h[t] += phi * (h[t - 1] - mu);
      for (let t = 0; t < y.length; t++) sample(\`y_\${t}\`, dist.Normal(0, Math.exp(h[t] / 2)), { obs: y[t] }); }`,
    [y],
  ],
  [
    "a change point, summed out",
    `(D) => { const e = sample("e", dist.Exponential(1)); const l = sample("l", dist.Exponential(1)); const T = D.length; const lp = np.zeros([T]);
      for (let s = 0; s < T; s++) { lp[s] = -Math.log(T); for (let t = 0; t < T; t++) { const rate = t < s ? e : l; lp[s] += dist.Poisson(rate).logProb(D[t]); } }
      factor("lp", np.logsumexp(lp)); }`,
    [counts],
  ],
  [
    "capture and recapture: factors in both arms",
    `(y) => { const omega = sample("omega", dist.Uniform(0, 1)); const p = sample("p", dist.Uniform(0, 1).expand([3]).toEvent(1));
      for (let i = 0; i < y.length; i++) {
        let s = 0; for (let j = 0; j < 3; j++) s += y[i][j];
        let lp = Math.log(omega);
        if (s > 0) { for (let j = 0; j < 3; j++) lp += dist.Bernoulli(p[j]).logProb(y[i][j]); factor(\`y_\${i}\`, lp); }
        else { for (let j = 0; j < 3; j++) lp += dist.Bernoulli(p[j]).logProb(0); factor(\`y_\${i}\`, np.special.logaddexp(lp, Math.log(1 - omega))); }
      } }`,
    [Array.from({ length: 11 }, (_, i) => [0, 1, 2].map((j) => (i > 6 ? 0 : ((i * 3 + j) % 4) % 2)))],
  ],
  [
    "a mixture over local arrays",
    `(y) => { ${normal("mu", "[3]")}
      for (let n = 0; n < y.length; n++) { const ps = np.zeros([3]); for (let k = 0; k < 3; k++) ps[k] = Math.log(1 / 3) + dist.Normal(mu[k], 0.5).logProb(y[n]); factor(\`l_\${n}\`, np.logsumexp(ps)); } }`,
    [y],
  ],
  [
    "a mixture over plain arrays and softmax",
    `(y) => { ${normal("mu", "[3]")}
      for (let n = 0; n < y.length; n++) { const ps = [0, 0, 0]; for (let k = 0; k < 3; k++) ps[k] = mu[k] * y[n]; const w = np.softmax(ps); factor(\`l_\${n}\`, Math.log(w[groups(n)])); } }`.replace(
      "groups(n)",
      "n % 3",
    ),
    [y],
  ],
  [
    "topics",
    `(w, doc) => { const theta = sample("theta", dist.Dirichlet([1, 1]).expand([4]).toEvent(1)); const phi = sample("phi", dist.Dirichlet([1, 1, 1, 1, 1]).expand([2]).toEvent(1));
      for (let n = 0; n < w.length; n++) { const g = np.zeros([2]); for (let k = 0; k < 2; k++) g[k] = Math.log(theta[doc[n]][k]) + Math.log(phi[k][w[n]]); factor(\`w_\${n}\`, np.logsumexp(g)); } }`,
    [counts.map((c) => c % 5), groups],
  ],
  [
    "graded responses: items with numbers of categories of their own",
    `(grade, gamma, delta, ncat) => { ${normal("theta", "[grade.length]")}
      for (let i = 0; i < grade.length; i++) for (let j = 0; j < 3; j++) {
        const Q = np.zeros([4]); const p = np.zeros([5]);
        for (let k = 0; k < ncat[j] - 1; k++) Q[k] = np.special.expit(delta[j] * (theta[i] - gamma[j][k]));
        p[0] = 1 - Q[0];
        for (let k = 1; k < ncat[j] - 1; k++) p[k] = Q[k - 1] - Q[k];
        p[ncat[j] - 1] = Q[ncat[j] - 2];
        if (grade[i][j] !== -1) factor(\`g_\${i}_\${j}\`, Math.log(p[grade[i][j] - 1]));
      } }`,
    [
      [
        [1, 2, 3],
        [2, -1, 1],
        [1, 1, 4],
        [2, 3, 2],
      ],
      [
        [0.5, 0, 0],
        [0.2, 1.1, 0],
        [-1, 0.4, 1.5],
      ],
      [2, 1.5, 1],
      [2, 3, 4],
    ],
  ],
  [
    "a Gaussian process whose covariance is filled by loops",
    `(x, y) => { const rho = sample("rho", dist.Gamma(25, 4)); const s = sample("s", dist.HalfNormal(1)); const N = x.length; const K = np.zeros([N, N]);
      for (let i = 0; i < N; i++) { K[i][i] = 1 + s ** 2; for (let j = i + 1; j < N; j++) { K[i][j] = Math.exp(-0.5 * ((x[i] - x[j]) / rho) ** 2); K[j][i] = K[i][j]; } }
      sample("y", dist.MultivariateNormal({ loc: np.zeros([N]), covarianceMatrix: K }), { obs: y }); }`,
    [y, [...y].reverse()],
  ],
  [
    "sums by group, used where there are any",
    `(y, group) => { ${normal("theta", "[5]")} const sums = np.zeros([5]); const n = np.zeros([5]);
      for (let i = 0; i < y.length; i++) { sums[group[i]] += y[i]; n[group[i]]++; }
      for (let j = 0; j < 5; j++) if (n[j] > 0) factor(\`g_\${j}\`, n[j] * dist.Normal(theta[j], 1).logProb(sums[j] / n[j])); }`,
    [y, groups],
  ],
  [
    "series of lengths of their own",
    `(y, len) => { const phi = sample("phi", dist.Normal(0, 1)); const s = sample("s", dist.HalfNormal(1));
      for (let i = 0; i < y.length; i++) for (let t = 1; t < len[i]; t++) factor(\`y_\${i}_\${t}\`, dist.Normal(phi * y[i][t - 1], s).logProb(y[i][t])); }`,
    [
      Array.from({ length: 10 }, (_, i) => [0, 1, 2, 3].map((t) => Math.cos(i + 2 * t))),
      [4, 2, 0, 3, 1, 4, 4, 2, 3, 4],
    ],
  ],
  [
    "a hidden Markov model with local vectors",
    `(y) => { const p = sample("p", dist.Beta(2, 2)); ${normal("mu", "[2]")} let alpha = [Math.log(0.5), Math.log(0.5)];
      for (let t = 0; t < y.length; t++) { const next = [0, 0];
        for (let k = 0; k < 2; k++) { const from = np.zeros([2]); for (let j = 0; j < 2; j++) from[j] = alpha[j] + Math.log(j === k ? p : 1 - p); next[k] = np.logsumexp(from) + dist.Normal(mu[k], 1).logProb(y[t]); }
        alpha = next; }
      factor("l", np.logsumexp(alpha)); }`,
    [y],
  ],
  [
    "censored times",
    `(t, seen) => { const a = sample("a", dist.Gamma(2, 1)); const b = sample("b", dist.Gamma(2, 1));
      for (let i = 0; i < t.length; i++) { const z = (Math.abs(t[i]) / b) ** a; let l = -z; if (seen[i] % 2 === 1) { l += Math.log(a / b) + (a - 1) * Math.log(Math.abs(t[i]) / b); } else l -= 0; factor(\`t_\${i}\`, l); } }`,
    [y, groups],
  ],
  [
    "cholesky by loops",
    `(y) => { const rho = sample("rho", dist.Gamma(5, 2)); const N = 10; const A = np.zeros([N, N]); const L = np.zeros([N, N]);
   for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) A[i][j] = Math.exp(-Math.abs(i - j) / rho) + (i === j ? 0.5 : 0);
   for (let i = 0; i < N; i++) for (let j = 0; j <= i; j++) { let s = A[i][j]; for (let k = 0; k < j; k++) s -= L[i][k] * L[j][k]; if (i === j) L[i][j] = Math.sqrt(s); else L[i][j] = s / L[j][j]; }
   let lp = 0; for (let i = 0; i < N; i++) lp -= Math.log(L[i][i]); factor("l", lp); }`,
    [y],
  ],
  [
    "matrix product by loops",
    `(X, y) => { ${normal("b", "[3]")} const s = sample("s", dist.HalfNormal(1));
   for (let n = 0; n < X.length; n++) { let eta = 0; for (let k = 0; k < 3; k++) eta += X[n][k] * b[k]; sample(\`y_\${n}\`, dist.Normal(eta, s), { obs: y[n] }); } }`,
    [y.map((v) => [1, v, v * v]), y],
  ],
  [
    "euler steps of a vector",
    `(y) => { const k = sample("k", dist.HalfNormal(1)); let z = [1, 0]; 
   for (let t = 0; t < y.length; t++) { const dz = [z[1], -k * z[0]]; for (let j = 0; j < 2; j++) z[j] = z[j] + 0.1 * dz[j]; sample(\`y_\${t}\`, dist.Normal(z[0], 0.5), { obs: y[t] }); } }`,
    [y],
  ],
  [
    "helper filling arrays",
    `(y) => { ${normal("mu", "[2]")} const f = (m, x) => { const l = [0, 0, 0]; for (let k = 0; k < 3; k++) l[k] = m * k + x; let s = 0; for (const v of l) s += v * v; return s; };
   for (let n = 0; n < y.length; n++) factor(\`l_\${n}\`, -f(mu[n % 2], y[n])); }`,
    [y],
  ],
  [
    "arrays of rows",
    `(y) => { const a = sample("a", dist.Normal(0, 1)); for (let n = 0; n < y.length; n++) { const m = [[0, 0], [0, 0]]; for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) m[i][j] = a * y[n] + i - j; m[0][1] += 1; factor(\`l_\${n}\`, m[0][0] * m[1][1] - m[0][1] * m[1][0]); } }`,
    [y],
  ],
  [
    "matrix in lanes",
    `(y) => { const a = sample("a", dist.Normal(0, 1)); for (let n = 0; n < y.length; n++) { const m = np.zeros([2, 2]); for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) m[i][j] = a * y[n] + i - j; m[0][1] += 1; m[1] = [a, 2]; factor(\`l_\${n}\`, m[0][0] * m[1][1] - m[0][1] * m[1][0]); } }`,
    [y],
  ],
  [
    "AR with missing values",
    `(y, seen) => { const phi = sample("phi", dist.Uniform(-1, 1)); ${normal("miss", "[y.length]")} let prev = 0;
   for (let t = 0; t < y.length; t++) { const x = seen[t] % 2 === 1 ? y[t] : miss[t]; factor(\`x_\${t}\`, dist.Normal(phi * prev, 1).logProb(x)); prev = x; } }`,
    [y, groups],
  ],
  [
    "GARCH",
    `(y) => { const a = sample("a", dist.HalfNormal(1)); const b = sample("b", dist.Beta(2, 2)); const c = sample("c", dist.Beta(2, 5)); const s = np.zeros([y.length]); s[0] = 1;
   for (let t = 1; t < y.length; t++) s[t] = Math.sqrt(a + b * y[t - 1] ** 2 + c * s[t - 1] ** 2);
   for (let t = 0; t < y.length; t++) sample(\`y_\${t}\`, dist.Normal(0, s[t]), { obs: y[t] }); }`,
    [y],
  ],
  [
    "MA(2)",
    `(y) => { ${normal("th", "[2]")} const e = np.zeros([y.length]); for (let t = 0; t < y.length; t++) { e[t] = y[t] - 0.1; for (let q = 0; q < Math.min(t, 2); q++) e[t] = e[t] - th[q] * e[t - q - 1]; } for (let t = 0; t < y.length; t++) sample(\`y_\${t}\`, dist.Normal(e[t], 1), { obs: y[t] }); }`,
    [y],
  ],
  [
    "viterbi-like max",
    `(y) => { ${normal("mu", "[2]")} let best = [0, 0]; for (let t = 0; t < y.length; t++) { const next = [0, 0]; for (let k = 0; k < 2; k++) { let top = -1e9; for (let j = 0; j < 2; j++) { const c = best[j] - (j === k ? 0.1 : 1); if (c > top) top = c; } next[k] = top - (y[t] - mu[k]) ** 2; } best = next; } factor("l", Math.max(best[0], best[1])); }`,
    [y],
  ],
  [
    "zero inflated counts",
    `(y) => { const z = sample("z", dist.Beta(2, 2)); const r = sample("r", dist.Gamma(2, 1)); for (let i = 0; i < y.length; i++) { if (y[i] === 0) factor(\`y_\${i}\`, np.logaddexp(Math.log(z), Math.log(1 - z) + dist.Poisson(r).logProb(0))); else factor(\`y_\${i}\`, Math.log(1 - z) + dist.Poisson(r).logProb(y[i])); } }`,
    [counts],
  ],
  [
    "survival of pieces",
    `(t, d) => { ${normal("lh", "[4]")} for (let i = 0; i < t.length; i++) { let H = 0; let h = 0; for (let k = 0; k < 4; k++) { const from = 0.4 * k; const to = 0.4 * (k + 1); const x = Math.abs(t[i]); if (x > from) { H += Math.exp(lh[k]) * (Math.min(x, to) - from); if (x <= to) h = lh[k]; } } factor(\`t_\${i}\`, (d[i] % 2) * h - H); } }`,
    [y, groups],
  ],
  [
    "early continue",
    `(y, g) => { ${normal("mu", "[4]")} for (let i = 0; i < y.length; i++) { if (g[i] === 2) continue; const l = [0, 0]; l[0] = mu[g[i]]; l[1] = y[i]; factor(\`y_\${i}\`, -((l[0] - l[1]) ** 2)); } }`,
    [y, groups],
  ],
  [
    "growing sums across groups",
    `(y, g) => { ${normal("mu", "[4]")} const tot = [0, 0, 0, 0]; for (let i = 0; i < y.length; i++) tot[g[i]] += y[i] * mu[g[i]]; for (let k = 0; k < 4; k++) factor(\`t_\${k}\`, -(tot[k] ** 2)); }`,
    [y, groups],
  ],
  [
    "state machine",
    `(y) => { const a = sample("a", dist.Normal(0, 1)); let on = 0; let run = 0; for (let t = 0; t < y.length; t++) { if (y[t] > 0.5) { on = 1; run = 0; } else if (on === 1) { run += a; if (run > 1) on = 0; } factor(\`t_\${t}\`, on * a - run); } }`,
    [y],
  ],
  [
    "capture and recapture, each animal between its own first and last sighting",
    `(seen, first, last) => { const T = 5; const phi = sample("phi", dist.Beta(2, 2).expand([4]).toEvent(1)); const p = sample("p", dist.Beta(2, 2).expand([5]).toEvent(1));
      const chi = np.zeros([T]); chi[T - 1] = 1; for (let t = T - 2; t >= 0; t--) chi[t] = 1 - phi[t] + phi[t] * (1 - p[t + 1]) * chi[t + 1];
      for (let i = 0; i < first.length; i++) if (last[i] >= 0) {
        for (let t = first[i] + 1; t <= last[i]; t++) { factor(\`alive_\${i}_\${t}\`, Math.log(phi[t - 1])); sample(\`seen_\${i}_\${t}\`, dist.Bernoulli(p[t]), { obs: seen[i][t] }); }
        factor(\`gone_\${i}\`, Math.log(chi[last[i]])); } }`,
    [
      Array.from({ length: 11 }, (_, i) => [0, 1, 2, 3, 4].map((t) => ((i * 7 + t * 5) % 3 === 0 ? 1 : 0))),
      [0, 1, 2, 0, 3, 4, 0, 2, 1, 0, 2],
      [4, 3, 2, -1, 4, 4, 0, 4, 1, 3, 3],
    ],
  ],
  [
    "windows that begin and end at data",
    `(y, from, to) => { const b = sample("b", dist.Normal(0, 1)); for (let i = 0; i < from.length; i++) { let s = 0; let n = 0; for (let t = from[i]; t < to[i]; t++) { s += Math.exp(b * y[t]); n++; } factor(\`w_\${i}\`, n > 0 ? -((s / n) ** 2) : b); } }`,
    [y, [0, 3, 2, 11, 5, 6, 0, 1, 2, 9], [12, 7, 3, 12, 5, 4, 1, 9, 11, 10]],
  ],
  [
    "a recurrence between two days of each series, backwards",
    `(y, from, to) => { const phi = sample("phi", dist.Normal(0, 1)); for (let i = 0; i < from.length; i++) { let e = 0; for (let t = to[i]; t > from[i]; t--) e = phi * e + y[t] - y[t - 1]; factor(\`e_\${i}\`, -e * e); } }`,
    [y, [0, 3, 2, 10, 5, 6, 0, 1, 2, 9], [11, 7, 3, 11, 5, 4, 1, 9, 11, 10]],
  ],
  [
    "a window given by one number, alone",
    `(y, from) => { const mu = sample("mu", dist.Normal(0, 1)); const s = sample("s", dist.HalfNormal(1)); for (let t = from[1]; t < y.length; t++) sample(\`y_\${t}\`, dist.Normal(mu, s), { obs: y[t] }); for (let t = from[0]; t >= 0; t--) factor(\`f_\${t}\`, mu * y[t + 1]); }`,
    [y, [5, 3]],
  ],
];

describe("the log joint of a script is that of the same function as plain JavaScript", () => {
  test.each(models)("%s", (_, text, args) => {
    const fn = new Function("np", "dist", "sample", "factor", `return ${text}`)(
      np,
      dist,
      sample,
      factor,
    ) as Model;
    const model = script(fn as never, { np, dist, sample, factor }) as unknown as Model;
    const tensors = args.map((a) => np.array(a as never));
    const density = infer.logDensity(model, tensors);
    const q = Float64Array.from({ length: density.dim }, (_, i) => Math.sin(1 + 2.7 * i));
    const values = density.constrain(q);
    const plain = Object.fromEntries(Object.entries(values).map(([name, v]) => [name, v.toArray()]));
    const { nodes } = handlers.trace(handlers.substitute(model, values))(...tensors);
    const terms = Object.values(nodes).map((n) => np.sum((n as { logProb: Tensor }).logProb).item());
    const joint = terms.reduce((a, b) => a + b, 0);
    const expected = asJavaScript(text, args, plain);
    expect(joint).toBeCloseTo(expected, 9);
    // The compiled density differs from it by the Jacobian, which is that of the eager one.
    const eager = infer.logDensity(model, tensors, { jit: false });
    const [out, gradient] = [new Float64Array(q.length), new Float64Array(q.length)];
    const value = density.logDensityGradient(q, gradient);
    expect(value).toBeCloseTo(eager.logDensityGradient(q, out), 8);
    gradient.forEach((g, i) => {
      expect(g).toBeCloseTo(out[i]!, 7);
      const [above, below] = [q.slice(), q.slice()];
      above[i]! += 1e-5;
      below[i]! -= 1e-5;
      expect(
        Math.abs(g - (density.logDensity(above) - density.logDensity(below)) / 2e-5) / (1 + Math.abs(g)),
      ).toBeLessThan(1e-6);
    });
  });
});
