# Writes src/tensor/np/functions.golden.txt: every elementwise function of np and np.special at hard points, with its partial
# derivatives (run with numpy, scipy and mpmath: python3 scripts/golden/np_functions.py). After a line with the function's
# name, each line holds arguments, value, what rounding took off in 1/256 ulp, and one partial per argument: big-endian hex without
# trailing zeros; `-` where there is no derivative. Values at infinities, NaN and zeros are NumPy's and SciPy's, or given.
import os
import random
import warnings
import numpy
import scipy.special as sp
import mpmath
from mpmath import (mp, mpf, exp, expm1, log, log1p, sin, cos, tan, sinh, cosh, tanh, asin, acos, atan, atan2, asinh, acosh, atanh,
                    erf, erfc, erfinv, loggamma, psi, besseli, gammainc, betainc, sqrt, pi, re, floor, ceil, nint, findroot, sign)
from bessel import scaled_bessel
from doubles import INF, NAN, TINY, NORMAL, HUGE, SMALL, LARGE, rounded, bits, neighbours, around, uniform, spread, signed

warnings.simplefilter("ignore")
random.seed(7)
PREC = 240
rows = []
SPECIAL = [0.0, -0.0, INF, -INF, NAN]


def partial(f, args, i, extra=0):
    """Central difference with 200 bits to spare, whatever the sizes of the arguments and of what they meet."""
    x = args[i]
    mp.prec = 100
    h = min(abs(x) if x else mpf(1), mpf(1)) * mpf(2) ** -200
    sizes = [abs(int(mp.log(abs(a), 2))) for a in args if a] + [0]
    mp.prec = 900 + 2 * max(sizes) + -int(mp.log(h, 2)) if max(sizes) < 60 else 1500 + 2 * max(sizes)
    mp.prec += extra
    up, down = list(args), list(args)
    up[i], down[i] = x + h, x - h
    try:
        return (f(*up) - f(*down)) / (2 * h)
    finally:
        mp.prec = PREC


def same(a, b):
    return all(x == y or (x != x and y != y) for x, y in zip(a, b))


def table(name, f, points, reference=None, given={}, smooth=True, slopes_of={}, extra=0):
    """Points that hold a zero, an infinity or NaN have the reference's value or the given one, the others 50 digits."""
    mp.prec = PREC
    rows.append(name)
    seen = set()
    arity = len(points[0]) if isinstance(points[0], tuple) else 1
    points = (SPECIAL if arity == 1 else []) + points + [g if arity > 1 else g[0] for g in given]
    for p in points:
        args = p if isinstance(p, tuple) else (p,)
        key = tuple(bits(a) for a in args)
        if key in seen:
            continue
        seen.add(key)
        slopes = ["-"] * arity
        odd = any(a == 0 or a != a or abs(a) == INF for a in args)
        if odd and reference is None and not any(same(args, g) for g in given):
            continue
        fixed = [g for g in given if same(args, g)]
        if fixed or odd:
            value, rest = given[fixed[-1]] if fixed else float(reference(*args)), 0
        else:
            mp.prec = PREC
            exact = [mpf(a) for a in args]
            v = f(*exact)
            if v is None:
                value, rest = NAN, 0
            else:
                value, rest = (v, 0) if isinstance(v, float) else rounded(v)
            if smooth and v is not None and abs(value) != INF:
                for i in range(arity):
                    # Derivatives by parameters are differences, down to a size of the parameter.
                    if ("gammainc" in name or "betainc" in name) and i not in slopes_of and args[i] < 1e-5:
                        continue
                    try:
                        slopes[i] = bits(rounded(slopes_of[i](*exact) if i in slopes_of else partial(f, exact, i, extra))[0])
                    except Exception as error:
                        print(name, args, error)
        rows.append(f"{' '.join(bits(a) for a in args)} {bits(value)} {rest} {' '.join(slopes)}")


def within(low, high, f):
    """NaN outside of the open domain."""
    return lambda x: f(x) if low <= x <= high else None


def odd(f):
    """Keeps the sign of a zero."""
    return lambda x: x if x == 0 else f(x)


ROOT2 = mpf(2) ** 0.5


# arithmetic
for name, f, ref, smooth in [("absolute", abs, numpy.abs, True), ("sign", lambda x: mpf(sign(x)), lambda x: x if x == 0 else numpy.sign(x), False), ("negative", lambda x: -x, numpy.negative, True),
                             ("square", lambda x: x * x, numpy.square, True), ("reciprocal", lambda x: 1 / x, numpy.reciprocal, True)]:
    table(name, f, SMALL + LARGE + uniform(-3, 3, 20), ref, smooth=smooth)
