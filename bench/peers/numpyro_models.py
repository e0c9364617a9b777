# In: the data of a posterior, as posteriordb's JSON. Out: a NumPyro model of the same density, and the order of its sites.
# The order is that of the Stan program's parameters, so one unconstrained point means the same in every peer.
import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from numpyro.distributions import constraints


def reals(values):
    return jnp.asarray(values, dtype=jnp.float64)


def flat(site, shape=(), support=constraints.real):
    event = constraints.independent(support, len(shape)) if shape and support.event_dim == 0 else support
    return numpyro.sample(site, dist.ImproperUniform(event, (), shape))


def positive_cauchy(site, scale):
    return numpyro.sample(site, dist.HalfCauchy(scale))


def increasing(site):
    """A positive ordered pair as Stan has it: cumulative sums of exponentials, not NumPyro's exponential of them."""
    return jnp.cumsum(flat(site, (2,), constraints.positive))


def linear(design, response, sigma_scale=None):
    """Linear regression with flat coefficients; sigma is flat or half-Cauchy."""

    def model():
        beta = flat("beta", (design.shape[1],))
        sigma = flat("sigma", (), constraints.positive) if sigma_scale is None else positive_cauchy("sigma", sigma_scale)
        numpyro.sample("y", dist.Normal(design @ beta, sigma), obs=response)

    return model, ["beta", "sigma"]


def columns(*parts):
    size = max(len(p) for p in parts if not isinstance(p, float))
    return jnp.stack([jnp.full(size, p) if isinstance(p, float) else reals(p) for p in parts], axis=1)


def earnings(d):
    height, male = reals(d["height"]), reals(d["male"])
    return linear(columns(1.0, height, male, height * male), jnp.log(reals(d["earn"])))


def kidscore_interaction(d):
    hs, iq = reals(d["mom_hs"]), reals(d["mom_iq"])
    return linear(columns(1.0, hs, iq, hs * iq), reals(d["kid_score"]), 2.5)


def kidscore_momhsiq(d):
    return linear(columns(1.0, d["mom_hs"], d["mom_iq"]), reals(d["kid_score"]), 2.5)


def mesquite(d):
    logs = [jnp.log(reals(d[k])) for k in ("diam1", "diam2", "canopy_height", "total_height", "density")]
    return linear(columns(1.0, *logs, d["group"]), jnp.log(reals(d["weight"])))


def nes(d):
    age = jnp.asarray(d["age_discrete"])
    groups = [(age == g).astype(jnp.float64) for g in (2, 3, 4)]
    design = columns(1.0, d["real_ideo"], d["race_adj"], *groups, d["educ1"], d["gender"], d["income"])
    return linear(design, reals(d["partyid7"]))


def blr(d):
    x, y = reals(d["X"]), reals(d["y"])

    def model():
        beta = numpyro.sample("beta", dist.Normal(0, 10).expand([d["D"]]).to_event(1))
        sigma = numpyro.sample("sigma", dist.HalfNormal(10))
        numpyro.sample("y", dist.Normal(x @ beta, sigma), obs=y)

    return model, ["beta", "sigma"]


def ark(d):
    k, t, y = d["K"], d["T"], reals(d["y"])
    lags = jnp.stack([y[k - 1 - i : t - 1 - i] for i in range(k)], axis=1)

    def model():
        alpha = numpyro.sample("alpha", dist.Normal(0, 10))
        beta = numpyro.sample("beta", dist.Normal(0, 10).expand([k]).to_event(1))
        sigma = positive_cauchy("sigma", 2.5)
        numpyro.sample("y", dist.Normal(alpha + lags @ beta, sigma), obs=y[k:])

    return model, ["alpha", "beta", "sigma"]


