"""Hard points of distributions: 50-digit values in far tails, at extreme parameters and at borders, written to src/dist/hard-oracles.json.

Needs Python with mpmath: python scripts/oracles/hard_dist.py
"""
import json
import math
import pathlib

from mpmath import (mp, mpf, atan, besseli, beta, betainc, cos, cosh, digamma, erfc, exp, expm1, gamma, gammainc, inf, isnan, log, log1p,
                    loggamma, ncdf, nsum, pi, power, quad, sin, sqrt, tan, floor, ceil)

mp.dps = 50
OUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "dist" / "hard-oracles.json"
QS = [1e-300, 1e-20, 1e-6, 0.01, 0.3, 0.5, 0.75, 0.999, 1 - 2.0 ** -30, 1 - 2.0 ** -52]
E = mp.euler
rows = []


def number(v):
    if isinstance(v, str):
        return v
    if v == inf:
        return "inf"
    if v == -inf:
        return "-inf"
    f = float(v)
    return f if math.isfinite(f) else ("nan" if f != f else ("inf" if f > 0 else "-inf"))


def law(family, params, xs, lp, cdf=None, icdf=None, qs=QS, size=1, **moments):
    """lp, cdf and icdf take an mpf and give one. `size` is that of the largest term of the log density: its rounding remains."""
    row = {"family": family, "params": {k: number(v) for k, v in params.items()}, "size": float(size)}
    row["logProb"] = [[x, number(lp(mpf(x)))] for x in xs]
    if cdf:
        row["cdf"] = [[x, number(cdf(mpf(x)))] for x in xs]
    if icdf:
        row["icdf"] = [[q, number(icdf(mpf(q)))] for q in qs]
    for name, v in moments.items():
        row[name] = number(v() if callable(v) else v)
    rows.append(row)


def P(a, x):
    return gammainc(a, 0, x, regularized=True) if x > 0 else mpf(0)


def Q(a, x):
    return gammainc(a, x, inf, regularized=True) if x > 0 else mpf(1)


def I(a, b, x):
    if x <= 0:
        return mpf(0)
    if x >= 1:
        return mpf(1)
    return betainc(a, b, 0, x, regularized=True)


def solve(cdf, pdf, q, lo, hi, sf=None):
    """The quantile by bisection in double exponent, then Newton."""
    lo, hi = mpf(lo), mpf(hi)
    for _ in range(400):
        m = (lo + hi) / 2 if lo < 0 or (lo == 0 and False) else (sqrt(lo * hi) if lo > 0 and hi > 2 * lo else (lo + hi) / 2)
        if cdf(m) < q:
            lo = m
        else:
            hi = m
        if hi - lo <= abs(hi) * mpf(10) ** -24:
            break
    x = (lo + hi) / 2
    for _ in range(3):
        x -= (cdf(x) - q) / pdf(x)
    return x


M = mpf
lnsqrt2pi = log(2 * pi) / 2
ndtri = lambda q: -sqrt(2) * mp.erfinv(1 - 2 * q) if q > M("1e-12") else solve(lambda z: erfc(-z / sqrt(2)) / 2, lambda z: exp(-z * z / 2) / sqrt(2 * pi), q, -60, 0)
Phi = lambda z: erfc(-z / sqrt(2)) / 2