whole = SMALL + LARGE + uniform(-9, 9, 10) + [0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999999999999994, -0.49999999999999994, 4503599627370495.5, -4503599627370497.5, 1.0, -1.0]
for name, f, ref in [("floor", floor, numpy.floor), ("ceil", ceil, numpy.ceil), ("round", nint, numpy.round)]:
    table(name, lambda x, f=f: mpf(f(x)), [x for x in whole if abs(x) >= 1], ref, smooth=False)
table("trunc", lambda x: mpf(floor(x) if x > 0 else ceil(x)), [x for x in whole if abs(x) >= 1], numpy.trunc, smooth=False)
pairs = list(zip(uniform(-9, 9, 25), uniform(-9, 9, 25))) + list(zip(signed(spread(1e-300, 1e300, 15)), signed(spread(1e-300, 1e300, 15)))) \
    + [(1e16, 1.0), (1.0, -1.0000000000000002), (HUGE, HUGE), (TINY, 0.5), (TINY, TINY), (NORMAL, 3.0), (1e308, 1e-20)]
ends = [(a, b) for a in SPECIAL + [2.5, -2.5] for b in SPECIAL + [2.5, -2.5] if 2.5 not in (abs(a), abs(b)) or abs(a) != abs(b)]
for name, f, ref in [("add", lambda x, y: x + y, numpy.add), ("subtract", lambda x, y: x - y, numpy.subtract), ("multiply", lambda x, y: x * y, numpy.multiply),
                     ("divide", lambda x, y: x / y, numpy.divide), ("maximum", lambda x, y: max(x, y), numpy.maximum), ("minimum", lambda x, y: min(x, y), numpy.minimum)]:
    zeros = {(a, b): (0.0 if name == "maximum" else -0.0) for a in (0.0, -0.0) for b in (0.0, -0.0)} if ref in (numpy.maximum, numpy.minimum) else {}
    table(name, f, [p for p in pairs if ref not in (numpy.maximum, numpy.minimum) or p[0] != p[1]] + [e for e in ends if e not in zeros], ref)
remainders = pairs + [(2.0 ** 53 + 2, 3.0), (1e17, 7.0), (1e300, 3.0), (HUGE, 0.1), (-1e300, 7.5), (1e22, -1.5), (5.0, 1e-300), (1.0, TINY), (-3.0, 5e-310), (HUGE, TINY), (1e-310, 3e-320),
                     (6.0, 2.0), (-6.0, 2.0), (0.3, 0.1), (1.0, 0.1), (-1e-320, 5.0), (-1e-20, 3.0), (1e15 + 0.5, 1e-3), (-1e17, 7.0), (1e17, -7.0)]


def fmod(x, y):
    q = abs(x) / abs(y)
    size = max(0, int(mp.log(q, 2)) + 200 if q else 0)
    old, mp.prec = mp.prec, mp.prec + size
    r = abs(x) - floor(abs(x) / abs(y)) * abs(y)
    mp.prec = old
    return (-r if x < 0 else r) if r else (-0.0 if x < 0 else 0.0)


def mod(x, y):
    r = fmod(x, y)
    if r == 0:
        return 0.0 if y > 0 else -0.0
    return r + y if (r < 0) != (y < 0) else r


table("fmod", fmod, remainders + ends, numpy.fmod, smooth=False)
table("mod", mod, [p for p in remainders if abs(p[0]) > 1e-19 or p[0] * p[1] >= 0] + ends, numpy.mod, {(-0.0, 2.5): 0.0, (0.0, -2.5): -0.0}, smooth=False)
table("floorDivide", lambda x, y: floor(x / y), [p for p in pairs if abs(p[0] / p[1]) < 1e15], None, smooth=False)
table("hypot", lambda x, y: sqrt(x * x + y * y), [p for p in pairs if p != (TINY, TINY)] + [(HUGE, 1.0), (1e308, 1e308), (3e-320, 4e-320), (1e-200, 1e-200), (1e154, 1e170), (1.0, 1e-9)] + ends, numpy.hypot)
table("arctan2", atan2, pairs + [(TINY, -1.0), (-TINY, -1.0), (1e-200, 1e200), (1e200, 1e-200), (1.0, 1.0), (-1.0, 1.0)] + ends, numpy.arctan2, {(TINY, TINY): float(pi / 4)})
table("sqrt", sqrt, [abs(x) for x in SMALL + LARGE] + spread(1e-300, 1e300, 30), numpy.sqrt, {(-1.0,): NAN})
table("deg2rad", lambda x: x * pi / 180, SMALL + LARGE + uniform(-400, 400, 20), numpy.deg2rad)
table("rad2deg", lambda x: x * 180 / pi, SMALL + LARGE + uniform(-7, 7, 20), numpy.rad2deg)
table("nanToNum", lambda x: x, SMALL + LARGE, numpy.nan_to_num, smooth=False)

