"""Distribution oracles: SciPy's log densities, cdfs, quantiles and moments, written to src/dist/scipy-oracles.json.

Needs Python with scipy (and numpyro for LKJCholesky) in any environment outside the repository:
    python scripts/oracles/scipy_dist.py
The numbers are checked in; run it again only to add a family.
"""
import json
import math
import pathlib

import numpy as np
from scipy import stats as st
from scipy.special import betainc, gammaln

OUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "dist" / "scipy-oracles.json"
Q = [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999]
cases = []


def number(x):
    """JSON has no infinities: they become text."""
    x = float(x)
    return x if math.isfinite(x) else ("nan" if math.isnan(x) else ("inf" if x > 0 else "-inf"))


def numbers(xs):
    return [number(x) for x in np.asarray(xs, dtype=float).ravel()]


def case(family, params, xs, law=None, discrete=False, **given):
    """One case. `law` is a frozen SciPy distribution; `given` overrides or adds fields."""
    row = {"family": family, "params": params, "x": np.asarray(xs, dtype=float).tolist()}
    if law is not None:
        row["logProb"] = numbers(law.logpmf(xs) if discrete else law.logpdf(xs))
        row["cdf"] = numbers(law.cdf(xs))
        if not discrete:
            row["icdf"] = numbers(law.ppf(Q))
        row["mean"] = [number(law.mean())]
        row["variance"] = [number(law.var())]
        row["entropy"] = [number(law.entropy())]
    for key, value in given.items():
        if value is None:
            row.pop(key, None)
        else:
            row[key] = numbers(value)
    cases.append(row)


for loc, s in [(0, 1), (-3, 0.01), (2e3, 50)]:
    z = np.array([-40, -5, -1, 0, 0.3, 6, 38])
    case("Normal", {"loc": loc, "scale": s}, loc + s * z, st.norm(loc, s))
    case("Cauchy", {"loc": loc, "scale": s}, loc + s * np.array([-1e8, -5, -1, 0, 0.3, 6, 1e6]), st.cauchy(loc, s),
         mean=[math.nan], variance=[math.nan])
    case("Laplace", {"loc": loc, "scale": s}, loc + s * z, st.laplace(loc, s))
    case("Logistic", {"loc": loc, "scale": s}, loc + s * np.array([-600, -5, -1, 0, 0.3, 6, 600]), st.logistic(loc, s))
    case("Gumbel", {"loc": loc, "scale": s}, loc + s * np.array([-5, -1, 0, 0.3, 6, 600]), st.gumbel_r(loc, s))
for s in [1, 0.02, 300]:
    z = np.array([0, 1e-8, 0.3, 1, 6, 30])
    case("HalfNormal", {"scale": s}, s * z, st.halfnorm(scale=s))
    case("HalfCauchy", {"scale": s}, s * np.array([0, 1e-8, 0.3, 1, 6, 1e8]), st.halfcauchy(scale=s),
         mean=[math.inf], variance=[math.inf])
    case("Exponential", {"rate": 1 / s}, s * np.array([0, 1e-9, 0.5, 3, 600]), st.expon(scale=s))
for df, loc, s in [(0.5, 0, 1), (1.5, 1, 2), (3, 8, 10), (30, -2, 0.1)]:
    case("StudentT", {"df": df, "loc": loc, "scale": s}, loc + s * np.array([-1e5, -4, -0.5, 0, 1, 20]),
         st.t(df, loc, s), icdf=None, mean=[loc if df > 1 else math.nan],
         variance=[s * s * df / (df - 2) if df > 2 else (math.inf if df > 1 else math.nan)])
for loc, s in [(0, 1), (2, 0.3), (-5, 2)]:
    case("LogNormal", {"loc": loc, "scale": s}, np.exp(loc + s * np.array([-20, -2, 0, 1, 9])),
         st.lognorm(s, scale=math.exp(loc)))
for a, b in [(0.3, 1), (1, 2), (2.5, 0.1), (80, 40)]:
    xs = np.array([1e-4, 0.2, 1, 1.7, 8]) * a / b
    case("Gamma", {"concentration": a, "rate": b}, xs, st.gamma(a, scale=1 / b), icdf=None)
    case("InverseGamma", {"concentration": a, "rate": b}, np.array([0.1, 0.5, 1, 3, 1e4]) * b / a,
         st.invgamma(a, scale=b), icdf=None, mean=[b / (a - 1) if a > 1 else math.inf],
         variance=[b * b / ((a - 1) ** 2 * (a - 2)) if a > 2 else math.inf])
