# Writes src/ops/routines/gamma-roots.ts: where log|Gamma| and digamma vanish below zero, to 32 digits
# (run: python3 scripts/coefficients/gamma_roots.py && npx prettier --write src/ops/routines/gamma-roots.ts).
import os
from mpmath import mp, mpf, findroot, loggamma, psi, re, factorial, nint, cot, sin, pi, psi as polygamma

mp.dps = 60
LGAMMA, DIGAMMA = 17, 40


def pair(v):
    high = float(v)
    return f"[{high!r}, {float(v - mpf(high))!r}]"


def bisect(f, a, b):
    fa = f(a)
    for _ in range(260):
        m = (a + b) / 2
        if (f(m) > 0) == (fa > 0):
            a = m
        else:
            b = m
    return (a + b) / 2


log_gamma = lambda a: re(loggamma(-a))
below, above = [], []
for m in range(2, LGAMMA + 1):
    # On either side of the pole at m: outwards the logarithm falls from infinity to its least value, near the middle of the unit.
    tiny = mpf(10) ** -30
    if m > 2:
        below.append(bisect(log_gamma, m - tiny, m - mpf("0.39")) - m)
    above.append(bisect(log_gamma, m + tiny, m + mpf("0.61" if m == 2 else "0.5")) - m)
digammas = [bisect(lambda a: psi(0, -a), m - 1 + mpf("0.01"), m - mpf("0.01")) - m for m in range(1, DIGAMMA + 1)]
text = f"""// Where log|Gamma(-a)| and digamma(-a) vanish, written by scripts/coefficients/gamma_roots.py: do not edit.
// Each root is a whole number m and a distance from it, given as the sum of two doubles.

/** log|Gamma(-a)| vanishes at a = m + this for m = 3, 4, ... : the roots below each whole number. */
export const lgammaBelow: readonly (readonly [number, number])[] = [{", ".join(map(pair, below))}];
/** The roots above m = 2, 3, ... */
export const lgammaAbove: readonly (readonly [number, number])[] = [{", ".join(map(pair, above))}];
/** digamma(-a) vanishes at a = m + this for m = 1, 2, ... */
export const digammaRoots: readonly (readonly [number, number])[] = [{", ".join(map(pair, digammas))}];
"""
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "..", "src", "ops", "routines", "gamma-roots.ts"), "w") as o:
    o.write(text)
print([round(float(x), 4) for x in below[:4]], [round(float(x), 4) for x in above[:4]], [round(float(x), 4) for x in digammas[:5]])
