# Writes src/ops/routines/drifts.golden.txt: how quantiles of the gamma and beta distributions move with their parameters, at hard points
# (run with mpmath: python3 scripts/golden/drifts.py). Lines: the name, or arguments and value in big-endian hex.
import math
import os
from mpmath import mp, mpf, log, psi
from doubles import bits, rounded

mp.dps = 60


def gamma_drift(a, x):
    """By the series of P and its derivative, which hold for every x; digits to spare for what cancels above the mean."""
    mp.dps = 60 + int(0.5 * abs(x - a) ** 2 / max(a, x) + max(0, x - a)) if x > a else 60
    a, x = mpf(a), mpf(x)
    t = s = mpf(1)
    weight = bend = mpf(0)
    n = a
    least = mpf(10) ** -(mp.dps + 5)
    while t * (1 + weight) > least * s or n < x:
        n += 1
        t *= x / n
        weight += 1 / n
        s += t
        bend += t * weight
    v = bend - s * (log(x) - psi(0, a + 1))
    mp.dps = 60
    return +v


def beta_drift(a, b, x):
    """By the series of positive terms of I = x^a y^b s / (a B(a, b)) and its derivative."""
    # Above the mean 1 - I is left over.
    mp.dps = 80 + (int(-b * math.log10(1 - x)) if x > a / (a + b) else 0)
    a, b, x = mpf(a), mpf(b), mpf(x)
    t = s = mpf(1)
    weight = bend = mpf(0)
    n = 0
    least = mpf(10) ** -(mp.dps + 2)
    while t * (1 + abs(weight)) > least * s:
        t *= (a + b + n) * x / (a + 1 + n)
        weight += 1 / (a + b + n) - 1 / (a + 1 + n)
        n += 1
        s += t
        bend += t * weight
    v = -(bend + s * (log(x) + psi(0, a + b) - psi(0, a + 1)))
    mp.dps = 60
    return +v


gammas = [(a, a * r) for a in (1e-300, 1e-8, 0.001, 0.1, 0.5, 1.0, 2.0, 5.0, 7.9, 8.1, 20.0, 100.0) for r in (0.001, 0.3, 0.9, 1.0, 1.02, 1.5, 4.0)] \
    + [(a, x) for a in (1e-300, 1e-8, 0.01, 0.5, 0.9) for x in (1e-20, 0.001, 0.3, 0.56, 0.8, 1.09, 1.11, 1.5, 3.0, 10.0, 50.0)] \
    + [(a, a + t * a ** 0.5) for a in (1e3, 3e4, 99999.0, 100001.0, 1e6) for t in (-6.0, -1.0, -0.1, 0.0, 0.1, 1.0, 6.0)]
betas = []
for a in (1e-8, 0.001, 0.1, 0.5, 1.0, 5.0, 7.9, 8.1, 300.0):
    for b in (1e-8, 0.1, 0.9, 1.0, 2.0, 8.1, 300.0):
        m = (a + 1) / (a + b + 2)
        betas += [(a, b, x) for x in (1e-12 * m, 0.3 * m, m * 0.999, m + 0.001 * (1 - m), m + 0.5 * (1 - m))]
for a, b in ((1e4, 1e4), (1e4, 3.0), (0.3, 1e4), (1e5, 1e5)):
    mean, sd = a / (a + b), (a * b / (a + b + 1)) ** 0.5 / (a + b)
    betas += [(a, b, mean + t * sd) for t in (-5.0, -0.1, 0.0, 1.0, 4.0) if 0 < mean + t * sd < 1]

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "..", "src", "ops", "routines", "drifts.golden.txt"), "w") as o:
    for name, f, points in (("gammaDrift", gamma_drift, gammas), ("betaDrift", beta_drift, betas)):
        o.write(name + "\n")
        for p in points:
            o.write(" ".join(map(bits, p)) + " " + bits(rounded(f(*p))[0]) + "\n")
