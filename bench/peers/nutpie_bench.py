# usage: nutpie_bench.py [--data FOLDER] [MODEL ...]; needs `setup.sh --nutpie`.
# In: names of posteriors with a PyMC model below. Out: one JSON line each: compile seconds, NUTS seconds, smallest bulk ESS.
import argparse
import json
import os
import time

import arviz
import numpy as np
import nutpie
import pymc as pm

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(HERE, "..", "..", "..", "shared", "posteriordb")


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


MODELS = {
    "eight_schools-eight_schools_noncentered": eight_schools,
    "nes_logit_data-nes_logit_model": nes_logit,
    "radon_mn-radon_hierarchical_intercept_noncentered": radon,
    "kidiq-kidscore_interaction": kidscore_interaction,
    "arK-arK": ark,
}


def measure(name, folder):
    with open(os.path.join(folder, name, "data.json")) as file:
        model = MODELS[name](json.load(file))
    start = time.perf_counter()
    compiled = nutpie.compile_pymc_model(model)
    compile_s = time.perf_counter() - start
    seconds = []
    for seed in (1, 2, 3):
        start = time.perf_counter()
        trace = nutpie.sample(compiled, draws=1000, tune=1000, chains=1, cores=1, progress_bar=False, seed=seed)
        seconds.append(time.perf_counter() - start)
    ess = min(float(v.min()) for v in arviz.ess(trace).values())
    leapfrogs = int(trace.sample_stats.n_steps.sum())
    return dict(model=name, compile_s=compile_s, sample_s=min(seconds), ess_min=ess, sampling_leapfrogs=leapfrogs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=SHARED, help="posteriordb's folder")
    parser.add_argument("models", nargs="*", default=list(MODELS))
    args = parser.parse_args()
    for wanted in args.models:
        if wanted not in MODELS:
            parser.error(f"no PyMC model of {wanted} is written; there are {', '.join(MODELS)}")
        print(json.dumps(measure(wanted, args.data)), flush=True)