def diamonds(d):
    x, y = reals(d["X"])[:, 1:], reals(d["Y"])
    centred = x - x.mean(axis=0)

    def model():
        b = numpyro.sample("b", dist.Normal(0, 1).expand([d["K"] - 1]).to_event(1))
        a = numpyro.sample("Intercept", dist.StudentT(3, 8, 10))
        # The half Student's t, written out: twice the density of the whole one, a constant that cancels.
        sigma = flat("sigma", (), constraints.positive)
        numpyro.factor("sigma_prior", dist.StudentT(3, 0, 10).log_prob(sigma))
        numpyro.sample("y", dist.Normal(a + centred @ b, sigma), obs=y)

    return model, ["b", "Intercept", "sigma"]


def kilpisjarvi(d):
    x, y = reals(d["x"]), reals(d["y"])

    def model():
        alpha = numpyro.sample("alpha", dist.Normal(d["pmualpha"], d["psalpha"]))
        beta = numpyro.sample("beta", dist.Normal(d["pmubeta"], d["psbeta"]))
        sigma = flat("sigma", (), constraints.positive)
        numpyro.sample("y", dist.Normal(alpha + beta * x, sigma), obs=y)

    return model, ["alpha", "beta", "sigma"]


def nes_logit(d):
    x, y = reals(d["income"]), jnp.asarray(d["vote"])

    def model():
        alpha, beta = flat("alpha"), flat("beta", (1,))
        numpyro.sample("y", dist.Bernoulli(logits=alpha + beta[0] * x), obs=y)

    return model, ["alpha", "beta"]


def wells(d):
    x, y = reals(d["dist"]), jnp.asarray(d["switched"])

    def model():
        beta = flat("beta", (2,))
        numpyro.sample("y", dist.Bernoulli(logits=beta[0] + beta[1] * x), obs=y)

    return model, ["beta"]


def dogs(d):
    y = jnp.asarray(d["y"])
    shocks = jnp.cumsum(y, axis=1) - y
    avoided = jnp.arange(d["n_trials"])[None, :] - shocks
    shocks, avoided = shocks.astype(jnp.float64), avoided.astype(jnp.float64)

    def model():
        beta = numpyro.sample("beta", dist.Normal(0, 100).expand([3]).to_event(1))
        numpyro.sample("y", dist.Bernoulli(logits=beta[0] + beta[1] * avoided + beta[2] * shocks), obs=y)

    return model, ["beta"]


def eight_schools_noncentered(d):
    y, se = reals(d["y"]), reals(d["sigma"])

    def model():
        z = numpyro.sample("theta_trans", dist.Normal(0, 1).expand([d["J"]]).to_event(1))
        mu, tau = numpyro.sample("mu", dist.Normal(0, 5)), positive_cauchy("tau", 5)
        numpyro.sample("y", dist.Normal(mu + tau * z, se), obs=y)

    return model, ["theta_trans", "mu", "tau"]


def eight_schools_centered(d):
    y, se = reals(d["y"]), reals(d["sigma"])

    def model():
        mu, tau = numpyro.sample("mu", dist.Normal(0, 5)), positive_cauchy("tau", 5)
        theta = numpyro.sample("theta", dist.Normal(mu, tau).expand([d["J"]]).to_event(1))
        numpyro.sample("y", dist.Normal(theta, se), obs=y)

    return model, ["theta", "mu", "tau"]


def radon(d):
    county, uppm = jnp.asarray(d["county_idx"]) - 1, reals(d["log_uppm"])
    floor, y = reals(d["floor_measure"]), reals(d["log_radon"])

    def model():
        raw = numpyro.sample("alpha_raw", dist.Normal(0, 1).expand([d["J"]]).to_event(1))
        beta = numpyro.sample("beta", dist.Normal(0, 10).expand([2]).to_event(1))
        mu = numpyro.sample("mu_alpha", dist.Normal(0, 10))
        sigma_alpha, sigma_y = numpyro.sample("sigma_alpha", dist.HalfNormal(1)), numpyro.sample("sigma_y", dist.HalfNormal(1))
        alpha = mu + sigma_alpha * raw
        numpyro.sample("y", dist.Normal(alpha[county] + beta[0] * uppm + beta[1] * floor, sigma_y), obs=y)

    return model, ["alpha_raw", "beta", "mu_alpha", "sigma_alpha", "sigma_y"]


