// The open posteriors once more, in loop form: scripts with operators and loops over elements, as Stan programs have them.
// The arguments, and the density, are those of models.ts.
import { constraints, dist, factor, np, sample, script, type Matrix, type Vector } from "sinter/script";
import { models, type Data, type Posterior } from "./models.js";

export interface ScriptModel {
  build(data: Data): Posterior;
}

/** What the scripts see of the library: explicit, so that they work in any bundle. */
const names = { sample, factor, dist, np, constraints };

// ---- pieces -------------------------------------------------------------------------------------------------------

const flat = script(
  (name: string) => sample(name, dist.ImproperUniform(constraints.real, [], [])),
  names,
) as unknown as (name: string) => number;
const flatVector = script(
  (name: string, n: number) => sample(name, dist.ImproperUniform(constraints.realVector, [], [n])),
  names,
) as unknown as (name: string, n: number) => Vector;
const flatPositive = script(
  (name: string) => sample(name, dist.ImproperUniform(constraints.positive, [], [])),
  names,
) as unknown as (name: string) => number;

/** log sum_j exp(g_j), step by step through the time; logTransition[j][k] is from state j to state k. */
const forward = script((logTransition: Matrix, emission: Matrix) => {
  let gamma = emission[0];
  for (let t = 1; t < emission.length; t++)
    gamma = (np.logsumexp(np.reshape(gamma, [-1, 1]) + logTransition, 0) + emission[t]) as Vector;
  return np.logsumexp(gamma);
}, names) as unknown as (logTransition: Matrix, emission: Matrix) => number;

/** The matrix of a data set's named columns is what the array form takes; here they stay vectors. */
const argumentsOf = (name: string, data: Data): Posterior["args"] => models[name]!.build(data).args;

type Write = (data: Data) => (...args: never[]) => unknown;

// ---- models -------------------------------------------------------------------------------------------------------

const logistic: Write = () =>
  script(
    (x: Vector, y: Vector) => {
      const alpha = flat("alpha");
      const beta = flatVector("beta", 1);
      for (let n = 0; n < y.length; n++)
        sample(`y_${n}`, dist.Bernoulli({ logits: alpha + beta[0] * x[n] }), { obs: y[n] });
    },
    { ...names, flat, flatVector },
  );