for m, s in [(0, 1), (1e8, 1e-3), (-3, 1e150), (0.5, 1e-200)]:
    mm, ss = M(m), M(s)
    zs = [-38.0, -5.0, -1e-8, 0.0, 0.25, 8.0, 1e5]
    xs = [float(mm + ss * M(z)) for z in zs]
    z = lambda x: (x - mm) / ss
    law("Normal", dict(loc=m, scale=s), xs, lambda x: -z(x) ** 2 / 2 - log(ss) - lnsqrt2pi, lambda x: Phi(z(x)), lambda q: mm + ss * ndtri(q),
        mean=mm, variance=ss ** 2, entropy=log(ss) + lnsqrt2pi + M(1) / 2)
    law("Cauchy", dict(loc=m, scale=s), xs + ([1e300, -1e160] if s > 1e-100 else []), lambda x: -log1p(z(x) ** 2) - log(pi * ss), lambda x: mp.atan2(1, -z(x)) / pi,
        lambda q: mm if q == 0.5 else mm - ss / tan(pi * q), entropy=log(4 * pi * ss))
    law("Laplace", dict(loc=m, scale=s), xs, lambda x: -abs(z(x)) - log(2 * ss), lambda x: exp(z(x)) / 2 if z(x) < 0 else 1 - exp(-z(x)) / 2,
        lambda q: mm + ss * (log(2 * q) if q < 0.5 else -log(2 * (1 - q))), mean=mm, variance=2 * ss ** 2, entropy=log(2 * ss) + 1)
    law("Logistic", dict(loc=m, scale=s), xs + [1e308], lambda x: -z(x) - 2 * log1p(exp(-z(x))) - log(ss), lambda x: 1 / (1 + exp(-z(x))),
        lambda q: mm + ss * log(q / (1 - q)), mean=mm, variance=ss ** 2 * pi ** 2 / 3, entropy=log(ss) + 2)
    law("Gumbel", dict(loc=m, scale=s), [x for x, t in zip(xs, zs) if t > -6], lambda x: -z(x) - exp(-z(x)) - log(ss), lambda x: exp(-exp(-z(x))),
        lambda q: mm - ss * log(-log(q)), mean=mm + ss * E, variance=ss ** 2 * pi ** 2 / 6, entropy=log(ss) + 1 + E)
    law("SoftLaplace", dict(loc=m, scale=s), xs, lambda x: log(2 / pi) - log(ss) - abs(z(x)) - log1p(exp(-2 * abs(z(x)))), lambda x: 2 / pi * atan(exp(z(x))),
        lambda q: mm if q == 0.5 else mm + ss * log(tan(pi * q / 2)), mean=mm, variance=(ss * pi / 2) ** 2, entropy=log(2 * pi * ss))
    for df in [0.01, 1, 4.5, 1e6, 1e15] if s == 1 else [2.5]:
        v = M(df)
        def tcdf(x):
            t = z(x)
            tail = I(v / 2, M(1) / 2, v / (v + t * t)) / 2 if df < 1e5 else None
            if tail is None:
                c = gamma((v + 1) / 2) / gamma(v / 2) / sqrt(pi * v) if df < 1e5 else exp(loggamma((v + 1) / 2) - loggamma(v / 2)) / sqrt(pi * v)
                a = abs(t)
                tail = quad(lambda u: c * exp(-(v + 1) / 2 * log1p(u * u / v)), [a, a + 1 / (1 + a), a + 3 / (1 + a), a + 10 / (1 + a), a + 40 / (1 + a), a + 40])
            return tail if t < 0 else 1 - tail
        law("StudentT", dict(df=df, loc=m, scale=s), xs,
            lambda x: loggamma((v + 1) / 2) - loggamma(v / 2) - log(pi * v) / 2 - log(ss) - (v + 1) / 2 * log1p(z(x) ** 2 / v), tcdf,
            entropy=lambda: (v + 1) / 2 * (digamma((v + 1) / 2) - digamma(v / 2)) + log(v) / 2 + log(beta(v / 2, M(1) / 2) if df < 1e5 else exp(loggamma(v / 2) + loggamma(M(1) / 2) - loggamma(v / 2 + M(1) / 2))) + log(ss))

for s in [1, 1e-150, 1e150]:
    ss = M(s)
    xs = [0.0] + [float(ss * M(z)) for z in [1e-100, 1e-8, 0.5, 1.0, 6.0, 38.0]]
    law("HalfNormal", dict(scale=s), xs, lambda x: -(x / ss) ** 2 / 2 - log(ss) - log(pi / 2) / 2, lambda x: mp.erf(x / ss / sqrt(2)),
        lambda q: ss * sqrt(2) * mp.erfinv(q) if q > M("1e-30") else ss * q * sqrt(pi / 2), mean=ss * sqrt(2 / pi), variance=ss ** 2 * (1 - 2 / pi), entropy=log(ss) + log(pi / 2) / 2 + M(1) / 2)
    law("HalfCauchy", dict(scale=s), xs + ([1e300] if s > 1e-100 else []), lambda x: -log1p((x / ss) ** 2) - log(ss) - log(pi / 2), lambda x: 2 / pi * atan(x / ss), lambda q: ss * tan(pi * q / 2),
        entropy=log(2 * pi * ss))
    law("Exponential", dict(rate=s), [0.0] + [float(M(z) / ss) for z in [1e-100, 1e-8, 0.5, 1, 6, 700]], lambda x: log(ss) - ss * x, lambda x: -expm1(-ss * x), lambda q: -log1p(-q) / ss,
        mean=1 / ss, variance=1 / ss ** 2, entropy=1 - log(ss))
    for df in [0.3, 3, 1e6]:
        v = M(df)
        law("HalfStudentT", dict(df=df, scale=s), xs, lambda x: log(2) + loggamma((v + 1) / 2) - loggamma(v / 2) - log(pi * v) / 2 - log(ss) - (v + 1) / 2 * log1p((x / ss) ** 2 / v),
            (lambda x: I(M(1) / 2, v / 2, (x / ss) ** 2 / (v + (x / ss) ** 2))) if df < 1e5 else None,
            mean=2 * ss * sqrt(v / pi) * exp(loggamma((v + 1) / 2) - loggamma(v / 2)) / (v - 1) if df > 1 else "inf",
            variance=ss ** 2 * (v / (v - 2) - (2 * sqrt(v / pi) * exp(loggamma((v + 1) / 2) - loggamma(v / 2)) / (v - 1)) ** 2) if df > 2 else "inf")