def irt_2pl(d):
    y = jnp.asarray(d["y"])

    def model():
        sigma_theta, sigma_a, sigma_b = (positive_cauchy(s, 2) for s in ("sigma_theta", "sigma_a", "sigma_b"))
        theta = numpyro.sample("theta", dist.Normal(0, sigma_theta).expand([d["J"]]).to_event(1))
        a = numpyro.sample("a", dist.LogNormal(0, sigma_a).expand([d["I"]]).to_event(1))
        mu_b = numpyro.sample("mu_b", dist.Normal(0, 5))
        b = numpyro.sample("b", dist.Normal(mu_b, sigma_b).expand([d["I"]]).to_event(1))
        numpyro.sample("y", dist.Bernoulli(logits=a[:, None] * (theta[None, :] - b[:, None])), obs=y)

    return model, ["sigma_theta", "theta", "sigma_a", "a", "mu_b", "sigma_b", "b"]


def garch(d):
    y = reals(d["y"])

    def model():
        mu, alpha0 = flat("mu"), flat("alpha0", (), constraints.positive)
        alpha1 = flat("alpha1", (), constraints.unit_interval)
        # Flat on (0, 1 - alpha1), as a share of it: samples of a site whose support moves come back with the support of another draw.
        beta1 = numpyro.deterministic("beta1", (1 - alpha1) * flat("share", (), constraints.unit_interval))
        numpyro.factor("share_jacobian", jnp.log1p(-alpha1))
        drive = alpha0 + alpha1 * (y[:-1] - mu) ** 2

        def advance(variance, d):
            variance = d + beta1 * variance
            return variance, variance

        first = jnp.float64(d["sigma1"] ** 2)
        _, rest = jax.lax.scan(advance, first, drive, unroll=4)
        numpyro.sample("y", dist.Normal(mu, jnp.sqrt(jnp.concatenate([first[None], rest]))), obs=y)

    return model, ["mu", "alpha0", "alpha1", "share"]


def gp_regr(d):
    x, y = reals(d["x"]), reals(d["y"])
    squared = (x[:, None] - x[None, :]) ** 2

    def model():
        rho, alpha = numpyro.sample("rho", dist.Gamma(25, 4)), numpyro.sample("alpha", dist.HalfNormal(2))
        sigma = numpyro.sample("sigma", dist.HalfNormal(1))
        cov = alpha**2 * jnp.exp(-squared / (2 * rho**2)) + sigma * jnp.eye(d["N"])
        numpyro.sample("y", dist.MultivariateNormal(jnp.zeros(d["N"]), covariance_matrix=cov), obs=y)

    return model, ["rho", "alpha", "sigma"]


def gauss_mix(d):
    y = reals(d["y"])

    def model():
        mu = flat("mu", (2,), constraints.ordered_vector)
        numpyro.factor("mu_prior", dist.Normal(0, 2).log_prob(mu).sum())
        sigma = numpyro.sample("sigma", dist.HalfNormal(2).expand([2]).to_event(1))
        theta = numpyro.sample("theta", dist.Beta(5, 5))
        first = jnp.log(theta) + dist.Normal(mu[0], sigma[0]).log_prob(y)
        second = jnp.log1p(-theta) + dist.Normal(mu[1], sigma[1]).log_prob(y)
        numpyro.factor("y", jnp.logaddexp(first, second).sum())

    return model, ["mu", "sigma", "theta"]


def forward(theta1, theta2, emission):
    """Log likelihood of a two-state chain that starts with weight 1 in each state; emission is (time, 2)."""
    transition = jnp.log(jnp.stack([theta1, theta2]))

    def advance(g, e):
        return jnp.logaddexp(g[0] + transition[0], g[1] + transition[1]) + e, None

    last, _ = jax.lax.scan(advance, emission[0], emission[1:])
    return jax.nn.logsumexp(last)