# exponentials and logarithms
edge = neighbours(709.782712893384) + [-745.1332191019411, -745.13321910194122, -708.4, -720.0]
table("exp", exp, SMALL + uniform(-1, 1, 30) + uniform(-745, 709, 30) + edge + LARGE, numpy.exp)
table("exp2", lambda x: mpf(2) ** x, SMALL + uniform(-2, 2, 20) + uniform(-1074, 1023, 30) + [1023.999, -1074.0, -1022.5, 10.0, -3.0] + LARGE, numpy.exp2)
table("expm1", expm1, SMALL + uniform(-1, 1, 30) + uniform(-60, 60, 30) + [-37.4, -38.0, -100.0, -700.0, 709.0, 709.78] + LARGE, numpy.expm1, extra=1300)
positive = [abs(x) for x in SMALL + LARGE] + spread(1e-300, 1e300, 20) + neighbours(1.0, 4) + uniform(0.5, 2, 30)
for name, f, ref in [("log", log, numpy.log), ("log2", lambda x: log(x) / log(mpf(2)), numpy.log2), ("log10", lambda x: log(x) / log(mpf(10)), numpy.log10)]:
    table(name, f, [x for x in positive if x != 1.0] + [1000.0, 1024.0], ref, {(1.0,): 0.0, (-1.0,): NAN, (-TINY,): NAN})
table("log1p", within(-1, INF, log1p), SMALL + [x for x in LARGE if x > 0] + uniform(-0.999, 2, 40) + [-1 + 2.0 ** -i for i in range(2, 54, 6)] + [-2.0, -1e300], numpy.log1p, {(-1.0,): -INF})


def softplus(x):
    if x > 2000:
        return x
    old, mp.prec = mp.prec, mp.prec + int(3 * abs(x)) if abs(x) < 2000 else mp.prec
    v = log1p(exp(x))
    mp.prec = old
    return +v


def sigmoid(x):
    return 1 / (1 + exp(-x)) if x > -1e5 else mpf(0)


tails = SMALL + uniform(-6, 6, 30) + uniform(-745, 745, 30) + signed([36.7, 37.5, 708.5, 744.9]) + LARGE
table("sigmoid", lambda x: sigmoid(x) if x < 1e5 else mpf(1), tails, sp.expit, extra=1300)
table("special.softplus", lambda x: softplus(x) if x > -1e5 else mpf(0), tails, lambda x: numpy.logaddexp(x, 0), extra=1300)
table("special.logExpit", lambda x: -softplus(-x) if x < 1e5 else -0.0, tails, sp.log_expit, {(INF,): -0.0}, extra=1300)
table("special.logit", within(0, 1, lambda p: log(p) - log1p(-p)), [x for x in SMALL if x > 0] + uniform(0, 1, 40) + neighbours(0.5) + [0.5 + 2.0 ** -30, 0.25, 0.75, 0.24999, 0.7500001, 1 - 2.0 ** -53, 1 - 1e-10, -0.5, 1.5],
      sp.logit, {(0.5,): 0.0, (1.0,): INF})
table("special.log1psquare", lambda x: log1p(x * x), SMALL + LARGE + uniform(-3, 3, 30) + signed(spread(1e-10, 1e10, 10) + [1e140, 1.3e154, 1.4e154]), lambda x: numpy.log1p(x * x))
table("special.log1mexp", lambda x: (log(-expm1(x)) if x > -1 else log1p(-exp(x)) if x > -400 else -exp(max(x, mpf(-5000)))) if x < 0 else None, [-x for x in spread(1e-300, 1, 20) + uniform(0.01, 3, 30) + uniform(1, 745, 20) + [TINY, 1e-310, 0.6931471805599453, 744.0, 800.0, 1e300]],
      None, {(0.0,): -INF, (-0.0,): -INF, (INF,): -0.0, (-INF,): -0.0, (NAN,): NAN})


def logaddexp(a, b):
    m, d = max(a, b), abs(a - b)
    return m if d > 5000 else m + log1p(exp(-d))


near0 = []
for a in (-0.1, -0.5, -3.0, -20.0):
    b = float(log(-expm1(mpf(a))))
    near0 += [(a, y) for y in neighbours(b, 1)] + [(a, b * (1 + 1e-9)), (b * (1 - 1e-6), a)]