GAMMA = [(1e-3, 1), (0.3, 2e5), (1, 1), (7.5, 1e-100), (1e4, 3), (1e8, 1e8)]
for a, b in GAMMA:
    aa, bb = M(a), M(b)
    sd, mu = sqrt(aa), aa
    pts = [mu * M(c) for c in ("1e-30", "0.01", "0.5")] + [mu, mu + sd, mu + 6 * sd, mu + 30 * sd + 30] + ([mu - 6 * sd] if a > 100 else [])
    xs = [float(p / bb) for p in pts]
    lp = lambda x: aa * log(bb) - loggamma(aa) + (aa - 1) * log(x) - bb * x
    small = a <= 1e4
    qg = (lambda q: solve(lambda x: P(aa, x), lambda x: exp(lp(x / bb)) / bb, q, M("1e-330") if a > 0.5 else M(10) ** -400000, mu + 40 * sd + 80) / bb) if small else None
    law("Gamma", dict(concentration=a, rate=b), xs, lp, size=a * (abs(math.log(a)) + 5), cdf= (lambda x: P(aa, bb * x)) if small else None, icdf=qg if a > 0.5 else None,
        mean=aa / bb, variance=aa / bb ** 2, entropy=aa - log(bb) + loggamma(aa) + (1 - aa) * digamma(aa))
    law("InverseGamma", dict(concentration=a, rate=b), [float(bb / p) for p in pts], lambda x: aa * log(bb) - loggamma(aa) - (aa + 1) * log(x) - bb / x,
        size=a * (abs(math.log(a)) + 5), cdf=(lambda x: Q(aa, bb / x)) if small else None,
        mean=bb / (aa - 1) if a > 1 else "inf", variance=bb ** 2 / (aa - 1) ** 2 / (aa - 2) if a > 2 else "inf", entropy=aa + log(bb) + loggamma(aa) - (1 + aa) * digamma(aa))
    if b == 1:
        v = 2 * aa
        law("Chi2", dict(df=2 * a), [float(2 * p) for p in pts], lambda x: -aa * log(2) - loggamma(aa) + (aa - 1) * log(x) - x / 2, size=a * (abs(math.log(a)) + 5), cdf=(lambda x: P(aa, x / 2)) if small else None,
            mean=v, variance=2 * v, entropy=aa + log(2) + loggamma(aa) + (1 - aa) * digamma(aa))

for s, k in [(1, 1.5), (1e-100, 0.05), (3, 50)]:
    ss, kk = M(s), M(k)
    pts = [M("1e-6"), M("0.3"), M(1), M(3), M(20)]
    g = lambda n: exp(loggamma(1 + n / kk))
    law("Weibull", dict(scale=s, concentration=k), [float(ss * p ** (1 / kk)) for p in pts], lambda x: log(kk / ss) + (kk - 1) * log(x / ss) - (x / ss) ** kk, size=k * 25, cdf=
        lambda x: -expm1(-(x / ss) ** kk), icdf=lambda q: ss * (-log1p(-q)) ** (1 / kk), mean=ss * g(1), variance=ss ** 2 * (g(2) - g(1) ** 2), entropy=E * (1 - 1 / kk) + log(ss / kk) + 1)
for s, a in [(1, 3), (1e-200, 0.1), (5, 1e3)]:
    ss, aa = M(s), M(a)
    law("Pareto", dict(scale=s, alpha=a), [s] + [float(ss * exp(M(t) / aa)) for t in (1e-3, 1, 30)], lambda x: log(aa) + aa * log(ss) - (aa + 1) * log(x),
        cdf=lambda x: -expm1(aa * log(ss / x)), size=10 * a, icdf=lambda q: ss * exp(-log1p(-q) / aa), mean=aa * ss / (aa - 1) if a > 1 else "inf",
        variance=ss ** 2 * aa / (aa - 1) ** 2 / (aa - 2) if a > 2 else "inf", entropy=log(ss / aa) + 1 / aa + 1)