def hmm_example(d):
    y = reals(d["y"])

    def model():
        theta1, theta2 = flat("theta1", (2,), constraints.simplex), flat("theta2", (2,), constraints.simplex)
        mu = increasing("mu")
        numpyro.factor("mu_prior", dist.Normal(jnp.array([3.0, 10.0]), 1).log_prob(mu).sum())
        numpyro.factor("y", forward(theta1, theta2, dist.Normal(mu, 1).log_prob(y[:, None])))

    return model, ["theta1", "theta2", "mu"]


def hmm_drive(d):
    u, v, counts = reals(d["u"])[:, None], reals(d["v"])[:, None], reals(d["alpha"])

    def model():
        theta1 = numpyro.sample("theta1", dist.Dirichlet(counts[0]))
        theta2 = numpyro.sample("theta2", dist.Dirichlet(counts[1]))
        pair = {}
        for site in ("phi", "lambda"):
            pair[site] = increasing(site)
            numpyro.factor(site + "_prior", dist.Normal(jnp.array([0.0, 3.0]), 1).log_prob(pair[site]).sum())
        phi, lam = pair["phi"], pair["lambda"]
        numpyro.factor("y", forward(theta1, theta2, jnp.log(phi) + jnp.log(lam) - phi * u - lam * v))

    return model, ["theta1", "theta2", "phi", "lambda"]


def lotka_volterra(d):
    from jax.experimental.ode import odeint

    y, y_init = reals(d["y"]), reals(d["y_init"])
    times = jnp.concatenate([jnp.zeros(1), reals(d["ts"])])

    def velocity(z, t, theta):
        return jnp.stack([(theta[0] - theta[1] * z[1]) * z[0], (-theta[2] + theta[3] * z[0]) * z[1]])

    def model():
        theta = flat("theta", (4,), constraints.positive)
        centre, width = jnp.array([1.0, 0.05, 1.0, 0.05]), jnp.array([0.5, 0.05, 0.5, 0.05])
        numpyro.factor("theta_prior", dist.Normal(centre, width).log_prob(theta).sum())
        z_init = numpyro.sample("z_init", dist.LogNormal(jnp.log(10.0), 1).expand([2]).to_event(1))
        sigma = numpyro.sample("sigma", dist.LogNormal(-1, 1).expand([2]).to_event(1))
        z = odeint(velocity, z_init, times, theta, rtol=1e-6, atol=1e-5, mxstep=1000)[1:]
        numpyro.sample("y_init", dist.LogNormal(jnp.log(z_init), sigma), obs=y_init)
        numpyro.sample("y", dist.LogNormal(jnp.log(z), sigma), obs=y)

    return model, ["theta", "z_init", "sigma"]


MODELS = {
    "arK-arK": ark,
    "bball_drive_event_0-hmm_drive_0": hmm_drive,
    "diamonds-diamonds": diamonds,
    "dogs-dogs": dogs,
    "earnings-logearn_interaction": earnings,
    "eight_schools-eight_schools_centered": eight_schools_centered,
    "eight_schools-eight_schools_noncentered": eight_schools_noncentered,
    "garch-garch11": garch,
    "gp_pois_regr-gp_regr": gp_regr,
    "hmm_example-hmm_example": hmm_example,
    "hudson_lynx_hare-lotka_volterra": lotka_volterra,
    "irt_2pl-irt_2pl": irt_2pl,
    "kidiq-kidscore_interaction": kidscore_interaction,
    "kidiq-kidscore_momhsiq": kidscore_momhsiq,
    "kilpisjarvi_mod-kilpisjarvi": kilpisjarvi,
    "low_dim_gauss_mix-low_dim_gauss_mix": gauss_mix,
    "mesquite-logmesquite": mesquite,
    "nes1980-nes": nes,
    "nes_logit_data-nes_logit_model": nes_logit,
    "radon_mn-radon_hierarchical_intercept_noncentered": radon,
    "sblrc-blr": blr,
    "wells_data-wells_dist": wells,
}

# Sites that hold increments, whose cumulative sums the other programs call by that name.
INCREASING = {"hmm_example-hmm_example": ["mu"], "bball_drive_event_0-hmm_drive_0": ["phi", "lambda"]}