table("logaddexp", logaddexp, list(zip(uniform(-30, 30, 25), uniform(-30, 30, 25))) + list(zip(uniform(-800, 800, 20), uniform(-800, 800, 20))) + near0 + [(1.0, 1.0), (-800.0, -800.5), (HUGE, 1.0), (1e300, 1e300), (-1e300, -1e300), (TINY, -TINY)] + ends, numpy.logaddexp, extra=1300)
table("special.xlogy", lambda x, y: x * log(y), list(zip(uniform(-3, 3, 30), spread(1e-300, 1e300, 30))) + [(1e300, 1.0000000000000002), (TINY, 3.0), (-1e-310, 1e300), (2.0, TINY), (3.0, 0.9999999999999999)] + [(a, b) for a, b in ends if not b < 0], sp.xlogy)
table("special.xlog1py", lambda x, y: x * log1p(y), list(zip(uniform(-3, 3, 30), signed(spread(1e-18, 0.99, 15)))) + [(1e300, 1e-300), (-2.0, -0.9999999999999999), (TINY, 3.0), (2.0, TINY)] + [(a, b) for a, b in ends if not b < -1], sp.xlog1py)
table("special.entr", lambda x: -x * log(x) if x > 0 else None, [x for x in positive if x != 1.0 and x > 0], lambda x: sp.entr(x) if x >= 0 else NAN, {(1.0,): -0.0, (0.0,): 0.0, (-0.0,): 0.0, (INF,): -INF})
shares = list(zip(uniform(0, 3, 20), uniform(0, 3, 20))) + [(x, y) for x in (0.3, 1.0, 1e-5, 1e5) for y in [x * (1 + s * d) for d in (2.3e-16, 1e-12, 1e-6, 0.01, 0.3, 0.6) for s in (1, -1)]] \
    + [(2.0, 1.0), (1.0, 2.0), (1e-300, 1e300), (1e300, 1e-300), (1e-310, 2e-310), (TINY, 1.0), (1.0, TINY), (HUGE, 2.0), (2.0, HUGE), (4.0, 1.0), (1e308, 1.7e308)]
table("special.relEntr", lambda x, y: x * log(x / y) if x != y else mpf(0), [p for p in shares if p[0] != p[1]] + [(0.0, 1.0), (0.0, 0.0), (1.0, 0.0), (NAN, 1.0), (1.0, NAN), (0.0, NAN)], sp.rel_entr)
table("special.klDiv", lambda x, y: x * log(x / y) - x + y, [p for p in shares if p[0] != p[1]] + [(0.0, 1.0), (0.0, 0.0), (1.0, 0.0), (NAN, 1.0), (1.0, NAN), (0.0, NAN)], sp.kl_div)
bases = []
for b in spread(1e-3, 1e3, 20) + [1 + 2.0 ** -i for i in (2, 20, 40, 52)] + [1 - 2.0 ** -i for i in (2, 20, 40, 53)] + spread(1e-320, 1e300, 10):
    bases += [(b, random.uniform(-1, 1) * 700 / abs(float(log(mpf(b))))), (b, float(random.choice([-3, -1, 2, 3, 0.5])))]
table("power", lambda x, y: mpf(x) ** y if x > 0 else mpf(x) ** int(y), [p for p in bases if p[0] != 1] + [(2.0, -1074.0), (10.0, 308.0), (2.0, -1074.5)], None)
table("power", lambda x, y: mpf(x) ** int(y), [(-2.0, 3.0), (-1.5, -7.0), (-1e-100, 2.0), (-3.0, 5.0)] + ends, None,
      {**{e: float(numpy.power(*e)) for e in ends}, **{(a, b): NAN for a in (1.0, -1.0) for b in (INF, -INF, NAN)}}, smooth=False)

# circular and hyperbolic
angles = SMALL + uniform(-4, 4, 25) + uniform(-1e5, 1e5, 10) + LARGE + [n * float(pi / 2) for n in range(1, 40, 3)] + [1e22, 5.319372648326541e+255, float(mpf(6381956970095103) * mpf(2) ** 797)]


def wide(f):
    def g(x):
        old = mp.prec
        mp.prec += 1100 if abs(x) > 1e15 else 60
        v = f(x)
        mp.prec = old
        return +v
    return g


for name, f, ref in [("sin", sin, numpy.sin), ("cos", cos, numpy.cos), ("tan", tan, numpy.tan)]:
    table(name, wide(f), angles, ref)
