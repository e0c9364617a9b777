# Functions and intervals in, src/ops/routines/coefficients.ts out
# (run: python3 scripts/coefficients/fit.py && npx prettier --write src/ops/routines/coefficients.ts).
# Each approximation interpolates at Chebyshev nodes in 60 digits (polynomials, or rationals through the linear
# system p(x) - f(x) q(x) = 0, q(0) = 1), which stays within a small factor of the minimax error; the largest error
# of the coefficients after rounding to double is written beside each table.
import os
from mpmath import (mp, mpf, cos, sin, pi, exp, log, log1p, expm1, atan, asin, erf, erfc, sqrt, matrix, lu_solve,
                    loggamma, psi, besseli, findroot, erfinv, nstr, tanh)

mp.dps = 60
out = []


def nodes(a, b, n):
    return [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]


def fit(name, doc, f, a, b, p, q=0, relative=True):
    """f on [a, b] by a polynomial of degree p over one of degree q; f must be finite at the nodes."""
    a, b = mpf(a), mpf(b)
    n = p + q + 1
    xs = nodes(a, b, n)
    A, v = matrix(n, n), matrix(n, 1)
    for i, x in enumerate(xs):
        y = f(x)
        for j in range(p + 1):
            A[i, j] = x ** j
        for j in range(1, q + 1):
            A[i, p + j] = -y * x ** j
        v[i] = y
    c = lu_solve(A, v)
    num = [float(c[j]) for j in range(p + 1)]
    den = [1.0] + [float(c[p + j]) for j in range(1, q + 1)]

    def value(x):
        top = sum(mpf(t) * x ** j for j, t in enumerate(num))
        return top / sum(mpf(t) * x ** j for j, t in enumerate(den))

    worst = mpf(0)
    for i in range(400):
        x = a + (b - a) * (mpf(i) + mpf("0.37")) / 400
        y = f(x)
        e = abs(value(x) - y)
        worst = max(worst, e / abs(y) if relative else e)
    kind = "relative" if relative else "absolute"
    print(f"{name:16s} {p}/{q} {kind} {nstr(worst, 3)}")
    out.append((name, doc, num, den if q else None, kind, nstr(worst, 3), nstr(a, 8), nstr(b, 8)))


def high_part(x, bits):
    """x rounded to so many significant bits, and the rest as a double."""
    e = int(mp.floor(log(abs(x), 2)))
    unit = mpf(2) ** (e + 1 - bits)
    hi = mp.nint(x / unit) * unit
    return float(hi), float(x - hi)


constants = []


def constant(name, doc, value):
    constants.append((name, doc, value))


LN2 = log(mpf(2))
hi, lo = high_part(LN2, 32)
constant("LN2_HIGH", "The first 32 bits of log 2, so that its product with an exponent is exact.", hi)
constant("LN2_LOW", "log 2 less its first 32 bits.", lo)
a1, rest = high_part(pi / 2, 36)
a2 = high_part(pi / 2 - mpf(a1), 36)[0]
constant("HALF_PI_1", "The first 36 bits of pi/2.", a1)
constant("HALF_PI_2", "The next 36 bits of pi/2.", a2)
constant("HALF_PI_3", "The rest of pi/2.", float(pi / 2 - mpf(a1) - mpf(a2)))
constant("HALF_PI_LOW", "pi/2 less its double.", float(pi / 2 - mpf(float(pi / 2))))
hi, lo = high_part(pi / 4, 50)
constant("QUARTER_PI_HIGH", "The first 50 bits of pi/4, so that its product with 0..4 is exact.", hi)
constant("QUARTER_PI_LOW", "pi/4 less its first 50 bits.", lo)
hi, lo = high_part(LN2 / 64, 36)
constant("LN2_64TH_HIGH", "The first 36 bits of log(2) / 64, so that its product with 64 times an exponent is exact.", hi)
constant("LN2_64TH_LOW", "log(2) / 64 less its first 36 bits.", lo)
constant("LN2_DOUBLE_LOW", "log 2 less its double.", float(LN2 - mpf(float(LN2))))
constant("TWO_THIRDS_LOW", "2/3 less its double.", float(mpf(2) / 3 - mpf(2 / 3)))
root = findroot(lambda x: psi(0, x), mpf("1.4616321449683623"))
constant("DIGAMMA_ROOT", "The positive zero of digamma.", float(root))
constant("DIGAMMA_ROOT_LOW", "The zero less its double.", float(root - mpf(float(root))))
constant("HALF_LOG_TWO_PI", "log(2 pi) / 2.", float(log(2 * pi) / 2))
constant("SQRT_TWO_PI", "sqrt(2 pi).", float(sqrt(2 * pi)))
constant("SQRT_TWO_PI_LOW", "sqrt(2 pi) less its double.", float(sqrt(2 * pi) - mpf(float(sqrt(2 * pi)))))
constant("HALF_SQRT_PI", "sqrt(pi) / 2.", float(sqrt(pi) / 2))
constant("HALF_SQRT_PI_LOW", "sqrt(pi) / 2 less its double.", float(sqrt(pi) / 2 - mpf(float(sqrt(pi) / 2))))

