"""Distribution oracles: NumPyro's log densities, cdfs, quantiles and moments, written to src/dist/numpyro-oracles.json.

Needs Python with numpyro and scipy in any environment outside the repository:
    python scripts/oracles/numpyro_dist.py
The numbers are checked in; run it again only to add a family.
"""
import json
import math
import pathlib
import re

import jax
import mpmath
import jax.numpy as jnp
import numpy as np
from scipy import stats as st

jax.config.update("jax_enable_x64", True)
import numpyro.distributions as nd

OUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "dist" / "numpyro-oracles.json"
Q = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
cases = []


def number(x):
    """JSON has no infinities: they become text."""
    x = float(x)
    return x if math.isfinite(x) else ("nan" if math.isnan(x) else ("inf" if x > 0 else "-inf"))


def numbers(xs):
    return [number(x) for x in np.asarray(xs, dtype=float).ravel()]


def camel(name):
    return re.sub(r"_(.)", lambda m: m.group(1).upper(), name)


def plain(x):
    return x if isinstance(x, (int, float)) else np.asarray(x).tolist()


def case(family, params, xs, skip=(), **given):
    """One case of NumPyro's family of that name; `skip` leaves out fields, `given` overrides them."""
    law = getattr(nd, family)(**{k: jnp.asarray(v) if isinstance(v, list) else v for k, v in params.items()})
    xs = np.asarray(xs, dtype=float)
    row = {"family": family, "params": {camel(k): plain(v) for k, v in params.items()}, "x": xs.tolist()}
    fields = {
        "logProb": lambda: law.log_prob(xs),
        "cdf": lambda: law.cdf(xs),
        "icdf": lambda: law.icdf(Q),
        "mean": lambda: law.mean,
        "variance": lambda: law.variance,
        "entropy": lambda: law.entropy(),
    }
    for field, f in fields.items():
        if field in skip or (field in given and given[field] is None):
            continue
        try:
            row[field] = numbers(given[field] if field in given else f())
        except NotImplementedError:
            pass
    cases.append(row)


reals = np.array([-30, -4, -0.5, 0, 1, 20.0])
for loc, s, k in [(0.0, 1.0, 1.0), (2.0, 0.5, 0.3), (-1.0, 3.0, 4.0)]:
    case("AsymmetricLaplace", {"loc": loc, "scale": s, "asymmetry": k}, loc + s * reals)
for loc, s, q in [(0.0, 1.0, 0.5), (2.0, 0.5, 0.9)]:
    case("AsymmetricLaplaceQuantile", {"loc": loc, "scale": s, "quantile": q}, loc + s * reals)
for loc, s in [(0.0, 1.0), (2.0, 0.5)]:
    law = st.hypsecant(loc, s)
    case("SoftLaplace", {"loc": loc, "scale": s}, loc + s * reals, entropy=[law.entropy()], cdf=law.cdf(loc + s * reals), icdf=law.ppf(Q), logProb=law.logpdf(loc + s * reals))
for m, c in [(0.3, 2.0), (0.9, 40.0)]:
    law = st.beta(m * c, (1 - m) * c)
    xs = [0.01, 0.3, 0.77, 0.999]
    case("BetaProportion", {"mean": m, "concentration": c}, xs, icdf=law.ppf(Q), cdf=law.cdf(xs), entropy=[law.entropy()])
for a, b in [(1.0, 1.0), (2.0, 5.0), (0.5, 0.7)]:
    xs = np.array([0.01, 0.3, 0.77, 0.999])
    case("Kumaraswamy", {"concentration1": a, "concentration0": b}, xs, cdf=-np.expm1(b * np.log1p(-(xs**a))), icdf=(-np.expm1(np.log1p(-Q) / b)) ** (1 / a),
         entropy=[1 - 1 / b + (1 - 1 / a) * (float(jax.scipy.special.digamma(b + 1)) + np.euler_gamma) - math.log(a * b)])
for c, r in [(1.0, 1.0), (0.05, 2.0)]:
    case("Gompertz", {"concentration": c, "rate": r}, np.array([0.001, 0.5, 1.2, 2.0]) / r, skip=["mean", "variance", "entropy"])
for loc, s in [(0.0, 1.0), (2.0, 0.5)]:
    law = st.levy(loc, s)
    xs = loc + s * np.array([0.05, 1.0, 30.0, 1e5])
    case("Levy", {"loc": loc, "scale": s}, xs, cdf=law.cdf(xs), icdf=law.ppf(Q), entropy=[law.entropy()], mean=[math.inf], variance=[math.inf])
