"""Draws in (simulated here, fixed seed); what ArviZ says about them out, as one JSON fixture.

    python3 -m venv /tmp/az && /tmp/az/bin/pip install arviz==0.23.4
    /tmp/az/bin/python scripts/oracles/arviz_fixture.py > src/diagnostics/arviz.fixture.json

Draws are multiples of 2**-10 and stored as integers, 1024 times their value, so a reader has the doubles ArviZ saw.
"""

import json
import logging
import sys
import warnings

import arviz as az
import numpy as np
import scipy
from arviz.stats.stats_utils import autocov

warnings.filterwarnings("ignore")
logging.getLogger("arviz").setLevel(logging.ERROR)
rng = np.random.default_rng(20240611)


def short(values):
    return np.round(np.asarray(values) * 1024) / 1024


def ar1(chains, draws, rho, centre=0.0, scale=1.0):
    noise = rng.normal(size=(chains, draws))
    out = np.empty_like(noise)
    out[:, 0] = noise[:, 0]
    for t in range(1, draws):
        out[:, t] = rho * out[:, t - 1] + np.sqrt(1 - rho * rho) * noise[:, t]
    return short(centre + scale * out)


CASES = {
    "independent": short(rng.normal(size=(4, 100))),
    "sticky, far from 0": ar1(4, 250, 0.9, centre=1000.0),
    "antithetic": ar1(2, 120, -0.7),
    "one chain": ar1(1, 200, 0.6),
    "odd draws": ar1(3, 101, 0.5),
    "shifted chain": ar1(4, 80, 0.3) + np.array([[0.0], [0.0], [0.0], [2.0]]),
    "wide chain": ar1(4, 80, 0.3) * np.array([[1.0], [1.0], [1.0], [4.0]]),
    "heavy tail": short(rng.standard_cauchy(size=(4, 100))),
    "counts with ties": rng.poisson(3.0, size=(4, 100)).astype(float),
    "two values": (rng.uniform(size=(4, 60)) < 0.3).astype(float),
    "random walk": short(np.cumsum(rng.normal(size=(2, 300)), axis=1)),
    "four draws": short(rng.normal(size=(2, 4))),
    "five draws": short(rng.normal(size=(2, 5))),
    "three draws": short(rng.normal(size=(2, 3))),
    "constant": np.full((2, 10), 1.5),
    "stuck apart": np.tile([[1.0], [2.0]], (1, 10)),
    "a missing draw": np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, np.nan, 1.0, 3.0, 2.5]]),
    "an infinite draw": np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 2.5], [2.0, np.inf, 1.0, 3.0, 2.5, 3.5]]),
}

HDI_PROBS = [0.5, 0.9, 0.94]
QUANTILE_PROBS = [0.05, 0.1, 0.5, 0.95]


