# In: requests, one JSON object a line on standard input; needs `setup.sh --nutpie`:
#   {"do": "prepare", "model": NAME, "data": PATH}      a PyMC model, compiled by numba
#   {"do": "chain", "model": NAME, "seed": N, "times": N, "names": [...]}   one chain of 1,000 + 1,000: least seconds, gradients, draws
# Out: one JSON line per request. The process stays alive, idle between requests, so that timings of peers can alternate.
import json
import sys
import time

import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt


def reals(values):
    return np.asarray(values, dtype=np.float64)


def eight_schools(d):
    with pm.Model() as model:
        z, mu, tau = pm.Normal("theta_trans", 0, 1, shape=d["J"]), pm.Normal("mu", 0, 5), pm.HalfCauchy("tau", 5)
        pm.Normal("y", mu + tau * z, reals(d["sigma"]), observed=reals(d["y"]))
    return model


def nes_logit(d):
    with pm.Model() as model:
        alpha, beta = pm.Flat("alpha"), pm.Flat("beta")
        pm.Bernoulli("vote", logit_p=alpha + beta * reals(d["income"]), observed=np.asarray(d["vote"]))
    return model


def radon(d):
    county = np.asarray(d["county_idx"]) - 1
    with pm.Model() as model:
        raw, beta, mu = pm.Normal("alpha_raw", 0, 1, shape=d["J"]), pm.Normal("beta", 0, 10, shape=2), pm.Normal("mu_alpha", 0, 10)
        sigma_alpha, sigma_y = pm.HalfNormal("sigma_alpha", 1), pm.HalfNormal("sigma_y", 1)
        mean = (mu + sigma_alpha * raw)[county] + beta[0] * reals(d["log_uppm"]) + beta[1] * reals(d["floor_measure"])
        pm.Normal("y", mean, sigma_y, observed=reals(d["log_radon"]))
    return model


def kidscore_interaction(d):
    hs, iq = reals(d["mom_hs"]), reals(d["mom_iq"])
    design = np.stack([np.ones_like(iq), hs, iq, hs * iq], axis=1)
    with pm.Model() as model:
        beta, sigma = pm.Flat("beta", shape=4), pm.HalfCauchy("sigma", 2.5)
        pm.Normal("y", pm.math.dot(design, beta), sigma, observed=reals(d["kid_score"]))
    return model


def ark(d):
    k, t, y = d["K"], d["T"], reals(d["y"])
    lags = np.stack([y[k - 1 - i : t - 1 - i] for i in range(k)], axis=1)
    with pm.Model() as model:
        alpha, beta, sigma = pm.Normal("alpha", 0, 10), pm.Normal("beta", 0, 10, shape=k), pm.HalfCauchy("sigma", 2.5)
        pm.Normal("y", alpha + pm.math.dot(lags, beta), sigma, observed=y[k:])
    return model


def irt_2pl(d):
    with pm.Model() as model:
        sigma_theta = pm.HalfCauchy("sigma_theta", 2)
        theta = pm.Normal("theta", 0, sigma_theta, shape=d["J"])
        sigma_a = pm.HalfCauchy("sigma_a", 2)
        a = pm.LogNormal("a", 0, sigma_a, shape=d["I"])
        mu_b, sigma_b = pm.Normal("mu_b", 0, 5), pm.HalfCauchy("sigma_b", 2)
        b = pm.Normal("b", mu_b, sigma_b, shape=d["I"])
        pm.Bernoulli("y", logit_p=a[:, None] * (theta[None, :] - b[:, None]), observed=np.asarray(d["y"]))
    return model


def gauss_mix(d):
    y = reals(d["y"])
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 2, shape=2, transform=pm.distributions.transforms.ordered, initval=[-1.0, 1.0])
        sigma, theta = pm.HalfNormal("sigma", 2, shape=2), pm.Beta("theta", 5, 5)
        first = pt.log(theta) + pm.logp(pm.Normal.dist(mu[0], sigma[0]), y)
        second = pt.log1p(-theta) + pm.logp(pm.Normal.dist(mu[1], sigma[1]), y)
        pm.Potential("likelihood", pt.sum(pt.logaddexp(first, second)))
    return model