for a, b in [(1, 1), (0.5, 0.5), (2, 5), (60, 30)]:
    case("Beta", {"concentration1": a, "concentration0": b}, [1e-9, 0.01, 0.3, 0.77, 1 - 1e-6], st.beta(a, b), icdf=None)
for lo, hi in [(0, 1), (-7, 12.5)]:
    case("Uniform", {"low": lo, "high": hi}, lo + (hi - lo) * np.array([0, 0.2, 0.9, 1]), st.uniform(lo, hi - lo))
for s, k in [(1, 0.7), (3, 2), (0.1, 9)]:
    case("Weibull", {"scale": s, "concentration": k}, s * np.array([1e-3, 0.4, 1, 1.9]), st.weibull_min(k, scale=s))
for s, a in [(1, 0.5), (3, 2.5), (0.2, 1.5)]:
    case("Pareto", {"scale": s, "alpha": a}, s * np.array([1, 1.5, 7, 1e6]), st.pareto(a, scale=s),
         mean=[a * s / (a - 1) if a > 1 else math.inf],
         variance=[s * s * a / ((a - 1) ** 2 * (a - 2)) if a > 2 else math.inf])
for df in [0.7, 3, 40]:
    case("Chi2", {"df": df}, df * np.array([1e-4, 0.5, 1, 4]), st.chi2(df), icdf=None)
for loc, s, lo, hi in [(0, 1, -1, 2), (0, 1, 3, 4), (0, 1, 9, 10), (5, 2, 0, math.inf), (0, 3, -math.inf, -7), (1, 2, -math.inf, math.inf)]:
    a, b = (lo - loc) / s, (hi - loc) / s
    law = st.truncnorm(a, b, loc, s)
    xs = law.ppf([0.001, 0.2, 0.5, 0.99])
    far = not (math.isfinite(lo) and math.isfinite(hi))
    case("TruncatedNormal", {"loc": loc, "scale": s, "low": number(lo), "high": number(hi)}, xs, law,
         **({"entropy": None} if far or lo > 8 else {}), **({"variance": None} if lo > 8 else {}))
for k, loc in [(1e-3, 0), (0.5, 1), (4, -2), (700, 0.3)]:
    law = st.vonmises(k, loc)
    case("VonMises", {"loc": loc, "concentration": k}, [-3.1, -1, 0, 0.2, 3],
         logProb=law.logpdf([-3.1, -1, 0, 0.2, 3]), entropy=[law.entropy()] if k < 500 else None)

for p in [0.0, 0.3, 1e-9, 1.0]:
    law = st.bernoulli(p)
    case("Bernoulli", {"probs": p}, [0, 1], law, discrete=True)
for logit in [-800.0, -2.0, 0.0, 35.0]:
    lp = [-np.logaddexp(0, logit), -np.logaddexp(0, -logit)]
    p = math.exp(lp[1])
    case("Bernoulli", {"logits": logit}, [0, 1], logProb=lp, cdf=[math.exp(lp[0]), 1], mean=[p],
         variance=[p * math.exp(lp[0])], entropy=[-(p * lp[1] + (math.exp(lp[0]) * lp[0]))])