def plain(value):
    """NaN and infinities are not JSON: they are written as strings."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, int, np.floating, np.integer)):
        number = float(value)
        if not np.isfinite(number):
            return str(number)
        return int(number) if number == int(number) and abs(number) < 1e15 else number
    return value


def case(name, draws):
    ess = {key: az.ess(draws, method=key) for key in ["bulk", "tail", "mean", "sd", "identity"]}
    ess["quantile"] = [az.ess(draws, method="quantile", prob=p) for p in QUANTILE_PROBS]
    error = {key: az.mcse(draws, method=key) for key in ["mean", "sd", "median"]}
    error["quantile"] = [az.mcse(draws, method="quantile", prob=p) for p in QUANTILE_PROBS]
    many = draws.shape[0] > 1
    short_chain = draws.shape[1] < 20
    return {
        "name": name,
        "drawsTimes1024": draws * 1024,
        "rHat": az.rhat(draws, method="rank") if many else float("nan"),
        "rHatSplit": az.rhat(draws, method="split") if many else float("nan"),
        "rHatIdentity": az.rhat(draws, method="identity") if many else float("nan"),
        "ess": ess,
        "mcse": error,
        "hdi": [az.hdi(draws.ravel(), hdi_prob=p) for p in HDI_PROBS] if not np.isnan(draws).any() else None,
        "bfmi": az.bfmi(draws),
        "autocovariance": autocov(draws[0])[: draws.shape[1] if short_chain else 8],
    }


def summary_case():
    posterior = {"mu": ar1(4, 60, 0.4), "theta": short(rng.normal(size=(4, 60, 2, 2)))}
    table = az.summary(
        az.from_dict(posterior=posterior),
        kind="all",
        round_to="none",
        stat_funcs={
            "q5": lambda x: np.quantile(x, 0.05),
            "q50": lambda x: np.quantile(x, 0.5),
            "q95": lambda x: np.quantile(x, 0.95),
        },
        extend=True,
    )
    columns = ["mean", "sd", "q5", "q50", "q95", "mcse_mean", "ess_bulk", "ess_tail", "r_hat"]
    rows = [{"name": name.replace(", ", ","), "values": table.loc[name, columns].tolist()} for name in table.index]
    return {
        "samples": {k: {"shape": list(v.shape), "dataTimes1024": v.ravel() * 1024} for k, v in posterior.items()},
        "rows": rows,
    }


def elpd_cases():
    """A normal model of 12 observations, the last an outlier, and two worse models of the same data."""
    observed = short(np.append(rng.normal(size=11), 6.0))
    mu = ar1(2, 150, 0.3, centre=0.4, scale=0.4)
    # Every step is exact in doubles, so the test recomputes these from mu and observed; normalised only roughly for that.
    distance = observed - mu[:, :, None]
    log_likelihoods = {
        "normal": -0.5 * distance**2,
        "wide": -0.125 * distance**2 - 0.6875,
        "shifted": -0.25 * (distance - 0.75) ** 2 - 0.34375,
    }
    models = []
    data = {}
    for name, values in log_likelihoods.items():
        idata = az.from_dict(posterior={"mu": mu}, log_likelihood={"y": values})
        data[name] = idata
        loo = az.loo(idata, pointwise=True, reff=1.0)
        loo_reff = az.loo(idata, pointwise=True)
        waic = az.waic(idata, pointwise=True)
        models.append(
            {
                "name": name,
                "loo": {
                    "elpd": loo.elpd_loo,
                    "se": loo.se,
                    "pLoo": loo.p_loo,
                    "goodK": loo.good_k,
                    "warning": bool(loo.warning),
                    "pointwise": loo.loo_i.values,
                    "paretoK": loo.pareto_k.values,
                },
                "looWithReff": {"elpd": loo_reff.elpd_loo, "paretoK": loo_reff.pareto_k.values},
                "waic": {
                    "elpd": waic.elpd_waic,
                    "se": waic.se,
                    "pWaic": waic.p_waic,
                    "warning": bool(waic.warning),
                    "pointwise": waic.waic_i.values,
                },
            }
        )
    comparisons = {}
    for method in ["stacking", "pseudo-BMA"]:
        table = az.compare(data, ic="waic", method=method)
        comparisons[method.lower()] = [
            {
                "name": name,
                "rank": int(r["rank"]),
                "elpd": r["elpd_waic"],
                "p": r["p_waic"],
                "elpdDiff": r["elpd_diff"],
                "weight": r["weight"],
                "se": r["se"],
                "dse": r["dse"],
            }
            for name, r in table.iterrows()
        ]
    return {"mu": mu, "observed": observed, "models": models, "compare": comparisons}


def psis_cases():
    out = []
    for name, ratios in {
        "light tail": rng.normal(size=200) * 0.5,
        "heavy tail": rng.exponential(size=200) * 1.5,
        "short tail": rng.normal(size=20),
        "no tail": np.zeros(30),
        "impossible draws": np.where(np.arange(100) % 3 == 0, -np.inf, rng.normal(size=100)),
    }.items():
        ratios = short(ratios)
        weights, k = az.psislw(ratios.copy())
        weights_reff, k_reff = az.psislw(ratios.copy(), reff=0.3)
        raw, _ = az.psislw(ratios.copy(), normalize=False)
        out.append(
            {
                "name": name,
                "logRatios": ratios,
                "logWeights": np.sort(weights)[-12:],
                "unnormalized": np.sort(raw)[-12:],
                "k": k,
                "kReff": k_reff,
            }
        )
    return out


json.dump(
    plain(
        {
            "versions": {"arviz": az.__version__, "numpy": np.__version__, "scipy": scipy.__version__},
            "hdiProbs": HDI_PROBS,
            "quantileProbs": QUANTILE_PROBS,
            "cases": [case(name, draws) for name, draws in CASES.items()],
            "summary": summary_case(),
            "elpd": elpd_cases(),
            "psis": psis_cases(),
            "betaQuantile": [
                [p, a, b, scipy.stats.beta.ppf(p, a, b)]
                for p, a, b in [(0.1586553, 6.3, 96.7), (0.8413447, 1.0, 1.0), (0.5, 2000.5, 30.25), (0.01, 1.5, 400.0), (0.9, 51.0, 51.0)]
            ],
        }
    ),
    sys.stdout,
    separators=(",", ":"),
    allow_nan=False,
)
print()