for lo, hi in [(0, 1), (-1e300, 1e300), (1e8, 1e8 + 1)]:
    a, b = M(lo), M(hi)
    law("Uniform", dict(low=lo, high=hi), [float(a + (b - a) * M(t)) for t in (0, 0.25, 1)], lambda x: -log(b - a), lambda x: (x - a) / (b - a), lambda q: a + q * (b - a),
        mean=(a + b) / 2, variance=(b - a) ** 2 / 12, entropy=log(b - a))

for a, b in [(2, 3), (0.01, 0.02), (1, 1), (1e-3, 5), (1e6, 2), (3e4, 5e4), (1e10, 0.5)]:
    aa, bb = M(a), M(b)
    t = aa + bb
    lb = loggamma(aa) + loggamma(bb) - loggamma(t)
    mu, sd = aa / t, sqrt(aa * bb / t ** 2 / (t + 1))
    xs = sorted({float(v) for v in [M("1e-300"), M("1e-10"), M("0.5"), mu, mu + sd, mu - sd, mu + 5 * sd, mu - 5 * sd, 1 - M(2) ** -50] if 0 < float(v) < 1})
    lp = lambda x: (aa - 1) * log(x) + (bb - 1) * log1p(-x) - lb
    law("Beta", dict(concentration1=a, concentration0=b), xs, lp, (lambda x: I(aa, bb, x)) if t < 1e3 else None,
        size=1 + abs(lb), mean=mu, variance=sd ** 2, **({} if t > 1e4 else {"entropy": lb - (aa - 1) * digamma(aa) - (bb - 1) * digamma(bb) + (t - 2) * digamma(t)}))
    k = lambda n: bb * exp(loggamma(1 + n / aa) + loggamma(bb) - loggamma(1 + n / aa + bb))
    law("Kumaraswamy", dict(concentration1=a, concentration0=b), xs, lambda x: log(aa * bb) + (aa - 1) * log(x) + (bb - 1) * log(1 - x ** aa),
        lambda x: -expm1(bb * log1p(-x ** aa)), lambda q: (1 - (1 - q) ** (1 / bb)) ** (1 / aa), qs=[1e-6, 0.3, 0.75, 0.999],
        mean=k(1), **({"variance": k(2) - k(1) ** 2} if aa < 1e4 else {}), entropy=(1 - 1 / bb) + (1 - 1 / aa) * (digamma(bb + 1) + E) - log(aa * bb))
for lo, hi in [(1, 2), (1e-200, 1e100), (1, 1 + 1e-9)]:
    a, b = M(lo), M(hi)
    w = log(b / a)
    law("LogUniform", dict(low=lo, high=hi), [lo, float(sqrt(a * b)), hi], lambda x: -log(x) - log(w), lambda x: log(x / a) / w, lambda q: a * (b / a) ** q,
        mean=(b - a) / w, variance=(b * b - a * a) / 2 / w - ((b - a) / w) ** 2, entropy=log(a * b) / 2 + log(w))
for m, s in [(0, 1), (5, 1e-100), (-1, 1e100)]:
    mm, ss = M(m), M(s)
    law("Levy", dict(loc=m, scale=s), [float(mm + ss * M(t)) for t in ([1e-2, 0.5, 1, 1e6, 1e150] if s != 1e-100 else [1e150])], lambda x: log(ss / 2 / pi) / 2 - ss / 2 / (x - mm) - M(3) / 2 * log(x - mm),
        lambda x: erfc(sqrt(ss / 2 / (x - mm))), lambda q: mm + ss / ndtri(q / 2) ** 2, entropy=(1 + 3 * E + log(16 * pi * ss ** 2)) / 2)
for c, r in [(1, 1), (1e-10, 2), (1e10, 1e-5)]:
    cc, rr = M(c), M(r)
    law("Gompertz", dict(concentration=c, rate=r), [0.0] + [float(log1p(M(t) / cc) / rr) for t in (1e-9, 0.1, 1, 40)], lambda x: log(cc * rr) + rr * x - cc * expm1(rr * x),
        lambda x: -expm1(-cc * expm1(rr * x)), lambda q: log1p(-log1p(-q) / cc) / rr)