for lo, hi in [(0.1, 1.0), (2.0, 500.0)]:
    law = st.loguniform(lo, hi)
    xs = [lo, (lo + hi) / 2, hi * 0.99]
    case("LogUniform", {"low": lo, "high": hi}, xs, cdf=law.cdf(xs), icdf=law.ppf(Q), entropy=[law.entropy()])
for p, a, s in [(1.0, 3.0, 1.0), (0.5, 4.5, 2.0)]:
    law = st.burr(a, p, scale=s)
    xs = s * np.array([0.05, 0.6, 1.0, 9.0])
    case("Dagum", {"concentration": p, "sharpness": a, "scale": s}, xs, cdf=law.cdf(xs), icdf=law.ppf(Q), mean=[law.mean()], variance=[law.var()], entropy=None)
for a, lo in [(-1.5, 1.0), (-4.0, 0.3)]:
    xs = lo * np.array([1.0, 1.5, 40.0])
    law = st.pareto(-a - 1, scale=lo)
    case("LowerTruncatedPowerLaw", {"alpha": a, "low": lo}, xs, cdf=law.cdf(xs), icdf=law.ppf(Q))
for a, lo, hi in [(-1.0, 1.0, 9.0), (-2.5, 0.3, 4.0), (2.0, 0.5, 2.0)]:
    case("DoublyTruncatedPowerLaw", {"alpha": a, "low": lo, "high": hi}, [lo, (lo + hi) / 2, hi * 0.99])
for t, p in [(0.5, 0.3), (2.0, 0.9)]:
    case("RelaxedBernoulliLogits", {"temperature": t, "logits": math.log(p / (1 - p))}, [0.01, 0.3, 0.77, 0.999], skip=["cdf", "icdf", "mean", "variance"])

scale = np.array([[2.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 0.5]])
key = jax.random.PRNGKey(3)
for kind, m in [("scale_matrix", scale), ("rate_matrix", np.linalg.inv(scale)), ("scale_tril", np.linalg.cholesky(scale))]:
    for family, df in [("Wishart", 4.5), ("WishartCholesky", 4.5), ("InverseWishart", 7.5)]:
        xs = np.asarray(getattr(nd, family)(df, **{kind: jnp.asarray(m)}).sample(key, (3,)))
        given = {}
        if family == "InverseWishart":
            # Between elements that are not on the diagonal the covariances count too: NumPyro's formula leaves them out.
            e, d = df - 4, np.diag(scale)
            given["variance"] = ((e + 2) * scale**2 + e * np.outer(d, d)) / ((e + 1) * e**2 * (e - 2))
        case(family, {"concentration": df, kind: m.tolist()}, xs, skip=["entropy"] + (["variance"] if family == "WishartCholesky" else []), **given)
row, column = np.linalg.cholesky(scale), np.array([[1.5, 0.0], [-0.4, 0.7]])
loc = [[1.0, 0.0], [2.0, -1.0], [0.0, 0.5]]
case("MatrixNormal", {"loc": loc, "scale_tril_row": row.tolist(), "scale_tril_column": column.tolist()},
     np.asarray(nd.MatrixNormal(jnp.asarray(loc), row, column).sample(key, (3,))), variance=np.outer(np.diag(scale), np.diag(column @ column.T)))
for shape in [(4,), (3, 2)]:
    xs = np.asarray(nd.ZeroSumNormal(1.3, shape).sample(key, (3,)))
    case("ZeroSumNormal", {"scale": 1.3, "event_shape": shape}, xs, variance=np.full(shape, 1.69 * np.prod([1 - 1 / n for n in shape])))
W = [[0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0]]
W[0][2] = W[2][0] = 1.0
case("CAR", {"loc": [1.0, 0.0, -1.0, 2.0], "correlation": 0.7, "conditional_precision": 2.5, "adj_matrix": W}, [[0.0, 0, 0, 0], [1.0, -2, 3, 0.5]],
     variance=np.diag(np.linalg.inv(2.5 * (np.diag(np.sum(W, 1)) - 0.7 * np.array(W)))))
for c in [[1.0, -2.0], [3.0, 0.5, -1.0], [20.0, 0.0]]:
    law = nd.ProjectedNormal(jnp.asarray(c))
    case("ProjectedNormal", {"concentration": c}, np.asarray(law.sample(key, (4,))), skip=["variance"])