unit = [x for x in SMALL if abs(x) <= 1] + uniform(-1, 1, 40) + signed([1 - x for x in spread(1e-15, 0.5, 10)]) + neighbours(0.5) + [1 - 2.0 ** -53, 2.0 ** -53 - 1]
table("arcsin", within(-1, 1, asin), unit + [1.5, -2.0], numpy.arcsin)
table("arccos", within(-1, 1, acos), unit + [1.5, -2.0], numpy.arccos)
table("arctan", atan, SMALL + LARGE + uniform(-3, 3, 40) + neighbours(ROOT2 - 1 and 0.41421356237309503) + neighbours(1.0), numpy.arctan)
near = SMALL + uniform(-2, 2, 30) + signed(spread(1e-18, 1, 10))
big = signed([709.5, 710.4, 711.0, 30.0, 1e300])
table("sinh", lambda x: sinh(x) if abs(x) < 1e5 else sign(x) * mpf(10) ** 999, near + uniform(-710, 710, 20) + big, numpy.sinh)
table("cosh", lambda x: cosh(x) if abs(x) < 1e5 else mpf(10) ** 999, near + uniform(-710, 710, 20) + big, numpy.cosh)
table("tanh", lambda x: (wide(tanh)(x) if abs(x) < 2000 else mpf(sign(x))), near + uniform(-25, 25, 30) + signed([0.55, 18.9, 19.1, 22.0, 30.0, 300.0, 370.0, 1e300]), numpy.tanh, extra=1300)
table("arcsinh", asinh, near + LARGE + signed(spread(1, 1e308, 15)), numpy.arcsinh)
table("arccosh", within(1, INF, acosh), neighbours(1.0, 3)[4:] + [1 + x for x in spread(1e-15, 1, 20)] + spread(1, 1e308, 30) + [HUGE, 0.5, -3.0], lambda x: NAN if x < 1 else numpy.arccosh(x), {(1.0,): 0.0})
table("arctanh", within(-1, 1, atanh), [x for x in SMALL if abs(x) < 1] + uniform(-1, 1, 40) + signed([1 - 2.0 ** -i for i in range(1, 54, 6)]) + [1.5, -2.0], numpy.arctanh, {(1.0,): INF, (-1.0,): -INF})


# error functions and the normal distribution
def tail(x):
    """erfc without wasting digits."""
    return erfc(x) if x < 1e4 else mpf(0)


def erfcx(x):
    if x > 1e4:
        z, total, term = 2 * x * x, mpf(1), mpf(1)
        for n in range(1, 30):
            term *= -(2 * n - 1) / z
            total += term
        return total / (x * sqrt(pi))
    return exp(x * x) * erfc(x)


ndtr = lambda x: tail(-x / sqrt(mpf(2))) / 2 if x > -1e4 else mpf(0)


def log_ndtr(x):
    if x > 1e4:
        return -0.0
    if x > 0:
        return log1p(-ndtr(-x))
    return -x * x / 2 + log(erfcx(-x / sqrt(mpf(2))) / 2)


table("special.erf", lambda x: erf(x) if abs(x) < 1e4 else mpf(sign(x)), SMALL + LARGE + uniform(-1, 1, 25) + uniform(-6, 6, 30) + neighbours(1.0) + neighbours(0.5), sp.erf)
table("special.erfc", lambda x: tail(x) if x > -1e4 else mpf(2), SMALL + LARGE + uniform(-6, 6, 30) + uniform(0, 27, 50) + uniform(-0.5, 1, 20) + [26.5, 26.8, 27.1, 27.2] + neighbours(0.5), sp.erfc)
table("special.ndtr", ndtr, SMALL + LARGE + uniform(-6, 6, 40) + uniform(-38, 0, 40) + [-37.9, -38.3, 9.0, 40.0], sp.ndtr)
table("special.logNdtr", log_ndtr, SMALL + [x for x in LARGE if abs(x) < 1e154] + uniform(-6, 6, 50) + uniform(-40, 38, 30) + [-x for x in spread(1, 1e150, 15)] + neighbours(-1.0) + neighbours(-1.4), sp.log_ndtr, {(INF,): -0.0})