for p, a, s in [(2, 3, 1), (0.1, 2.5, 1e-100), (50, 0.5, 2), (1e5, 20, 1)]:
    pp, aa, ss = M(p), M(a), M(s)
    mo = lambda n: ss ** n * pp * exp(loggamma(1 - n / aa) + loggamma(pp + n / aa) - loggamma(pp + 1))
    law("Dagum", dict(concentration=p, sharpness=a, scale=s), [float(ss * M(t)) for t in (1e-5, 0.5, 1, 3, 1e5)], lambda x: log(aa * pp) - log(x) + aa * pp * log(x / ss) - (pp + 1) * log1p((x / ss) ** aa),
        lambda x: (1 + (x / ss) ** -aa) ** -pp, lambda q: ss * expm1(-log(q) / pp) ** (-1 / aa), qs=QS[2:],
        mean=mo(1) if a > 1 else "inf", variance=mo(2) - mo(1) ** 2 if a > 2 else "inf",
        entropy=log(ss / aa / pp) + 1 + 1 / pp + (digamma(pp) + E) * (1 + 1 / aa))
for m, s, k in [(0, 1, 1), (3, 1e-10, 50), (0, 1e100, 0.01)]:
    mm, ss, kk = M(m), M(s), M(k)
    L, R = ss * kk, ss / kk
    law("AsymmetricLaplace", dict(loc=m, scale=s, asymmetry=k), [float(mm + ss * M(t)) for t in (-600, -1, 0, 0.1, 3, 50)],
        lambda x: -abs(x - mm) / (L if x < mm else R) - log(L + R), lambda x: L * exp((x - mm) / L) / (L + R) if x < mm else 1 - R * exp(-(x - mm) / R) / (L + R),
        lambda q: mm + L * log(q * (L + R) / L) if q * (L + R) < L else mm - R * log((1 - q) * (L + R) / R), mean=mm + R - L, variance=L ** 2 + R ** 2, entropy=log(L + R) + 1)
for al, lo, hi in [(-2, 1, 10), (-1, 1, 1e10), (-1 + 1e-9, 1e-3, 1e3), (5, 1, 2), (-1.001, 2, 3)]:
    a1, a, b = M(al) + 1, M(lo), M(hi)
    mass = lambda x: log(x / a) if a1 == 0 else (x ** a1 - a ** a1) / a1
    law("DoublyTruncatedPowerLaw", dict(alpha=al, low=lo, high=hi), [lo, float(a + (b - a) * M("1e-2")), float(sqrt(a * b)), hi], lambda x: M(al) * log(x) - log(mass(b)), lambda x: mass(x) / mass(b))
for al, lo in [(-2, 1), (-1.0001, 1e-5), (-50, 3)]:
    aa, a = M(al), M(lo)
    law("LowerTruncatedPowerLaw", dict(alpha=al, low=lo), [lo, lo * 1.5, lo * 1e4], lambda x: log(-(aa + 1)) - log(a) + aa * log(x / a), lambda x: -expm1((aa + 1) * log(x / a)), lambda q: a * exp(log1p(-q) / (aa + 1)))
for t, l in [(1, 0), (0.1, 2), (0.01, -3), (20, 0.5), (2, 700)]:
    tt, ll = M(t), M(l)
    lg = lambda x: log(x) - log1p(-x)
    law("RelaxedBernoulli", dict(temperature=t, logits=l), [1e-300, 1e-5, 0.3, 0.5, 0.999, 1 - 2.0 ** -50],
        lambda x: log(tt) - log(x) - log1p(-x) - (tt * lg(x) - ll) - 2 * log1p(exp(-(tt * lg(x) - ll))), lambda x: 1 / (1 + exp(-(tt * lg(x) - ll))),
        lambda q: 1 / (1 + exp(-(lg(q) + ll) / tt)))