def garch(d):
    y = reals(d["y"])
    with pm.Model() as model:
        mu, alpha0, alpha1 = pm.Flat("mu"), pm.HalfFlat("alpha0"), pm.Uniform("alpha1", 0, 1)
        # Flat on (0, 1 - alpha1): a share of that interval, whose Jacobian is its length.
        share = pm.Uniform("share", 0, 1)
        beta1 = pm.Deterministic("beta1", share * (1 - alpha1))
        pm.Potential("jacobian", pt.log1p(-alpha1))
        drive = alpha0 + alpha1 * (y[:-1] - mu) ** 2
        start = pt.constant(np.float64(d["sigma1"]) ** 2, dtype="float64")
        later = pytensor.scan(lambda x, v, b: x + b * v, sequences=[drive], outputs_info=[start], non_sequences=[beta1], return_updates=False)
        pm.Normal("y", mu, pt.sqrt(pt.concatenate([start[None], later])), observed=y)
    return model


def hmm_example(d):
    y = reals(d["y"])
    with pm.Model() as model:
        theta1, theta2 = pm.Dirichlet("theta1", np.ones(2)), pm.Dirichlet("theta2", np.ones(2))
        mu = pm.Deterministic("mu", pt.cumsum(pm.HalfFlat("increments", shape=2, initval=[3.0, 7.0])))
        pm.Potential("prior", pt.sum(-0.5 * (mu - np.array([3.0, 10.0])) ** 2))
        moves = pt.log(pt.stack([theta1, theta2]))
        emission = -0.5 * (y[:, None] - mu) ** 2

        def advance(e, g, moves):
            return pt.logaddexp(g[0] + moves[0], g[1] + moves[1]) + e

        states = pytensor.scan(advance, sequences=[emission[1:]], outputs_info=[emission[0]], non_sequences=[moves], return_updates=False)
        pm.Potential("likelihood", pt.logaddexp(states[-1][0], states[-1][1]))
    return model


MODELS = {
    "eight_schools-eight_schools_noncentered": eight_schools,
    "nes_logit_data-nes_logit_model": nes_logit,
    "radon_mn-radon_hierarchical_intercept_noncentered": radon,
    "kidiq-kidscore_interaction": kidscore_interaction,
    "arK-arK": ark,
    "irt_2pl-irt_2pl": irt_2pl,
    "low_dim_gauss_mix-low_dim_gauss_mix": gauss_mix,
    "garch-garch11": garch,
    "hmm_example-hmm_example": hmm_example,
}


def prepare(name, path):
    with open(path) as file:
        model = MODELS[name](json.load(file))
    start = time.perf_counter()
    compiled = nutpie.compile_pymc_model(model)
    run(compiled, 0)
    return compiled, dict(compileMs=1000 * (time.perf_counter() - start))


def run(compiled, seed):
    return nutpie.sample(compiled, draws=1000, tune=1000, chains=1, cores=1, progress_bar=False, seed=seed, save_warmup=True)


def chain(compiled, seed, times, names):
    seconds = np.inf
    for _ in range(times):
        start = time.perf_counter()
        trace = run(compiled, seed)
        seconds = min(seconds, time.perf_counter() - start)
    gradients = int(trace.sample_stats.n_steps.sum()) + int(trace.warmup_sample_stats.n_steps.sum())
    draws = {name: np.reshape(trace.posterior[name].values[0], (1000, -1)).T.tolist() for name in names}
    return dict(seconds=seconds, gradients=gradients, draws=draws)


def answer(request, prepared):
    name = request["model"]
    if request["do"] == "prepare":
        if name not in MODELS:
            return dict(missing=f"no PyMC model of {name} is written")
        prepared[name], reply = prepare(name, request["data"])
        return reply
    if request["do"] == "chain":
        return chain(prepared[name], request["seed"], request["times"], request["names"])
    raise ValueError(f"unknown request {request['do']!r}: use prepare or chain")


if __name__ == "__main__":
    ready = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), ready)
        except Exception as error:  # the asking side prints it and counts it as a failure
            reply = dict(error=f"{type(error).__name__}: {error}")
        print(json.dumps(reply), flush=True)