third = mpf("0.3466")
fit("expTail", "(exp r - 1 - r) / r^2", lambda r: (exp(r) - 1 - r) / r ** 2 if abs(r) > 1e-12 else mpf(1) / 2 + r / 6, -third, third, 9)


def atanh_tail(z):
    s = sqrt(z)
    return (log((1 + s) / (1 - s)) / s - 2) / z


fit("expShort", "(exp r - 1 - r) / r^2", lambda r: (exp(r) - 1 - r) / r ** 2 if abs(r) > 1e-12 else mpf(1) / 2 + r / 6, -log(mpf(2)) / 127, log(mpf(2)) / 127, 3)
fit("logShort", "(log(1 + r) - r) / r^2", lambda r: (log1p(r) - r) / r ** 2 if abs(r) > 1e-12 else -mpf(1) / 2 + r / 3, -mpf(5) / 512, mpf(5) / 256, 6)
fit("logUnitTail", "(log((1 + s) / (1 - s)) / s - 2) / s^2 in s^2", atanh_tail, "1e-20", mpf(1) / 9, 10)
fit("logTailLong", "(log((1 + s) / (1 - s)) / s - 2 - 2/3 s^2) / s^4 in s^2", lambda z: (atanh_tail(z) - mpf(2) / 3) / z, "1e-20", "0.02945", 8)
q = (pi / 4) ** 2 * mpf("1.0001")
fit("sinTail", "(sin r - r) / r^3 in r^2", lambda z: (sin(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3, "1e-20", q, 5)
fit("cosTail", "(cos r - 1 + r^2 / 2) / r^4 in r^2", lambda z: (cos(sqrt(z)) - 1 + z / 2) / z ** 2, "1e-18", q, 5)
fit("atanTail", "(atan t - t) / t^3 in t^2", lambda z: (atan(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3, "1e-20", "0.1716", 11)
fit("asinTail", "(asin x - x) / x^3 in x^2", lambda z: (asin(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3, "1e-20", "0.25", 5, 4)
fit("erfTail", "erf x / x - 1 in x^2", lambda z: erf(sqrt(z)) / sqrt(z) - 1, "1e-20", 1, 12, 0, False)
K = mpf(4)


def erfcx(x):
    if x < 50:
        return exp(x * x) * erfc(x)
    # Asymptotic series, exact to far beyond double for x >= 50.
    total, term = mpf(1), mpf(1)
    for n in range(1, 40):
        term *= -(2 * n - 1) / (2 * x * x)
        total += term
    return total / (x * sqrt(pi))


def scaled(t):
    x = K * (1 + t) / (1 - t)
    return (1 + 2 * x) * erfcx(x)


fit("erfcxScaled", "(1 + 2 x) exp(x^2) erfc x in (x - 4) / (x + 4)", scaled, -1, 1, 25)


def ndtri(p):
    """Newton iteration on log p, from the usual asymptotic start."""
    p = mpf(p)
    if p == mpf("0.5"):
        return mpf(0)
    if p > mpf("0.02"):
        return sqrt(mpf(2)) * erfinv(2 * p - 1)
    t = sqrt(-2 * log(p))
    x = -(t - log(2 * pi * t * t) / (2 * t))
    for _ in range(60):
        cdf = erfc(-x / sqrt(mpf(2))) / 2
        pdf = exp(-x * x / 2) / sqrt(2 * pi)
        step = (log(cdf) - log(p)) * cdf / pdf
        x -= step
        if abs(step) < mpf(10) ** -45:
            break
    return x


tau_root = sqrt(2 * pi)
fit("ndtriCentre", "(ndtri(1/2 + u) / u - sqrt(2 pi)) / u^2 in u^2", lambda z: (ndtri(mpf("0.5") + sqrt(z)) / sqrt(z) - tau_root) / z, "1e-20", "0.0784", 7, 6)
fit("ndtriTail", "t + ndtri(p) in t = sqrt(-2 log p), p from 0.22 down", lambda t: t + ndtri(exp(-t * t / 2)), "1.73", "6.5", 9, 9)
fit("ndtriFar", "t + ndtri(p) in 1 / t, t = sqrt(-2 log p), p down to the least double", lambda u: 1 / u + ndtri(exp(-1 / (u * u) / 2)), "0.0258", "0.1539", 10, 9)

fit("lgammaTwo", "lgamma(2 + u) / u", lambda u: loggamma(2 + u) / u if abs(u) > 1e-15 else psi(0, mpf(2)), "-0.5", "0.5", 7, 6)
at = lambda t: 1 / sqrt(t)
fit("stirling", "(lgamma x - (x - 1/2)(log x - 1) - log(2 pi)/2 + 1/2) x in 1 / x^2", lambda t: (loggamma(at(t)) - (at(t) - mpf("0.5")) * (log(at(t)) - 1) - log(2 * pi) / 2 + mpf("0.5")) * at(t), "1e-8", mpf(1) / 64, 6)
fit("digammaRoot", "digamma(x) / (x - root) in x - 3/2", lambda u: psi(0, mpf("1.5") + u) / (mpf("1.5") + u - root), "-0.5", "0.5", 8, 7)
fit("digammaTail", "(log x - 1 / (2x) - digamma x) x^2 in 1 / x^2", lambda t: (log(at(t)) - 1 / (2 * at(t)) - psi(0, at(t))) / t, "1e-8", mpf(1) / 64, 7)
fit("trigammaTail", "(trigamma x - 1 / x - 1 / (2 x^2)) x^3 in 1 / x^2", lambda t: (psi(1, at(t)) - 1 / at(t) - t / 2) * at(t) ** 3, "1e-8", mpf(1) / 64, 8)
for order in (0, 1):
    near = lambda z: besseli(order, 2 * sqrt(z)) / sqrt(z) ** order
    far = lambda u: sqrt(1 / u) * exp(-1 / u) * besseli(order, 1 / u)
    fit(f"i{order}Near", f"I{order}(x)" + (" / (x / 2)" if order else "") + " in x^2 / 4", near, "1e-20", 81, 30)
    fit(f"i{order}eFar", f"sqrt(x) exp(-x) I{order}(x) in 1 / x", far, "1e-4", mpf(1) / 18, 8, 2)
fit("besselGapFar", "x^(3/2) exp(-x) (I0(x) - I1(x)) in 1 / x", lambda u: sqrt(1 / u) / u * exp(-1 / u) * (besseli(0, 1 / u) - besseli(1, 1 / u)), "1e-4", mpf(1) / 18, 9, 2)



def eta(m):
    """sign(m) sqrt(2 (m - log(1 + m)))"""
    return (1 if m > 0 else -1) * sqrt(2 * (m - log1p(m)))


fit("temme0", "1 / m - 1 / eta(m)", lambda m: 1 / m - 1 / eta(m), "-0.2501", "0.25", 13)
fit("temme1", "1 / eta^3 - 1 / m^3 - 1 / m^2 - 1 / (12 m)", lambda m: 1 / eta(m) ** 3 - 1 / m ** 3 - 1 / m ** 2 - 1 / (12 * m), "-0.2501", "0.25", 8)

words, x = [], 2 / pi
mp.prec = 1500
x = 2 / pi
for _ in range(40):
    x *= 2 ** 32
    w = int(x)
    x -= w
    words.append(w)

here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, "..", "..", "src", "ops", "routines", "coefficients.ts")
with open(path, "w") as o:
    o.write("// Approximation tables, written by scripts/coefficients/fit.py: do not edit. Coefficients rise from degree 0.\n\n")
    for name, doc, value in constants:
        o.write(f"/** {doc} */\nexport const {name} = {value!r};\n")
    for name, doc, num, den, kind, worst, a, b in out:
        o.write(f"\n/** {doc}, on [{a}, {b}]; {kind} error {worst}. */\n")
        body = lambda cs: "[\n" + "".join(f"  {c!r},\n" for c in cs) + "]"
        if den is None:
            o.write(f"export const {name}: readonly number[] = {body(num)};\n")
        else:
            o.write(f"export const {name}: {{ readonly top: readonly number[]; readonly bottom: readonly number[] }} = {{\n  top: {body(num)},\n  bottom: {body(den)},\n}};\n")
    o.write("\n/** The binary digits of 2 / pi after the point, 32 to a word. */\nexport const twoOverPi: readonly number[] = [\n" + "".join(f"  0x{w:08x},\n" for w in words) + "];\n")