for m, k in [(0, 1e-8), (1, 0.5), (0, 2), (-2, 30), (3, 800), (0, 1e5), (0.5, 1e6)]:
    mm, kk = M(m), M(k)
    # exp(-k) I0(k) for large k by its series at infinity is what besseli gives with enough digits
    i0, i1 = (besseli(0, kk) * exp(-kk), besseli(1, kk) * exp(-kk)) if k < 1e4 else (None, None)
    if i0 is None:
        s0 = s1 = M(0); t0 = t1 = M(1); n = 0
        while n < 12:
            s0 += t0; s1 += t1; n += 1
            t0 *= M((2 * n - 1) ** 2) / (8 * n * kk); t1 *= -M(4 - (2 * n - 1) ** 2) / (8 * n * kk)
        i0, i1 = s0 / sqrt(2 * pi * kk), s1 / sqrt(2 * pi * kk)
    w = lambda x: (x + pi) % (2 * pi) - pi
    f = lambda x: exp(kk * (cos(x - mm) - 1)) / (2 * pi * i0)
    sd = 1 / sqrt(kk) if k > 1 else M(1)
    def vcdf(x):
        # from -pi, in pieces around the peak
        cuts = sorted({-pi, x} | {c for c in [mm + j * sd * d for j in (-1, 1) for d in (0, 1, 3, 8, 20)] + [mm - 2 * pi, mm + 2 * pi] if -pi < c < x})
        return quad(f, cuts) if x > -pi else M(0)
    law("VonMises", dict(loc=m, concentration=k), sorted(float(v) for v in {w(mm + j * sd) for j in (0, 1, -1, M("0.01"), 5, -5)} | {M("-3.1"), M("3.1")}),
        lambda x: kk * (cos(x - mm) - 1) - log(2 * pi * i0), vcdf, size=k, mean=w(mm), variance=1 - i1 / i0, entropy=log(2 * pi * i0) + kk * (1 - i1 / i0))

for m, s, lo, hi in [(0, 1, -1, 2), (0, 1, 39, 40), (0, 1, 8, math.inf), (0, 1, 100, math.inf), (0, 1, -1e5, -1e4), (2, 0.5, -math.inf, 1), (0, 1, -math.inf, math.inf),
                     (0, 1, -0.5, 0.25), (0, 1, 3, 4.5), (0, 1, -10, 50.5)]:
    mm, ss = M(m), M(s)
    a, b = (M(lo) - mm) / ss if math.isfinite(lo) else -inf, (M(hi) - mm) / ss if math.isfinite(hi) else inf
    mp.dps = 60
    def mass(a, b):
        if b == inf:
            return erfc(a / sqrt(2)) / 2 if a != -inf else M(1)
        if a == -inf:
            return erfc(-b / sqrt(2)) / 2
        return (erfc(a / sqrt(2)) - erfc(b / sqrt(2))) / 2 if a > 0 else (erfc(-b / sqrt(2)) - erfc(-a / sqrt(2))) / 2
    Z = mass(a, b)
    near = (lambda t: a + t * min(b - a, 1 / abs(a) if abs(a) > 1 else M(1))) if a > 0 else (lambda t: b - t * min(b - a, 1 / abs(b) if abs(b) > 1 else M(1)) if b < 0 else max(a, M(-3)) + t * (min(b, M(3)) - max(a, M(-3))))
    xs = sorted({float(mm + ss * near(M(t))) for t in (0, 0.01, 0.5, 0.99)})
    xs = [x for x in xs if lo <= x <= hi]
    phi = lambda z: exp(-z * z / 2) / sqrt(2 * pi) if abs(z) != inf else M(0)
    zp = lambda z: z * phi(z) if abs(z) != inf else M(0)
    r1, r2 = (phi(a) - phi(b)) / Z, (zp(a) - zp(b)) / Z
    z = lambda x: (x - mm) / ss
    def tq(q):
        # Newton on the exact mass from the mode's side
        pdf = lambda y: phi(y) / Z
        if a > 0:
            y = a; top = b if b != inf else a + 60 / max(a, 1) + 60
            lo_, hi_ = a, min(top, a + 200 / a)
        elif b < 0:
            lo_, hi_ = max(a, b - 1000 / abs(b)), b
        else:
            lo_, hi_ = max(a, M(-50)), min(b, M(50))
        c = lambda y: mass(a, y) / Z
        for _ in range(220):
            mid = (lo_ + hi_) / 2
            if c(mid) < q: lo_ = mid
            else: hi_ = mid
        return mm + ss * (lo_ + hi_) / 2
    law("TruncatedNormal", dict(loc=m, scale=s, low=lo, high=hi), xs, lambda x: -z(x) ** 2 / 2 - lnsqrt2pi - log(ss) - log(Z), lambda x: mass(a, z(x)) / Z, tq, size=min(abs(lo), abs(hi)) ** 2 if lo * hi > 0 and math.isfinite(lo * hi * 0 + lo) and math.isfinite(hi) or lo > 0 and math.isfinite(lo) else 1, qs=[1e-20, 1e-6, 0.01, 0.3, 0.5, 0.75, 0.999, 1 - 2.0 ** -30],
        mean=mm + ss * r1, variance=ss ** 2 * (1 + r2 - r1 ** 2), entropy=lnsqrt2pi + M(1) / 2 + log(ss) + log(Z) + r2 / 2)
    mp.dps = 50