def ndtri(p):
    if p > mpf("0.02") and p < mpf("0.98"):
        return sqrt(mpf(2)) * erfinv(2 * p - 1)
    if p > mpf("0.5"):
        return -ndtri(1 - p)
    t = sqrt(-2 * log(p))
    x = -(t - log(2 * pi * t * t) / (2 * t))
    for _ in range(60):
        cdf = ndtr(x)
        step = (log(cdf) - log(p)) * cdf / (exp(-x * x / 2) / sqrt(2 * pi))
        x -= step
        if abs(step) < abs(x) * mpf(2) ** (-mp.prec // 2 - 10):
            break
    # A last step of Newton doubles the digits.
    cdf = ndtr(x)
    return x - (log(cdf) - log(p)) * cdf / (exp(-x * x / 2) / sqrt(2 * pi))


def slope_of_inverse(name, value, density, points, reference, given):
    """Inverses: the derivative is one over the density at the value."""
    global partial
    old, partial = partial, lambda f, args, i, extra: 1 / density(value(*args))
    table(name, value, points, reference, given)
    partial = old


normal_density = lambda x: exp(-x * x / 2) / sqrt(2 * pi)
slope_of_inverse("special.ndtri", ndtri, normal_density, uniform(0, 1, 40) + spread(1e-323, 0.1, 30) + [1 - x for x in spread(1e-16, 0.1, 15)] + neighbours(0.22) + [0.78, TINY, 0.5 + 2.0 ** -40], sp.ndtri, {(1.0,): INF, (-0.1,): NAN, (1.1,): NAN, (0.5,): 0.0})


def big_erfinv(y):
    if abs(y) > 0.9:
        return sign(y) * -ndtri((1 - abs(y)) / 2) / sqrt(mpf(2))
    return erfinv(y) if abs(y) > 1e-30 else y * sqrt(pi) / 2


slope_of_inverse("special.erfinv", big_erfinv, lambda x: 2 / sqrt(pi) * exp(-x * x), SMALL + uniform(-1, 1, 40) + signed([1 - x for x in spread(1.2e-16, 0.3, 15)]) + neighbours(0.56), odd(sp.erfinv), {(1.0,): INF, (-1.0,): -INF, (1.5,): NAN})
slope_of_inverse("special.erfcinv", lambda y: -ndtri(y / 2) / sqrt(mpf(2)), lambda x: -2 / sqrt(pi) * exp(-x * x), uniform(0, 2, 40) + spread(1e-323, 0.1, 30) + [2 - x for x in spread(3e-16, 0.1, 10)] + [1 + s * d for d in (2.3e-16, 1e-10, 1e-5, 0.01) for s in (1, -1)],
                 sp.erfcinv, {(1.0,): 0.0, (2.0,): -INF, (-0.1,): NAN, (2.1,): NAN})

# the gamma function's relatives
for_gamma = [x for x in SMALL if x > 0] + [-1e-300, -1e-10, -1e-5] + uniform(0, 10, 20) + [1 + s * d for d in (2.3e-16, 1e-9, 1e-3, 0.2, 0.45) for s in (1, -1)] + [2 + s * d for d in (4.5e-16, 1e-9, 1e-3, 0.2, 0.45) for s in (1, -1)] \
    + [8.0, 7.999999, 2.5, 2.4999999, 100.5, 1e4, 1e8, 1e15, 1e100] + uniform(-20, 0, 20) + [-150.3, -1000.7, -5.5, -0.5] + [-3 + 1e-10, -3 - 1e-10, -7.0000001, -30 + 3e-15]
mp.prec = PREC
lroots, droots = [], []
for n in range(2, 22):
    width = 1 / mpmath.factorial(n + 1)
    for guess in ((-n - 1 + width, -n - 1 + mpf(2) / 3), (-n - mpf(1) / 3, -n - 1 / (2 * mpmath.factorial(n)))):
        try:
            a, b = guess
            lo, hi = a, b
            g = lambda t: re(loggamma(t))
            if n < 17 and g(lo) * g(hi) < 0:
                lroots.append(float(findroot(g, (lo, hi), solver="anderson", tol=1e-60, verify=False)))
        except Exception as error:
            print("root", n, error)
for n in range(0, 20):
    droots.append(float(findroot(lambda t: psi(0, t), (-n - mpf("0.99"), -n - mpf("0.01")), solver="anderson", tol=1e-60, verify=False)))
droots.append(float(findroot(lambda t: psi(0, t), mpf("1.46"))))
print(len(lroots), "roots of lgamma", [round(x, 3) for x in lroots])
print(len(droots), "roots of digamma", [round(x, 3) for x in droots])
whole = lambda x: x <= 0 and x == int(x)
lgamma = lambda x: INF if whole(x) else re(loggamma(x))
lroots += [float(findroot(g, guess)) for guess in (-2.4570, -2.7477)]
table("special.lgamma", lgamma, for_gamma + [2.5e305] + [y for x in lroots for y in neighbours(x, 1) + [x + d for d in (1e-12, -1e-9, 1e-6, -1e-3)]],
      sp.gammaln, {(-1.0,): INF, (-7.0,): INF, (1.0,): 0.0, (2.0,): 0.0, (3e305,): INF, (-INF,): INF})
table("special.digamma", lambda x: None if whole(x) else psi(0, x), for_gamma + [y for x in droots for y in neighbours(x, 1) + [x + d for d in (1e-12, -1e-9, 1e-6, -1e-3)]],
      sp.psi, {(-1.0,): NAN, (-7.0,): NAN, (-INF,): NAN})
table("special.trigamma", lambda x: INF if whole(x) else psi(1, x), for_gamma, lambda x: sp.polygamma(1, x), {(-1.0,): INF, (-7.0,): INF, (-INF,): INF, (0.0,): INF, (-0.0,): INF, (INF,): 0.0})
table("special.logFactorial", lambda x: re(loggamma(x + 1)), [0.5, 3.0, 10.0, 170.0, 1e5, 1e15] + uniform(0, 5, 20) + spread(1e-300, 1, 20) + [-x for x in spread(1e-300, 0.4, 10)] + [1 + s * d for d in (2.3e-16, 1e-9, 1e-3) for s in (1, -1)] + uniform(5, 50, 10), lambda x: sp.gammaln(x + 1), {(1.0,): 0.0, (-INF,): INF})
table("special.multigammaln", lambda a: 3 * log(pi) / 2 + sum(re(loggamma(a - mpf(j) / 2)) for j in range(3)), [1.1, 1.5, 2.0, 1.0000001, 3.0, 1e5, 1e10] + uniform(1.01, 30, 40) + around(2.1), None, {(NAN,): NAN, (INF,): INF})
wide_pairs = list(zip(spread(1e-5, 1e10, 40), spread(1e-5, 1e10, 40))) + [(0.5, b) for b in spread(8, 1e15, 8)] + [(8.0, 8.0), (7.9, 8.0), (1.0, 1e40), (1e-300, 1e40), (1e-300, 1e-300), (1e300, 2.0), (0.3, 0.7), (1.0, 1.0000001), (1.0, 0.9999999)]

def wide_betaln(a, b):
    old = mp.prec
    mp.prec += 2600 if max(a, b) > 1e20 * min(a, b) else 200
    v = loggamma(a) + loggamma(b) - loggamma(a + b)
    mp.prec = old
    return +re(v)


table("special.betaln", wide_betaln, wide_pairs, None, {})


def log_comb(n, k):
    old = mp.prec
    mp.prec += 400 if n < 1e20 else 2500
    v = loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1)
    mp.prec = old
    return +re(v)


