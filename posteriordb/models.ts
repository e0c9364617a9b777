// The open posteriors as Sinter models: data as Stan programs read them in, a model and its arguments out.
// Densities and the order of parameters follow ../shared/posteriordb/NAME/model.md.
import { constraints, deterministic, dist, factor, np, plate, sample } from "sinter";
import type { Distribution, Tensor, TensorLike } from "sinter";

export type Data = Readonly<Record<string, unknown>>;

export interface Posterior {
  readonly model: (...args: Tensor[]) => unknown;
  readonly args: readonly Tensor[];
}

export interface PosteriorModel {
  build(data: Data): Posterior;
  /** Where reference summaries call a value otherwise than the model's site does: reference name -> site. */
  readonly reported?: Readonly<Record<string, string>>;
}

// ---- data ---------------------------------------------------------------------------------------------------------

const vector = (data: Data, name: string): Tensor => np.array((data[name] as number[]).map(Number));
const matrix = (data: Data, name: string): Tensor =>
  np.array((data[name] as number[][]).map((row) => row.map(Number)));
const number = (data: Data, name: string): number => data[name] as number;
/** Indices that count from 1, as 0-based integers. */
const indices = (data: Data, name: string): Tensor =>
  np.array(
    (data[name] as number[]).map((i) => i - 1),
    { dtype: "i32" },
  );
const indicator = (data: Data, name: string, value: number): Tensor =>
  np.array((data[name] as number[]).map((x) => (x === value ? 1 : 0)));

// ---- pieces -------------------------------------------------------------------------------------------------------

/** No prior: any real numbers, or any positive ones. */
const flat = (name: string, size?: number): Tensor =>
  sample(
    name,
    dist.ImproperUniform(
      size === undefined ? constraints.real : constraints.realVector,
      [],
      size === undefined ? [] : [size],
    ),
  );
const flatPositive = (name: string): Tensor =>
  sample(name, dist.ImproperUniform(constraints.positive, [], []));
const independent = (d: Distribution, size: number): Distribution => d.expand([size]).toEvent(1);

/** A linear regression with columns x_0 .. x_k: mean sum_j beta_j x_j. */
const columns = (beta: Tensor, xs: readonly TensorLike[]): Tensor =>
  xs.map((x, j) => np.multiply(beta.at(j), x)).reduce((a, b) => np.add(a, b));

/** Log-likelihood of a hidden Markov model with log transition matrix (from, to) and log emissions (time, state). */
function forward(logTransition: Tensor, logEmission: Tensor): Tensor {
  const steps = logEmission.shape[0];
  const [last] = np.scan(
    (g: Tensor, e: Tensor) => [np.logsumexp(np.add(g.reshape([-1, 1]), logTransition), 0).add(e), null],
    logEmission.at(0),
    logEmission.slice([1, steps]),
  );
  return np.logsumexp(last);
}

const rows = (a: Tensor, b: Tensor): Tensor => np.log(np.stack([a, b], 0));

// ---- models -------------------------------------------------------------------------------------------------------

function logisticRegression(x: Tensor, y: Tensor): void {
  const alpha = flat("alpha");
  const beta = flat("beta", 1);
  sample("y", dist.Bernoulli({ logits: alpha.add(beta.at(0).mul(x)) }), { obs: y });
}

const kidscore =
  (interaction: boolean) =>
  (score: Tensor, hs: Tensor, iq: Tensor): void => {
    const beta = flat("beta", interaction ? 4 : 3);
    const sigma = sample("sigma", dist.HalfCauchy(2.5));
    const xs = interaction ? [1, hs, iq, hs.mul(iq)] : [1, hs, iq];
    sample("kid_score", dist.Normal(columns(beta, xs), sigma), { obs: score });
  };