# Counts: pmf as log, cdf and quantiles by summing it, entropy by summing.
def counts(family, params, ks, lp, top, **moments):
    """top: where sums stop."""
    F, acc, H = [], M(0), M(0)
    small = top is not None and top <= 4000
    if small:
        for k in range(top + 1):
            l = lp(M(k))
            p = exp(l)
            acc += p
            F.append(acc)
            if p > 0:
                H -= p * l
        cdf = lambda x: M(0) if x < 0 else F[min(int(floor(x)), top)]
        quant = lambda q: next(k for k, f in enumerate(F) if f >= q)
        if 1 - acc > M("1e-25"):
            raise ValueError(f"{family} {params}: tail {1 - acc}")
        law(family, params, ks, lp, cdf, quant, qs=[1e-20, 1e-6, 0.01, 0.3, 0.5, 0.75, 0.999, 1 - 2.0 ** -30], entropy=H, **moments)
    else:
        law(family, params, ks, lp, **moments)


comb = lambda n, k: loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)
xl = lambda k, l: M(0) if k == 0 else k * l
for n, p in [(10, 0.3), (0, 0.5), (200, 1e-3), (1000, 0.5), (30, 1 - 2.0 ** -40), (10**9, 1e-8), (10**12, 0.5)]:
    N, pr = M(n), M(p)
    ks = sorted({k for k in [0, 1, 3, n // 3, n // 2, n - 1, n, int(n * p)] if 0 <= k <= n})
    counts("Binomial", dict(totalCount=n, probs=p), size=n * math.log(n + 1) + 1, ks=ks, lp= lambda k: comb(N, k) + xl(k, log(pr)) + xl(N - k, log1p(-pr)), top=n if n <= 4000 else None, mean=N * pr, variance=N * pr * (1 - pr))
for p in [0.3, 1e-3 * 30, 0.999]:
    pr = M(p)
    counts("Geometric", dict(probs=p), [0, 1, 7, 300], lambda k: k * log1p(-pr) + log(pr), 3500, mean=(1 - pr) / pr, variance=(1 - pr) / pr ** 2)
pr = M(1e-12)
counts("Geometric", dict(probs=1e-12), [0, 1, 7, 10**12], lambda k: k * log1p(-pr) + log(pr), None, mean=(1 - pr) / pr, variance=(1 - pr) / pr ** 2, entropy=-((1 - pr) * log1p(-pr) + pr * log(pr)) / pr)
for r in [1e-10, 0.5, 4, 100, 1e6, 1e15]:
    R = M(r)
    ks = sorted({0, 1, 5, int(r), int(r + 3 * r ** 0.5), max(0, int(r - 3 * r ** 0.5))})
    counts("Poisson", dict(rate=r), ks, lambda k: xl(k, log(R)) - R - loggamma(k + 1), 600 if r < 200 else None, size=r * (abs(math.log(r)) + 5) + 1, mean=R, variance=R)
for m, c in [(3, 2), (3, 1e6), (3, 1e12), (50, 0.1 * 5), (1e-5, 1e3), (1e6, 1e8), (1000, 1e-6)]:
    mu, a = M(m), M(c)
    ks = sorted({0, 1, 5, 40, int(m), int(m + 3 * (m + m * m / c) ** 0.5) if c > 1e-3 else 100})
    lp = lambda k: loggamma(k + a) - loggamma(a) - loggamma(k + 1) - a * log1p(mu / a) + xl(k, log(mu / (mu + a)))
    top = 3999 if m <= 50 and c > 0.4 else None
    if (m, c) == (50, 0.5):
        top = None
    counts("NegativeBinomial2", dict(mean=m, concentration=c), ks, lp, top, size=20 * m + 1, mean=mu, variance=mu + mu ** 2 / a)
for a, b in [(2, 0.5), (1e6, 2e5), (1e12, 1e11), (0.3, 4), (5, 1e-8)]:
    A, B = M(a), M(b)
    mu = a / b
    lp = lambda k: loggamma(k + A) - loggamma(A) - loggamma(k + 1) + A * log(B / (1 + B)) - k * log1p(B)
    counts("GammaPoisson", dict(concentration=a, rate=b), sorted({0, 1, 5, 40, int(mu), int(2 * mu)}), lp, 3000 if b > 0.1 else None, mean=A / B, variance=A / B * (1 + 1 / B))
for n, p in [(3, 0.4), (1e6, 5e-6), (0.01, 0.2), (1e10, 1e-9)]:
    N, pr = M(n), M(p)
    lp = lambda k: loggamma(k + N) - loggamma(N) - loggamma(k + 1) + N * log1p(-pr) + xl(k, log(pr))
    counts("NegativeBinomial", dict(totalCount=n, probs=p), [0, 1, 5, 40, 100], lp, 2000, mean=N * pr / (1 - pr), variance=N * pr / (1 - pr) ** 2)
for a, b, n in [(2, 3, 10), (0.01, 0.02, 20), (1e6, 2e6, 30), (1e10, 1e10, 50), (1, 1, 0), (0.5, 5e3, 1000)]:
    A, B, N = M(a), M(b), M(n)
    lb = lambda x, y: loggamma(x) + loggamma(y) - loggamma(x + y)
    t = A + B
    counts("BetaBinomial", dict(concentration1=a, concentration0=b, totalCount=n), sorted({0, n // 3, n // 2, max(n - 1, 0), n}), lambda k: comb(N, k) + lb(k + A, N - k + B) - lb(A, B), n,
           mean=N * A / t, variance=N * A * B * (t + N) / t ** 2 / (t + 1))
for g, r in [(0.3, 4), (1e-10, 20), (1 - 2.0 ** -30, 2)]:
    G, R = M(g), M(r)
    lp = lambda k: log(G + (1 - G) * exp(-R)) if k == 0 else log1p(-G) + k * log(R) - R - loggamma(k + 1)
    counts("ZeroInflatedPoisson", dict(gate=g, rate=r), [0, 1, 5, 60], lp, 300, mean=(1 - G) * R, variance=(1 - G) * R * (1 + G * R))
    lp = lambda k: log(G) if k == 0 else log1p(-G) + k * log(R) - R - loggamma(k + 1) - log1p(-exp(-R))
    sh = (1 - G) / (1 - exp(-R))
    counts("HurdlePoisson", dict(gate=g, rate=r), [0, 1, 5, 60], lp, 300, mean=sh * R, variance=sh * (R + R * R) - (sh * R) ** 2)
    A = M(2.5)
    l2 = lambda k: loggamma(k + A) - loggamma(A) - loggamma(k + 1) - A * log1p(R / A) + xl(k, log(R / (R + A)))
    lp = lambda k: log(G + (1 - G) * exp(l2(M(0)))) if k == 0 else log1p(-G) + l2(k)
    counts("ZeroInflatedNegativeBinomial2", dict(mean=r, concentration=2.5, gate=g), [0, 1, 5, 60], lp, 1500, mean=(1 - G) * R, variance=(1 - G) * R * (1 + R * (G + 1 / A)))
for lo, hi in [(0, 1), (-5, 9), (100, 100), (10**9, 10**9 + 6)]:
    n = M(hi - lo + 1)
    law("DiscreteUniform", dict(low=lo, high=hi), [lo, hi], lambda k: -log(n), lambda k: (k - lo + 1) / n, lambda q: lo + max(0, ceil(q * n) - 1), mean=(M(lo) + hi) / 2, variance=(n * n - 1) / 12, entropy=log(n))
for p in [0.3, 1e-300, 1 - 2.0 ** -53]:
    pr = M(p)
    law("Bernoulli", dict(probs=p), [0, 1], lambda k: log(pr) if k == 1 else log1p(-pr), lambda k: M(1) if k == 1 else 1 - pr, lambda q: 0 if q <= 1 - pr else 1, mean=pr, variance=pr * (1 - pr), entropy=-pr * log(pr) - (1 - pr) * log1p(-pr))
for l in [0.2, -800, 40, 710]:
    ll = M(l)
    pr, fl = 1 / (1 + exp(-ll)), 1 / (1 + exp(ll))
    law("Bernoulli", dict(logits=l), [0, 1], lambda k: log(pr) if k == 1 else log(fl), mean=pr, variance=pr * fl, entropy=-pr * log(pr) - fl * log(fl))
    counts("Binomial", dict(totalCount=7, logits=l), [0, 3, 7], lambda k: comb(M(7), k) + k * log(pr) + (7 - k) * log(fl), 7, mean=7 * pr, variance=7 * pr * fl)
    law("Geometric", dict(logits=l), [0, 3], lambda k: k * log(fl) + log(pr), mean=fl / pr, variance=fl / pr ** 2)

text = json.dumps(rows)
OUT.write_text(text + "\n")
print(len(rows), "cases")