table("special.logComb", log_comb, [(10.0, 3.0), (52.0, 5.0), (1e6, 2.0), (1e15, 1.0), (1e15, 5e14), (5.5, 2.25), (1000.0, 999.0), (300.0, 150.0), (3.0, 1.0), (2.0, 1.0), (1e9, 7.0), (0.5, 0.25), (1e-5, 5e-6), (7.0, 6.9999999), (4.0, 1e-9), (1e300, 3.0)]
      + [(n, n * random.random()) for n in spread(0.1, 1e8, 40)], None, {(5.0, 0.0): 0.0, (5.0, 5.0): 0.0, (0.0, 0.0): 0.0, (NAN, 1.0): NAN})


# incomplete gamma and beta
def gamma_pair(a, x):
    old = mp.prec
    mp.prec = old + int(3 * (abs(x) + a) ** 0.5 if a < 1e7 else 3e4) + 400
    p = gammainc(a, 0, x, regularized=True)
    q = 1 - p if p < 0.999999 else gammainc(a, x, regularized=True)
    mp.prec = old
    return +p, +q


def gamma_density(a, x):
    return exp((a - 1) * log(x) - x - loggamma(a))


ag = list(zip(spread(1e-6, 2, 10), spread(1e-6, 3, 10))) + [(a, max(1e-3, a * random.uniform(0.3, 2.5))) for a in spread(0.01, 100, 25)] \
    + [(a, a + t * a ** 0.5) for a in (300.0, 3e4) for t in (-6.0, -2.0, 0.0, 0.1, 2.0, 6.0)] + [(2e5, 2e5 + t * 450) for t in (-5.0, 0.5, 4.0)] + [(3.0, 200.0), (0.5, 600.0), (40.0, 5.0), (200.0, 20.0), (1e-300, 1e-5), (1e-10, 1.0), (1.0, 1e-300), (0.5, 1e-310), (10.0, 10.0), (9.9, 1.1), (1.0, 1.1)]
gends = [(1.0, 0.0), (1.0, INF), (0.0, 1.0), (NAN, 1.0), (1.0, NAN), (INF, 1.0)]
table("special.gammainc", lambda a, x: gamma_pair(a, x)[0], ag + gends, sp.gammainc, {(-1.0, 1.0): NAN, (1.0, -1.0): NAN}, slopes_of={1: gamma_density})
table("special.gammaincc", lambda a, x: gamma_pair(a, x)[1], ag + gends, sp.gammaincc, {(-1.0, 1.0): NAN, (1.0, -1.0): NAN}, slopes_of={1: lambda a, x: -gamma_density(a, x)})
triples = [(a, b, random.uniform(0.01, 0.99)) for a, b in zip(spread(0.05, 100, 25), spread(0.05, 100, 25))] \
    + [(a, b, min(0.999, max(1e-4, a / (a + b) + t * (a * b / (a + b) ** 3) ** 0.5))) for a in (0.5, 20.0, 500.0) for b in (3.0, 90.0) for t in (-4.0, 0.2, 3.0)] \
    + [(1e-5, 2.0, 0.3), (2.0, 1e-5, 0.3), (0.5, 0.5, 1e-300), (1.0, 1.0, 0.3), (3.0, 2.0, 1 - 2.0 ** -53), (2.0, 30.0, 1e-10), (1e4, 1e4, 0.5), (1e4, 2e4, 0.34)]