export const models: Readonly<Record<string, PosteriorModel>> = {
  "arK-arK": {
    build: (data) => {
      const order = number(data, "K");
      const length = number(data, "T");
      return {
        args: [vector(data, "y")],
        model: (y) => {
          const alpha = sample("alpha", dist.Normal(0, 10));
          const beta = sample("beta", independent(dist.Normal(0, 10), order));
          const sigma = sample("sigma", dist.HalfCauchy(2.5));
          const lags = Array.from({ length: order }, (_, k) => y.slice([order - 1 - k, length - 1 - k]));
          sample("y", dist.Normal(alpha.add(columns(beta, lags)), sigma), { obs: y.slice([order, length]) });
        },
      };
    },
  },

  "bball_drive_event_0-hmm_drive_0": {
    build: (data) => {
      const counts = data.alpha as number[][];
      return {
        args: [vector(data, "u"), vector(data, "v")],
        model: (u, v) => {
          const theta1 = sample("theta1", dist.Dirichlet(counts[0]));
          const theta2 = sample("theta2", dist.Dirichlet(counts[1]));
          const phi = sample("phi", dist.ImproperUniform(constraints.positiveOrderedVector, [], [2]));
          const lambda = sample("lambda", dist.ImproperUniform(constraints.positiveOrderedVector, [], [2]));
          for (const [name, x] of [
            ["phi", phi],
            ["lambda", lambda],
          ] as const)
            factor(`${name}_prior`, dist.Normal([0, 3], 1).logProb(x));
          const emission = dist
            .Exponential(phi)
            .logProb(u.reshape([-1, 1]))
            .add(dist.Exponential(lambda).logProb(v.reshape([-1, 1])));
          factor("likelihood", forward(rows(theta1, theta2), emission));
        },
      };
    },
  },

  "diamonds-diamonds": {
    build: (data) => ({
      args: [matrix(data, "X"), vector(data, "Y")],
      model: (x, y) => {
        const columnsOf = x.shape[1];
        const predictors = x.slice(null, [1, columnsOf]);
        const centred = predictors.sub(predictors.mean(0));
        const b = sample("b", independent(dist.Normal(0, 1), columnsOf - 1));
        const intercept = sample("Intercept", dist.StudentT(3, 8, 10));
        const sigma = sample("sigma", dist.ImproperUniform(constraints.positive, [], []));
        factor("sigma_prior", dist.StudentT(3, 0, 10).logProb(sigma));
        sample("Y", dist.Normal(intercept.add(centred.matmul(b)), sigma), { obs: y });
      },
    }),
  },

  "dogs-dogs": {
    build: (data) => ({
      args: [matrix(data, "y")],
      model: (y) => {
        const beta = sample("beta", independent(dist.Normal(0, 100), 3));
        // Counts over the trials before each one.
        const shocks = np.cumsum(y, 1).sub(y);
        const trials = np.arange(y.shape[1]);
        const avoided = np.subtract(trials, shocks);
        sample("y", dist.Bernoulli({ logits: columns(beta, [1, avoided, shocks]) }), { obs: y });
      },
    }),
  },

  "earnings-logearn_interaction": {
    build: (data) => ({
      args: [vector(data, "earn"), vector(data, "height"), vector(data, "male")],
      model: (earn, height, male) => {
        const beta = flat("beta", 4);
        const sigma = flatPositive("sigma");
        sample("log_earn", dist.Normal(columns(beta, [1, height, male, height.mul(male)]), sigma), {
          obs: np.log(earn),
        });
      },
    }),
  },

  "eight_schools-eight_schools_centered": {
    build: (data) => ({
      args: [vector(data, "y"), vector(data, "sigma")],
      model: (y, sigma) => {
        const theta = sample("theta", dist.ImproperUniform(constraints.realVector, [], [...y.shape]));
        const mu = sample("mu", dist.Normal(0, 5));
        const tau = sample("tau", dist.HalfCauchy(5));
        factor("theta_prior", dist.Normal(mu, tau).logProb(theta));
        sample("y", dist.Normal(theta, sigma), { obs: y });
      },
    }),
  },

  "eight_schools-eight_schools_noncentered": {
    build: (data) => ({
      args: [vector(data, "y"), vector(data, "sigma")],
      model: (y, sigma) => {
        const eta = sample("theta_trans", independent(dist.Normal(0, 1), y.shape[0]));
        const mu = sample("mu", dist.Normal(0, 5));
        const tau = sample("tau", dist.HalfCauchy(5));
        const theta = deterministic("theta", mu.add(tau.mul(eta)));
        sample("y", dist.Normal(theta, sigma), { obs: y });
      },
    }),
  },

  "garch-garch11": {
    build: (data) => {
      const first = number(data, "sigma1") ** 2;
      return {
        args: [vector(data, "y")],
        model: (y) => {
          const mu = flat("mu");
          const alpha0 = flatPositive("alpha0");
          const alpha1 = sample("alpha1", dist.Uniform(0, 1));
          const beta1 = sample(
            "beta1",
            dist.ImproperUniform(constraints.interval(0, np.subtract(1, alpha1)), [], []),
          );
          const square = np.power(y.sub(mu), 2);
          const [, later] = np.scan(
            (variance: Tensor, r: Tensor) => {
              const next = alpha0.add(alpha1.mul(r)).add(beta1.mul(variance));
              return [next, next];
            },
            np.array(first),
            square.slice([0, y.shape[0] - 1]),
          );
          const variance = np.concatenate([np.array([first]), later], 0);
          sample("y", dist.Normal(mu, np.sqrt(variance)), { obs: y });
        },
      };
    },
  },

  "gp_pois_regr-gp_regr": {
    build: (data) => ({
      args: [vector(data, "x"), vector(data, "y")],
      model: (x, y) => {
        const n = x.shape[0];
        const rho = sample("rho", dist.Gamma(25, 4));
        const alpha = sample("alpha", dist.HalfNormal(2));
        const sigma = sample("sigma", dist.HalfNormal(1));
        const square = np.power(x.reshape([n, 1]).sub(x.reshape([1, n])), 2);
        const kernel = np.power(alpha, 2).mul(np.exp(square.div(np.power(rho, 2).mul(-2))));
        const covarianceMatrix = kernel.add(sigma.mul(np.eye(n)));
        sample("y", dist.MultivariateNormal({ loc: np.zeros([n]), covarianceMatrix }), { obs: y });
      },
    }),
  },

  "hmm_example-hmm_example": {
    build: (data) => ({
      args: [vector(data, "y")],
      model: (y) => {
        const theta1 = sample("theta1", dist.Dirichlet([1, 1]));
        const theta2 = sample("theta2", dist.Dirichlet([1, 1]));
        const mu = sample("mu", dist.ImproperUniform(constraints.positiveOrderedVector, [], [2]));
        factor("mu_prior", dist.Normal([3, 10], 1).logProb(mu));
        factor("likelihood", forward(rows(theta1, theta2), dist.Normal(mu, 1).logProb(y.reshape([-1, 1]))));
      },
    }),
  },

  "hudson_lynx_hare-lotka_volterra": {
    build: (data) => ({
      args: [vector(data, "ts"), vector(data, "y_init"), matrix(data, "y")],
      model: (ts, first, counts) => {
        const theta = sample("theta", dist.ImproperUniform(constraints.positive, [], [4]));
        factor("theta_prior", dist.Normal([1, 0.05, 1, 0.05], [0.5, 0.05, 0.5, 0.05]).logProb(theta));
        const start = sample("z_init", independent(dist.LogNormal(Math.log(10), 1), 2));
        const sigma = sample("sigma", independent(dist.LogNormal(-1, 1), 2));
        const [alpha, beta, gamma, delta] = [0, 1, 2, 3].map((k) => theta.at(k));
        // Prey z_0 and predators z_1.
        const slope = (_t: Tensor, z: Tensor): Tensor =>
          np.stack(
            [alpha.sub(beta.mul(z.at(1))).mul(z.at(0)), delta.mul(z.at(0)).sub(gamma).mul(z.at(1))],
            0,
          );
        const z = np.ode.rk45(slope, start, 0, ts, { rtol: 1e-5, atol: 1e-3, maxSteps: 500 });
        sample("y_init", dist.LogNormal(np.log(start), sigma), { obs: first });
        sample("y", dist.LogNormal(np.log(z), sigma), { obs: counts });
      },
    }),
  },

  "irt_2pl-irt_2pl": {
    build: (data) => ({
      args: [matrix(data, "y")],
      model: (y) => {
        const [items, persons] = y.shape;
        const sigmaTheta = sample("sigma_theta", dist.HalfCauchy(2));
        const theta = sample("theta", dist.Normal(0, sigmaTheta).expand([persons]).toEvent(1));
        const sigmaA = sample("sigma_a", dist.HalfCauchy(2));
        const a = sample("a", dist.LogNormal(0, sigmaA).expand([items]).toEvent(1));
        const muB = sample("mu_b", dist.Normal(0, 5));
        const sigmaB = sample("sigma_b", dist.HalfCauchy(2));
        const b = sample("b", dist.Normal(muB, sigmaB).expand([items]).toEvent(1));
        const logits = a.reshape([items, 1]).mul(theta.reshape([1, persons]).sub(b.reshape([items, 1])));
        sample("y", dist.Bernoulli({ logits }), { obs: y });
      },
    }),
  },

  "kidiq-kidscore_interaction": {
    build: (data) => ({
      args: [vector(data, "kid_score"), vector(data, "mom_hs"), vector(data, "mom_iq")],
      model: kidscore(true),
    }),
  },

  "kidiq-kidscore_momhsiq": {
    build: (data) => ({
      args: [vector(data, "kid_score"), vector(data, "mom_hs"), vector(data, "mom_iq")],
      model: kidscore(false),
    }),
  },

  "kilpisjarvi_mod-kilpisjarvi": {
    build: (data) => ({
      args: [vector(data, "x"), vector(data, "y")],
      model: (x, y) => {
        const alpha = sample("alpha", dist.Normal(number(data, "pmualpha"), number(data, "psalpha")));
        const beta = sample("beta", dist.Normal(number(data, "pmubeta"), number(data, "psbeta")));
        const sigma = flatPositive("sigma");
        sample("y", dist.Normal(alpha.add(beta.mul(x)), sigma), { obs: y });
      },
    }),
  },

  "low_dim_gauss_mix-low_dim_gauss_mix": {
    build: (data) => ({
      args: [vector(data, "y")],
      model: (y) => {
        const mu = sample("mu", dist.ImproperUniform(constraints.orderedVector, [], [2]));
        factor("mu_prior", dist.Normal(0, 2).logProb(mu));
        const sigma = sample("sigma", independent(dist.HalfNormal(2), 2));
        const theta = sample("theta", dist.Beta(5, 5));
        const component = (k: number): Tensor => dist.Normal(mu.at(k), sigma.at(k)).logProb(y);
        const parts = [
          np.log(theta).add(component(0)),
          np.log1p(np.negative(theta)).add(component(1)),
        ] as const;
        factor("likelihood", np.special.logaddexp(...parts));
      },
    }),
  },

  "mesquite-logmesquite": {
    build: (data) => ({
      args: ["weight", "diam1", "diam2", "canopy_height", "total_height", "density", "group"].map((name) =>
        vector(data, name),
      ),
      model: (weight, diam1, diam2, canopy, total, density, group) => {
        const beta = flat("beta", 7);
        const sigma = flatPositive("sigma");
        const xs = [1, ...[diam1, diam2, canopy, total, density].map((x) => np.log(x)), group];
        sample("log_weight", dist.Normal(columns(beta, xs), sigma), { obs: np.log(weight) });
      },
    }),
  },

  "nes1980-nes": {
    build: (data) => ({
      args: [
        vector(data, "partyid7"),
        vector(data, "real_ideo"),
        vector(data, "race_adj"),
        ...[2, 3, 4].map((age) => indicator(data, "age_discrete", age)),
        ...["educ1", "gender", "income"].map((name) => vector(data, name)),
      ],
      model: (party, ...xs) => {
        const beta = flat("beta", 9);
        const sigma = flatPositive("sigma");
        sample("partyid7", dist.Normal(columns(beta, [1, ...xs]), sigma), { obs: party });
      },
    }),
  },

  "nes_logit_data-nes_logit_model": {
    build: (data) => ({ args: [vector(data, "income"), vector(data, "vote")], model: logisticRegression }),
  },

  "radon_mn-radon_hierarchical_intercept_noncentered": {
    build: (data) => {
      const counties = number(data, "J");
      const houses = number(data, "N");
      return {
        args: [
          indices(data, "county_idx"),
          vector(data, "log_uppm"),
          vector(data, "floor_measure"),
          vector(data, "log_radon"),
        ],
        model: (county, uranium, floor, radon) => {
          const raw = plate("counties", counties, () => sample("alpha_raw", dist.Normal(0, 1)));
          const beta = sample("beta", independent(dist.Normal(0, 10), 2));
          const mu = sample("mu_alpha", dist.Normal(0, 10));
          const sigmaAlpha = sample("sigma_alpha", dist.HalfNormal(1));
          const sigmaY = sample("sigma_y", dist.HalfNormal(1));
          const alpha = deterministic("alpha", mu.add(sigmaAlpha.mul(raw)));
          const mean = np.take(alpha, county).add(columns(beta, [uranium, floor]));
          plate("houses", houses, () => sample("log_radon", dist.Normal(mean, sigmaY), { obs: radon }));
        },
      };
    },
  },

  "sblrc-blr": {
    build: (data) => ({
      args: [matrix(data, "X"), vector(data, "y")],
      model: (x, y) => {
        const beta = sample("beta", independent(dist.Normal(0, 10), x.shape[1]));
        const sigma = sample("sigma", dist.HalfNormal(10));
        sample("y", dist.Normal(x.matmul(beta), sigma), { obs: y });
      },
    }),
  },

  "wells_data-wells_dist": {
    build: (data) => ({
      args: [vector(data, "dist"), vector(data, "switched")],
      model: (distance, switched) => {
        const beta = flat("beta", 2);
        sample("switched", dist.Bernoulli({ logits: columns(beta, [1, distance]) }), { obs: switched });
      },
    }),
  },
};
