# usage: pyro_bench.py [--data FOLDER] [--depth N] [MODEL ...]; needs `setup.sh --pyro` (torch, 3 GB).
# In: names of posteriors with a Pyro model below. Out: one JSON line each: microseconds of an SVI step (AutoNormal, Adam) and
# of a NUTS leapfrog, eager and with Pyro's JIT. One thread, float64.
import argparse
import json
import os
import time
import warnings

import pyro
import pyro.distributions as dist
import pyro.infer.mcmc.hmc as pyro_hmc
import pyro.infer.mcmc.nuts as pyro_nuts
import torch
from pyro.infer import MCMC, NUTS, SVI, JitTrace_ELBO, Trace_ELBO
from pyro.infer.autoguide import AutoNormal

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
pyro.enable_validation(False)

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(HERE, "..", "..", "..", "shared", "posteriordb")


def real(values):
    return torch.tensor(values, dtype=torch.float64)


# Constants are tensors: Pyro's JIT warns about, and is slowed by, plain numbers that become tensors in every call.
def normal(mean, sd):
    return dist.Normal(real(mean), real(sd))


def eight_schools(d):
    y, se = real(d["y"]), real(d["sigma"])

    def model():
        mu, tau = pyro.sample("mu", normal(0.0, 5.0)), pyro.sample("tau", dist.HalfCauchy(real(5.0)))
        with pyro.plate("schools", d["J"]):
            z = pyro.sample("theta_trans", normal(0.0, 1.0))
            pyro.sample("y", dist.Normal(mu + tau * z, se), obs=y)

    return model


def nes_logit(d):
    x, y = real(d["income"]), real(d["vote"])

    def model():
        # Pyro has no improper prior with a sampler, which AutoNormal's start needs: wide normals instead of flat ones.
        alpha, beta = pyro.sample("alpha", normal(0.0, 100.0)), pyro.sample("beta", normal(0.0, 100.0))
        with pyro.plate("voters", d["N"]):
            pyro.sample("y", dist.Bernoulli(logits=alpha + beta * x), obs=y)

    return model


def radon(d):
    county, uppm = torch.tensor(d["county_idx"]) - 1, real(d["log_uppm"])
    floor, y = real(d["floor_measure"]), real(d["log_radon"])

    def model():
        mu = pyro.sample("mu_alpha", normal(0.0, 10.0))
        sigma_alpha, sigma_y = (pyro.sample(s, dist.HalfNormal(real(1.0))) for s in ("sigma_alpha", "sigma_y"))
        beta = pyro.sample("beta", normal(0.0, 10.0).expand([2]).to_event(1))
        with pyro.plate("counties", d["J"]):
            raw = pyro.sample("alpha_raw", normal(0.0, 1.0))
        alpha = mu + sigma_alpha * raw
        with pyro.plate("houses", d["N"]):
            pyro.sample("y", dist.Normal(alpha[county] + uppm * beta[0] + floor * beta[1], sigma_y), obs=y)

    return model


def kidscore_interaction(d):
    hs, iq, y = real(d["mom_hs"]), real(d["mom_iq"]), real(d["kid_score"])
    design = torch.stack([torch.ones_like(iq), hs, iq, hs * iq], dim=1)

    def model():
        # Wide normals instead of flat ones, as in nes_logit.
        beta = pyro.sample("beta", normal(0.0, 1000.0).expand([4]).to_event(1))
        sigma = pyro.sample("sigma", dist.HalfCauchy(real(2.5)))
        with pyro.plate("children", d["N"]):
            pyro.sample("y", dist.Normal(design @ beta, sigma), obs=y)

    return model


def ark(d):
    k, t, y = d["K"], d["T"], real(d["y"])
    lags = torch.stack([y[k - 1 - i : t - 1 - i] for i in range(k)], dim=1)

    def model():
        alpha = pyro.sample("alpha", normal(0.0, 10.0))
        beta = pyro.sample("beta", normal(0.0, 10.0).expand([k]).to_event(1))
        sigma = pyro.sample("sigma", dist.HalfCauchy(real(2.5)))
        with pyro.plate("time", t - k):
            pyro.sample("y", dist.Normal(alpha + lags @ beta, sigma), obs=y[k:])

    return model


MODELS = {
    "eight_schools-eight_schools_noncentered": eight_schools,
    "nes_logit_data-nes_logit_model": nes_logit,
    "radon_mn-radon_hierarchical_intercept_noncentered": radon,
    "kidiq-kidscore_interaction": kidscore_interaction,
    "arK-arK": ark,
}


def svi(model, jit):
    pyro.clear_param_store()
    pyro.set_rng_seed(0)
    elbo = JitTrace_ELBO(ignore_jit_warnings=True) if jit else Trace_ELBO()
    steps = SVI(model, AutoNormal(model), pyro.optim.Adam({"lr": 0.01}), elbo)
    start = time.perf_counter()
    steps.step()
    first = time.perf_counter() - start
    for _ in range(30):
        steps.step()
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(100):
            steps.step()
        best = min(best, (time.perf_counter() - start) / 100)
    return first, best


def nuts(model, jit, depth):
    """Seconds a leapfrog over a whole short run; leapfrogs are counted where Pyro takes them."""
    pyro.clear_param_store()
    pyro.set_rng_seed(1)
    count = 0
    original = pyro_nuts.velocity_verlet

    def counted(*args, **kwargs):
        nonlocal count
        count += 1
        return original(*args, **kwargs)

    kernel = NUTS(model, jit_compile=jit, ignore_jit_warnings=True, max_tree_depth=depth)
    sampler = MCMC(kernel, num_samples=60, warmup_steps=60, disable_progbar=True)
    pyro_nuts.velocity_verlet = pyro_hmc.velocity_verlet = counted
    try:
        start = time.perf_counter()
        sampler.run()
        seconds = time.perf_counter() - start
    finally:
        pyro_nuts.velocity_verlet = pyro_hmc.velocity_verlet = original
    return seconds / count, count


def measure(name, folder, depth):
    with open(os.path.join(folder, name, "data.json")) as file:
        model = MODELS[name](json.load(file))
    row = dict(model=name)
    for tag, jit in (("eager", False), ("jit", True)):
        first, step = svi(model, jit)
        row[f"svi_{tag}_first_s"], row[f"svi_{tag}_us"] = first, 1e6 * step
        leapfrog, count = nuts(model, jit, depth)
        row[f"nuts_{tag}_us_per_leapfrog"], row[f"nuts_{tag}_leapfrogs"] = 1e6 * leapfrog, count
    return row


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=SHARED, help="posteriordb's folder")
    parser.add_argument("--depth", type=int, default=6, help="largest tree depth of NUTS; a deeper one takes minutes")
    parser.add_argument("models", nargs="*", default=list(MODELS))
    args = parser.parse_args()
    for wanted in args.models:
        if wanted not in MODELS:
            parser.error(f"no Pyro model of {wanted} is written; there are {', '.join(MODELS)}")
        print(json.dumps(measure(wanted, args.data, args.depth)), flush=True)