for a in [0.02, 1.0, 30.0]:
    for x_family, law, params in [("Gamma", st.gamma(a), {"concentration": a, "rate": 1.0}), ("InverseGamma", st.invgamma(a), {"concentration": a, "rate": 1.0}),
                                  ("Chi2", st.chi2(a), {"df": a}), ("StudentT", st.t(a + 0.3), {"df": a + 0.3, "loc": 0.0, "scale": 1.0}),
                                  ("Beta", st.beta(a, 2.5), {"concentration1": a, "concentration0": 2.5})]:
        xs = law.ppf([0.3, 0.5, 0.9]) if a > 0.1 or x_family == "StudentT" else law.ppf([0.7, 0.9, 0.97])
        case(x_family, params, xs, skip=["mean", "variance", "entropy"], logProb=law.logpdf(xs), cdf=law.cdf(xs), icdf=law.ppf(Q))

for a, b, n in [(2.0, 3.0, 4.0), (0.7, 5.5, 1.5), (30.0, 2.5, 0.2)]:
    # JAX's log-beta has nine digits.
    xs = [0.0, 1.0, 3.0, 20.0, 500.0]
    lbeta = lambda p, q: mpmath.loggamma(p) + mpmath.loggamma(q) - mpmath.loggamma(p + q)
    case("BetaNegativeBinomial", {"concentration1": a, "concentration0": b, "n": n}, xs,
         logProb=[mpmath.loggamma(n + x) - mpmath.loggamma(n) - mpmath.loggamma(x + 1) + lbeta(a + x, b + n) - lbeta(a, b) for x in xs])
row = [1.0, 0.5, 0.2, 0.2, 0.5]
for given in [{"covariance_row": row}, {"covariance_rfft": np.fft.rfft(row).real.tolist()}, {"covariance_row": [2.0, 0.3, -0.4, 0.3]}]:
    n = len(given.get("covariance_row", row))
    law = nd.CirculantNormal(jnp.arange(1.0 * n), **{k: jnp.asarray(v) for k, v in given.items()})
    case("CirculantNormal", {"loc": list(range(n)), **given}, np.asarray(law.sample(key, (3,))))
step = [[0.9, 0.2], [-0.1, 0.7]]
for given in [{"scale_tril": [[1.0, 0.0], [0.3, 0.5]]}, {"covariance_matrix": [[1.0, 0.2], [0.2, 0.6]], "initial_value": [3.0, -2.0]}, {"precision_matrix": [[1.0, 0.2], [0.2, 0.6]]}]:
    law = nd.GaussianStateSpace(4, jnp.asarray(step), **{k: jnp.asarray(v) for k, v in given.items()})
    case("GaussianStateSpace", {"num_steps": 4, "transition_matrix": step, **given}, np.asarray(law.sample(key, (3,))))
corr = [[1.0, 0.6, -0.2], [0.6, 1.0, 0.1], [-0.2, 0.1, 1.0]]
for c in ({"correlation_matrix": corr}, {"correlation_cholesky": np.linalg.cholesky(corr).tolist()}):
    law = nd.GaussianCopulaBeta(2.0, 3.5, **{k: jnp.asarray(v) for k, v in c.items()})
    # Nor has its incomplete beta function more; upper tails are taken from above.
    xs, beta = np.array([[0.2, 0.5, 0.9], [0.01, 0.3, 0.4], [0.6, 0.999, 0.02]]), st.beta(2.0, 3.5)
    z = np.where(xs < 0.5, st.norm.ppf(beta.cdf(xs)), st.norm.isf(beta.sf(xs)))
    case("GaussianCopulaBeta", {"concentration1": 2.0, "concentration0": 3.5, **c}, xs,
         logProb=st.multivariate_normal(np.zeros(3), np.array(corr)).logpdf(z) + np.sum(beta.logpdf(xs) - st.norm.logpdf(z), -1))
for pl, ql, pc, qc, c in [(0.0, 1.0, 2.0, 3.0, {"correlation": 1.5}), (-2.0, 2.5, 30.0, 5.0, {"weighted_correlation": 0.6}), (0.3, -1.0, 0.2, 0.1, {"correlation": -2.0})]:
    case("SineBivariateVonMises", {"phi_loc": pl, "psi_loc": ql, "phi_concentration": pc, "psi_concentration": qc, **c}, [[0.1, 0.9], [-3.0, 2.0], [3.1, -0.5]])

OUT.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases")