for n, p in [(1, 0.5), (10, 0.3), (400, 0.02), (5, 0.0), (5, 1.0)]:
    xs = sorted({0, 1, n // 2, n})
    case("Binomial", {"totalCount": n, "probs": p}, xs, st.binom(n, p), discrete=True, entropy=None)
    if 0 < p < 1:
        case("Binomial", {"totalCount": n, "logits": math.log(p / (1 - p))}, xs, st.binom(n, p), discrete=True, entropy=None)
    case("BetaBinomial", {"concentration1": 2, "concentration0": p + 0.5, "totalCount": n}, xs,
         st.betabinom(n, 2, p + 0.5), discrete=True, entropy=None, cdf=None)
for r in [0.01, 3, 250]:
    case("Poisson", {"rate": r}, [0, 1, 4, 300], st.poisson(r), discrete=True, entropy=None)
    case("NegativeBinomial2", {"mean": r, "concentration": 2.5}, [0, 1, 4, 300],
         st.nbinom(2.5, 2.5 / (2.5 + r)), discrete=True, entropy=None)
    case("GammaPoisson", {"concentration": 1.5, "rate": r}, [0, 1, 4, 60], st.nbinom(1.5, r / (1 + r)), discrete=True, entropy=None)
    pois = st.poisson(r)
    xs = np.array([0, 1, 4, 60])
    case("ZeroInflatedPoisson", {"gate": 0.25, "rate": r}, xs,
         logProb=np.where(xs == 0, np.log(0.25 + 0.75 * np.exp(-r)), np.log(0.75) + pois.logpmf(xs)),
         cdf=0.25 + 0.75 * pois.cdf(xs), mean=[0.75 * r], variance=[0.75 * r * (1 + 0.25 * r)])
for p in [0.02, 0.5, 1.0]:
    case("Geometric", {"probs": p}, [0, 1, 3, 50], st.geom(p, loc=-1), discrete=True, entropy=None if p == 1 else [st.geom(p).entropy()])
case("DiscreteUniform", {"low": -2, "high": 5}, [-2, 0, 5], st.randint(-2, 6), discrete=True)

p = [0.1, 0.2, 0.7]
case("Categorical", {"probs": p}, [0, 1, 2], logProb=np.log(p), entropy=[st.entropy(p)])
case("Categorical", {"logits": [1000.0, 0.0, 1001.0]}, [0, 1, 2],
     logProb=np.array([1000, 0, 1001]) - (1001 + np.log1p(np.exp(-1))))
case("OneHotCategorical", {"probs": p}, np.eye(3), logProb=np.log(p), mean=p, variance=np.array(p) * (1 - np.array(p)), entropy=[st.entropy(p)])
xs = np.array([[0, 0, 6], [1, 2, 3], [6, 0, 0]])
case("Multinomial", {"totalCount": 6, "probs": p}, xs, logProb=st.multinomial(6, p).logpmf(xs), mean=6 * np.array(p), variance=np.diag(st.multinomial(6, p).cov()))
a = [0.4, 2.0, 7.0]
law = st.dirichlet_multinomial(a, 6)
case("DirichletMultinomial", {"concentration": a, "totalCount": 6}, xs, logProb=law.logpmf(xs), mean=law.mean(), variance=law.var())
xs = np.array([[0.2, 0.3, 0.5], [1e-6, 0.4, 0.6 - 1e-6], [0.9, 0.05, 0.05]])
law = st.dirichlet(a)
case("Dirichlet", {"concentration": a}, xs, logProb=[law.logpdf(x) for x in xs], mean=law.mean(), variance=law.var(), entropy=[law.entropy()])
cuts, eta = [-1.0, 0.5, 40.0], 0.3
sig = lambda v: 1 / (1 + math.exp(-v))
f = [0.0] + [sig(c - eta) for c in cuts[:2]]
lps = [math.log(f[1]), math.log(f[2] - f[1]), math.log(1 - f[2] - math.exp(-(40 - eta))), -(40 - eta) - math.log1p(math.exp(-(40 - eta)))]
case("OrderedLogistic", {"predictor": eta, "cutpoints": cuts}, [0, 1, 2, 3], logProb=lps)

cov = np.array([[2.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 0.5]])
loc = [1.0, -2.0, 0.5]
law = st.multivariate_normal(loc, cov)
xs = np.array([[0, 0, 0], [1, -2, 0.5], [30, -20, 10]])
for kind, m in [("covarianceMatrix", cov), ("precisionMatrix", np.linalg.inv(cov)), ("scaleTril", np.linalg.cholesky(cov))]:
    case("MultivariateNormal", {"loc": loc, kind: m.tolist()}, xs, logProb=law.logpdf(xs), mean=loc, variance=np.diag(cov), entropy=[law.entropy()])
w, d = np.array([[1.0, 0.2], [0.5, -1.0], [0.0, 0.3]]), np.array([0.5, 1.0, 2.0])
law = st.multivariate_normal(loc, w @ w.T + np.diag(d))
case("LowRankMultivariateNormal", {"loc": loc, "covFactor": w.tolist(), "covDiag": d.tolist()}, xs,
     logProb=law.logpdf(xs), mean=loc, variance=np.diag(w @ w.T + np.diag(d)), entropy=[law.entropy()])
steps = 0.7**2 * np.minimum.outer(np.arange(1, 4), np.arange(1, 4))
case("GaussianRandomWalk", {"scale": 0.7, "numSteps": 3}, xs[:2], logProb=st.multivariate_normal(np.zeros(3), steps).logpdf(xs[:2]),
     mean=np.zeros(3), variance=np.diag(steps))

for n, p in [(2.5, 0.3), (40, 0.9), (3, 0.5)]:
    law = st.nbinom(n, 1 - p)
    case("NegativeBinomial", {"totalCount": n, "probs": p}, [0, 1, 4, 60], law, discrete=True, entropy=None)
    case("NegativeBinomial", {"totalCount": n, "logits": math.log(p / (1 - p))}, [0, 1, 4, 60], law, discrete=True, entropy=None)
for mean, conc, gate in [(3.0, 2.5, 0.25), (0.4, 1.2, 0.6)]:
    law = st.nbinom(conc, conc / (mean + conc))
    xs = np.array([0, 1, 4, 30])
    case("ZeroInflatedNegativeBinomial2", {"mean": mean, "concentration": conc, "gate": gate}, xs,
         logProb=[np.log((x == 0) * gate + (1 - gate) * law.pmf(x)) for x in xs],
         cdf=gate + (1 - gate) * law.cdf(xs), mean=[(1 - gate) * mean],
         variance=[(1 - gate) * (law.var() + mean**2) - ((1 - gate) * mean) ** 2])
for df, s in [(0.7, 1), (1.5, 2), (4.5, 0.3)]:
    z, t = np.array([0, 1e-6, 0.4, 2, 1e3]), st.t(df)
    mean = 2 * math.sqrt(df / math.pi) * math.exp(gammaln((df + 1) / 2) - gammaln(df / 2)) / (df - 1) if df > 1 else math.inf
    case("HalfStudentT", {"df": df, "scale": s}, s * z, logProb=t.logpdf(z) + math.log(2 / s), cdf=betainc(0.5, df / 2, z**2 / (df + z**2)),
         mean=[s * mean], variance=[s * s * (df / (df - 2) - mean**2) if df > 2 else math.inf], entropy=[t.entropy() + math.log(s / 2)])
cov3 = np.array([[2.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 0.5]])
loc3, xs3 = [1.0, -2.0, 0.5], np.array([[0, 0, 0], [1, -2, 0.5], [30, -20, 10]])
for df in [1.5, 6.0]:
    case("MultivariateStudentT", {"df": df, "loc": loc3, "scaleTril": np.linalg.cholesky(cov3).tolist()}, xs3,
         logProb=st.multivariate_t(loc3, cov3, df).logpdf(xs3), mean=loc3,
         variance=np.diag(cov3) * df / (df - 2) if df > 2 else [math.inf] * 3)
# Densities of correlation matrices: of two rows it is a rescaled beta, and with concentration 1 of three rows it is uniform.
for eta in [0.7, 2.5]:
    rs = np.array([-0.9, 0, 0.4])
    case("LKJ", {"dimension": 2, "concentration": eta}, [[[1, r], [r, 1]] for r in rs],
         logProb=st.beta(eta, eta).logpdf((rs + 1) / 2) - math.log(2))
case("LKJ", {"dimension": 3, "concentration": 1.0}, [np.eye(3), [[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]]],
     logProb=[-math.log(math.pi**2 / 2)] * 2)

import jax

jax.config.update("jax_enable_x64", True)
import numpyro.distributions as nd

for dim, eta in [(2, 1.0), (3, 0.7), (4, 2.5)]:
    law = nd.LKJCholesky(dim, eta)
    xs = np.asarray(law.sample(jax.random.PRNGKey(1), (3,)))
    case("LKJCholesky", {"dimension": dim, "concentration": eta}, xs, logProb=np.asarray(law.log_prob(xs)))

OUT.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(f"{len(cases)} cases, {OUT.stat().st_size} bytes -> {OUT}")