const written: Readonly<Record<string, Write>> = {
  "arK-arK": (data) =>
    script(
      (y: Vector) => {
        const alpha = sample("alpha", dist.Normal(0, 10));
        const beta = sample("beta", dist.Normal(0, 10).expand([K]).toEvent(1));
        const sigma = sample("sigma", dist.HalfCauchy(2.5));
        for (let t = K; t < y.length; t++) {
          let mu = alpha;
          for (let k = 0; k < K; k++) mu += beta[k] * y[t - k - 1];
          sample(`y_${t}`, dist.Normal(mu, sigma), { obs: y[t] });
        }
      },
      { ...names, K: data.K },
    ),

  "bball_drive_event_0-hmm_drive_0": (data) =>
    script(
      (u: Vector, v: Vector) => {
        const theta1 = sample("theta1", dist.Dirichlet(counts[0]));
        const theta2 = sample("theta2", dist.Dirichlet(counts[1]));
        const phi = sample("phi", dist.ImproperUniform(constraints.positiveOrderedVector, [], [2]));
        const lambda = sample("lambda", dist.ImproperUniform(constraints.positiveOrderedVector, [], [2]));
        for (let k = 0; k < 2; k++) {
          factor(`phi_prior_${k}`, dist.Normal(3 * k, 1).logProb(phi[k]));
          factor(`lambda_prior_${k}`, dist.Normal(3 * k, 1).logProb(lambda[k]));
        }
        const T = u.length;
        const emission = np.zeros([T, 2]);
        for (let t = 0; t < T; t++)
          for (let k = 0; k < 2; k++)
            emission[t][k] =
              dist.Exponential(phi[k]).logProb(u[t]) + dist.Exponential(lambda[k]).logProb(v[t]);
        const logTransition = np.log(np.stack([theta1, theta2], 0));
        factor("likelihood", forward(logTransition as unknown as Matrix, emission));
      },
      { ...names, counts: data.alpha, forward },
    ),

  "diamonds-diamonds": () =>
    script((X: Matrix, Y: Vector) => {
      const N = Y.length;
      const K = X[0].length - 1;
      const b = sample("b", dist.Normal(0, 1).expand([K]).toEvent(1));
      const intercept = sample("Intercept", dist.StudentT(3, 8, 10));
      const sigma = sample("sigma", dist.ImproperUniform(constraints.positive, [], []));
      factor("sigma_prior", dist.StudentT(3, 0, 10).logProb(sigma));
      const means = np.zeros([K]);
      for (let k = 0; k < K; k++) {
        let total = 0;
        for (let n = 0; n < N; n++) total += X[n][k + 1];
        means[k] = total / N;
      }
      for (let n = 0; n < N; n++) {
        let mu = intercept;
        for (let k = 0; k < K; k++) mu += (X[n][k + 1] - means[k]) * b[k];
        sample(`Y_${n}`, dist.Normal(mu, sigma), { obs: Y[n] });
      }
    }, names),

  "dogs-dogs": () =>
    script((y: Matrix) => {
      const beta = sample("beta", dist.Normal(0, 100).expand([3]).toEvent(1));
      for (let j = 0; j < y.length; j++) {
        let avoided = 0;
        let shocked = 0;
        for (let t = 0; t < y[0].length; t++) {
          const logits = beta[0] + beta[1] * avoided + beta[2] * shocked;
          sample(`y_${j}_${t}`, dist.Bernoulli({ logits }), { obs: y[j][t] });
          avoided += 1 - y[j][t];
          shocked += y[j][t];
        }
      }
    }, names),

  "earnings-logearn_interaction": () =>
    script(
      (earn: Vector, height: Vector, male: Vector) => {
        const beta = flatVector("beta", 4);
        const sigma = flatPositive("sigma");
        for (let n = 0; n < earn.length; n++) {
          const mu = beta[0] + beta[1] * height[n] + beta[2] * male[n] + beta[3] * (height[n] * male[n]);
          sample(`log_earn_${n}`, dist.Normal(mu, sigma), { obs: Math.log(earn[n]) });
        }
      },
      { ...names, flatVector, flatPositive },
    ),

  "eight_schools-eight_schools_centered": () =>
    script(
      (y: Vector, sigma: Vector) => {
        const theta = flatVector("theta", 8);
        const mu = sample("mu", dist.Normal(0, 5));
        const tau = sample("tau", dist.HalfCauchy(5));
        for (let j = 0; j < 8; j++) {
          factor(`theta_prior_${j}`, dist.Normal(mu, tau).logProb(theta[j]));
          sample(`y_${j}`, dist.Normal(theta[j], sigma[j]), { obs: y[j] });
        }
      },
      { ...names, flatVector },
    ),

  "eight_schools-eight_schools_noncentered": () =>
    script((y: Vector, sigma: Vector) => {
      const trans = sample("theta_trans", dist.Normal(0, 1).expand([8]).toEvent(1));
      const mu = sample("mu", dist.Normal(0, 5));
      const tau = sample("tau", dist.HalfCauchy(5));
      for (let j = 0; j < y.length; j++)
        sample(`y_${j}`, dist.Normal(mu + tau * trans[j], sigma[j]), { obs: y[j] });
    }, names),

  "garch-garch11": (data) =>
    script(
      (y: Vector) => {
        const mu = flat("mu");
        const alpha0 = flatPositive("alpha0");
        const alpha1 = sample("alpha1", dist.Uniform(0, 1));
        const beta1 = sample("beta1", dist.ImproperUniform(constraints.interval(0, 1 - alpha1), [], []));
        const T = y.length;
        const variance = np.zeros([T]);
        variance[0] = sigma1 * sigma1;
        for (let t = 1; t < T; t++)
          variance[t] = alpha0 + alpha1 * (y[t - 1] - mu) ** 2 + beta1 * variance[t - 1];
        for (let t = 0; t < T; t++) sample(`y_${t}`, dist.Normal(mu, Math.sqrt(variance[t])), { obs: y[t] });
      },
      { ...names, flat, flatPositive, sigma1: data.sigma1 },
    ),

  "gp_pois_regr-gp_regr": () =>
    script((x: Vector, y: Vector) => {
      const n = x.length;
      const rho = sample("rho", dist.Gamma(25, 4));
      const alpha = sample("alpha", dist.HalfNormal(2));
      const sigma = sample("sigma", dist.HalfNormal(1));
      const cov = np.zeros([n, n]);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) cov[i][j] = alpha ** 2 * Math.exp(-((x[i] - x[j]) ** 2) / (2 * rho ** 2));
      for (let i = 0; i < n; i++) cov[i][i] += sigma;
      sample("y", dist.MultivariateNormal({ loc: np.zeros([n]), covarianceMatrix: cov }), { obs: y });
    }, names),

  "hmm_example-hmm_example": () =>
    script(
      (y: Vector) => {
        const theta1 = sample("theta1", dist.Dirichlet([1, 1]));
        const theta2 = sample("theta2", dist.Dirichlet([1, 1]));
        const mu = sample("mu", dist.ImproperUniform(constraints.positiveOrderedVector, [], [2]));
        factor("mu_prior_0", dist.Normal(3, 1).logProb(mu[0]));
        factor("mu_prior_1", dist.Normal(10, 1).logProb(mu[1]));
        const T = y.length;
        const emission = np.zeros([T, 2]);
        for (let t = 0; t < T; t++)
          for (let k = 0; k < 2; k++) emission[t][k] = dist.Normal(mu[k], 1).logProb(y[t]);
        const logTransition = np.log(np.stack([theta1, theta2], 0));
        factor("likelihood", forward(logTransition as unknown as Matrix, emission));
      },
      { ...names, forward },
    ),

  "hudson_lynx_hare-lotka_volterra": () =>
    script((ts: Vector, first: Vector, counts: Matrix) => {
      const theta = sample("theta", dist.ImproperUniform(constraints.positive, [], [4]));
      for (let k = 0; k < 4; k++) {
        const scale = k % 2 === 0 ? 0.5 : 0.05;
        factor(`theta_prior_${k}`, dist.Normal(2 * scale - (k % 2) * 0.05, scale).logProb(theta[k]));
      }
      const start = sample("z_init", dist.LogNormal(Math.log(10), 1).expand([2]).toEvent(1));
      const sigma = sample("sigma", dist.LogNormal(-1, 1).expand([2]).toEvent(1));
      // Prey z_0 and predators z_1.
      const slope = (_t: number, z: Vector) => [
        (theta[0] - theta[1] * z[1]) * z[0],
        (theta[3] * z[0] - theta[2]) * z[1],
      ];
      const z = np.ode.rk45(slope, start, 0, ts, { rtol: 1e-5, atol: 1e-3, maxSteps: 500 });
      for (let k = 0; k < 2; k++) {
        sample(`y_init_${k}`, dist.LogNormal(Math.log(start[k]), sigma[k]), { obs: first[k] });
        for (let n = 0; n < ts.length; n++)
          sample(`y_${k}_${n}`, dist.LogNormal(Math.log(z[n][k]), sigma[k]), { obs: counts[n][k] });
      }
    }, names),

  "irt_2pl-irt_2pl": () =>
    script((y: Matrix) => {
      const I = y.length;
      const J = y[0].length;
      const sigmaTheta = sample("sigma_theta", dist.HalfCauchy(2));
      const theta = sample("theta", dist.Normal(0, sigmaTheta).expand([J]).toEvent(1));
      const sigmaA = sample("sigma_a", dist.HalfCauchy(2));
      const a = sample("a", dist.LogNormal(0, sigmaA).expand([I]).toEvent(1));
      const muB = sample("mu_b", dist.Normal(0, 5));
      const sigmaB = sample("sigma_b", dist.HalfCauchy(2));
      const b = sample("b", dist.Normal(muB, sigmaB).expand([I]).toEvent(1));
      for (let i = 0; i < I; i++)
        for (let j = 0; j < J; j++)
          sample(`y_${i}_${j}`, dist.Bernoulli({ logits: a[i] * (theta[j] - b[i]) }), { obs: y[i][j] });
    }, names),

  "kidiq-kidscore_interaction": () =>
    script(
      (score: Vector, hs: Vector, iq: Vector) => {
        const beta = flatVector("beta", 4);
        const sigma = sample("sigma", dist.HalfCauchy(2.5));
        for (let n = 0; n < score.length; n++) {
          const mu = beta[0] + beta[1] * hs[n] + beta[2] * iq[n] + beta[3] * (hs[n] * iq[n]);
          sample(`kid_score_${n}`, dist.Normal(mu, sigma), { obs: score[n] });
        }
      },
      { ...names, flatVector },
    ),

  "kidiq-kidscore_momhsiq": () =>
    script(
      (score: Vector, hs: Vector, iq: Vector) => {
        const beta = flatVector("beta", 3);
        const sigma = sample("sigma", dist.HalfCauchy(2.5));
        for (let n = 0; n < score.length; n++)
          sample(`kid_score_${n}`, dist.Normal(beta[0] + beta[1] * hs[n] + beta[2] * iq[n], sigma), {
            obs: score[n],
          });
      },
      { ...names, flatVector },
    ),

  "kilpisjarvi_mod-kilpisjarvi": (data) =>
    script(
      (x: Vector, y: Vector) => {
        const alpha = sample("alpha", dist.Normal(prior.pmualpha, prior.psalpha));
        const beta = sample("beta", dist.Normal(prior.pmubeta, prior.psbeta));
        const sigma = flatPositive("sigma");
        for (let n = 0; n < y.length; n++)
          sample(`y_${n}`, dist.Normal(alpha + beta * x[n], sigma), { obs: y[n] });
      },
      { ...names, prior: data, flatPositive },
    ),

  "low_dim_gauss_mix-low_dim_gauss_mix": () =>
    script((y: Vector) => {
      const mu = sample("mu", dist.ImproperUniform(constraints.orderedVector, [], [2]));
      for (let k = 0; k < 2; k++) factor(`mu_prior_${k}`, dist.Normal(0, 2).logProb(mu[k]));
      const sigma = sample("sigma", dist.HalfNormal(2).expand([2]).toEvent(1));
      const theta = sample("theta", dist.Beta(5, 5));
      for (let n = 0; n < y.length; n++) {
        const first = Math.log(theta) + dist.Normal(mu[0], sigma[0]).logProb(y[n]);
        const second = Math.log1p(-theta) + dist.Normal(mu[1], sigma[1]).logProb(y[n]);
        factor(`y_${n}`, np.logaddexp(first, second));
      }
    }, names),

  "mesquite-logmesquite": () =>
    script(
      (
        weight: Vector,
        d1: Vector,
        d2: Vector,
        canopy: Vector,
        total: Vector,
        density: Vector,
        group: Vector,
      ) => {
        const beta = flatVector("beta", 7);
        const sigma = flatPositive("sigma");
        for (let n = 0; n < weight.length; n++) {
          let mu =
            beta[0] + beta[1] * Math.log(d1[n]) + beta[2] * Math.log(d2[n]) + beta[3] * Math.log(canopy[n]);
          mu += beta[4] * Math.log(total[n]) + beta[5] * Math.log(density[n]) + beta[6] * group[n];
          sample(`log_weight_${n}`, dist.Normal(mu, sigma), { obs: Math.log(weight[n]) });
        }
      },
      { ...names, flatVector, flatPositive },
    ),

  "nes1980-nes": () =>
    script(
      (party: Vector, ...xs: Vector[]) => {
        const beta = flatVector("beta", 9);
        const sigma = flatPositive("sigma");
        for (let n = 0; n < party.length; n++) {
          let mu = beta[0];
          for (let k = 0; k < xs.length; k++) mu += beta[k + 1] * xs[k][n];
          sample(`partyid7_${n}`, dist.Normal(mu, sigma), { obs: party[n] });
        }
      },
      { ...names, flatVector, flatPositive },
    ),

  "nes_logit_data-nes_logit_model": logistic,

  "radon_mn-radon_hierarchical_intercept_noncentered": (data) =>
    script(
      (county: Vector, uranium: Vector, floor: Vector, radon: Vector) => {
        const raw = sample("alpha_raw", dist.Normal(0, 1).expand([J]).toEvent(1));
        const beta = sample("beta", dist.Normal(0, 10).expand([2]).toEvent(1));
        const mu = sample("mu_alpha", dist.Normal(0, 10));
        const sigmaAlpha = sample("sigma_alpha", dist.HalfNormal(1));
        const sigmaY = sample("sigma_y", dist.HalfNormal(1));
        const alpha = np.zeros([J]);
        for (let j = 0; j < J; j++) alpha[j] = mu + sigmaAlpha * raw[j];
        for (let n = 0; n < radon.length; n++) {
          const mean = alpha[county[n]] + beta[0] * uranium[n] + beta[1] * floor[n];
          sample(`log_radon_${n}`, dist.Normal(mean, sigmaY), { obs: radon[n] });
        }
      },
      { ...names, J: data.J },
    ),

  "sblrc-blr": () =>
    script((X: Matrix, y: Vector) => {
      const D = X[0].length;
      const beta = sample("beta", dist.Normal(0, 10).expand([D]).toEvent(1));
      const sigma = sample("sigma", dist.HalfNormal(10));
      for (let n = 0; n < y.length; n++) {
        let mu = 0;
        for (let d = 0; d < D; d++) mu += X[n][d] * beta[d];
        sample(`y_${n}`, dist.Normal(mu, sigma), { obs: y[n] });
      }
    }, names),

  "wells_data-wells_dist": () =>
    script(
      (distance: Vector, switched: Vector) => {
        const beta = flatVector("beta", 2);
        for (let n = 0; n < switched.length; n++)
          sample(`switched_${n}`, dist.Bernoulli({ logits: beta[0] + beta[1] * distance[n] }), {
            obs: switched[n],
          });
      },
      { ...names, flatVector },
    ),
};

export const scriptModels: Readonly<Record<string, ScriptModel>> = Object.fromEntries(
  Object.entries(written).map(([name, write]) => [
    name,
    {
      build: (data: Data): Posterior => ({
        args: argumentsOf(name, data),
        model: write(data) as Posterior["model"],
      }),
    },
  ]),
);

declare const K: number;
declare const J: number;
declare const counts: number[][];
declare const sigma1: number;
declare const prior: Record<string, number>;