bends = [(1.0, 2.0, 0.0), (1.0, 2.0, 1.0), (1.0, NAN, 0.5), (NAN, 1.0, 0.5), (1.0, 1.0, NAN), (2.0, INF, NAN)]


def ibeta(a, b, x):
    """By the series of positive terms, from the side of the mean on which it converges fast."""
    a, b, x = mpf(a), mpf(b), mpf(x)
    if x > (a + 1) / (a + b + 2):
        return 1 - ibeta(b, a, 1 - x)
    old = mp.prec
    mp.prec += 200
    term = total = mpf(1)
    n = 0
    while term > total * mpf(2) ** -mp.prec:
        n += 1
        term *= (a + b + n - 1) * x / (a + n)
        total += term
    v = exp(a * log(x) + b * log1p(-x) + loggamma(a + b) - loggamma(a + 1) - loggamma(b)) * total
    mp.prec = old
    return +v


def beta_density(a, b, x):
    return exp((a - 1) * log(x) + (b - 1) * log1p(-x) - wide_betaln(a, b))


def upper_beta(a, b, x):
    old = mp.prec
    mp.prec += 400
    v = ibeta(b, a, 1 - x)
    mp.prec = old
    return +v


bgiven = {(1.0, 1.0, 1.5): NAN, (1.0, 2.0, 1.0): 1.0, (0.0, 1.0, 0.5): NAN}
table("special.betainc", ibeta, triples + bends, lambda a, b, x: sp.betainc(a, b, x), bgiven, slopes_of={2: beta_density})
table("special.betaincc", upper_beta, triples + bends, lambda a, b, x: sp.betaincc(a, b, x), {**bgiven, (1.0, 2.0, 1.0): 0.0}, slopes_of={2: lambda a, b, x: -beta_density(a, b, x)})


# Bessel functions
bessels = SMALL + uniform(-20, 20, 30) + signed(spread(1e-5, 1e300, 15)) + neighbours(8.0) + neighbours(18.0)
table("special.i0e", scaled_bessel(0), bessels, sp.i0e)
table("special.i1e", scaled_bessel(1), bessels, odd(sp.i1e))
moderate = SMALL + uniform(-20, 20, 30) + uniform(-713, 713, 20) + [710.0, -712.5]
table("special.i0", lambda x: besseli(0, x), moderate, sp.i0, {(INF,): INF, (-INF,): INF})
table("special.i1", lambda x: besseli(1, x), moderate, odd(sp.i1), {(INF,): INF, (-INF,): -INF})


# folds of three numbers
def lse(*x):
    m = max(x)
    return m + log(sum(exp(t - m) for t in x if t - m > -5000))


threes = [tuple(uniform(-30, 30, 3)) for _ in range(15)] + [tuple(uniform(-800, 800, 3)) for _ in range(10)] + [(1000.0, 1000.0, -1000.0), (1e300, 1.0, -1e300), (-1e300, -1e300, -1e300), (0.1, 0.1, 0.1), (-745.0, -746.0, -747.0)]
ends3 = [(INF, 1.0, 2.0), (-INF, -INF, -INF), (-INF, 1.0, 2.0), (NAN, 1.0, 2.0)]
table("logsumexp", lse, threes + ends3, lambda *x: sp.logsumexp(x), {(INF, 1.0, 2.0): INF, (-INF, 1.0, 2.0): float(numpy.logaddexp(1.0, 2.0))}, extra=1300)


def log_softmax(a, b, c):
    m = max(a, b, c)
    return (a - m) - log1p(sum(exp(t - m) for t in sorted((a, b, c))[:2] if t - m > -5000))


table("softmax", lambda a, b, c: exp(log_softmax(a, b, c)) if log_softmax(a, b, c) > -5000 else mpf(0), threes, None, extra=1300)
table("logSoftmax", log_softmax, threes, None, extra=1300)
means = [tuple(c + d for d in uniform(-1, 1, 3)) for c in (0, 1, 1e4, 1e8, 1e12, -1e15)] + [tuple(uniform(-3, 3, 3)) for _ in range(10)] + [(1e150, 2e150, -1e150), (1.0, 1.0, 1.0000000000000002)]
mean3 = lambda a, b, c: (a + b + c) / 3
var3 = lambda a, b, c: sum((t - mean3(a, b, c)) ** 2 for t in (a, b, c)) / 3
table("mean", mean3, means, None)
table("var", var3, means, None)
table("std", lambda a, b, c: sqrt(var3(a, b, c)), means, None)
table("linalg.norm", lambda a, b, c: sqrt(a * a + b * b + c * c), means, None)

here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, "..", "..", "src", "tensor", "np", "functions.golden.txt")
with open(path, "w") as o:
    o.write("\n".join(rows) + "\n")
print(len(rows), "rows,", os.path.getsize(path), "bytes")
