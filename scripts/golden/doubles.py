# Doubles for golden files: correct rounding of mpmath's numbers, bits in hex, and grids of points; imported by the scripts beside it.
import math
import random
import struct
from mpmath import mp, mpf, exp, log, floor

INF, NAN = float("inf"), float("nan")
TINY, NORMAL, HUGE = 5e-324, 2.0 ** -1022, 1.7976931348623157e308


def rounded(v):
    """The double nearest to an mpf, and (v - double) / ulp in 1/256."""
    if v == 0:
        return 0.0, 0
    sign = -1 if v < 0 else 1
    man, e = int(abs(v).man), int(abs(v).exp)
    if e + man.bit_length() > 1100:
        return sign * INF, 0
    if e + man.bit_length() < -1100:
        return sign * 0.0, 0
    try:
        d = float(man << e) if e >= 0 else man / (1 << -e)
    except OverflowError:
        return sign * INF, 0
    if d == INF:
        return sign * INF, 0
    ulp = TINY if d == 0 else 2.0 ** max(-1074, math.frexp(d)[1] - 53)
    rest = (abs(v) - mpf(d)) / mpf(ulp)
    return sign * d, int(round(float(sign * rest) * 256))


def bits(x):
    return "nan" if x != x else struct.pack(">d", x).hex().rstrip("0") or "0"


def neighbours(x, n=2):
    """x and its nearest doubles on both sides."""
    q = struct.unpack(">q", struct.pack(">d", x))[0]
    return [struct.unpack(">d", struct.pack(">q", q + i))[0] for i in range(-n, n + 1)]


def around(x, n=1):
    """Doubles next to x, and at small and growing distances from it on both sides."""
    return neighbours(x, n) + [x * (1 + s * d) for d in (1e-13, 1e-10, 1e-6, 1e-3) for s in (1, -1)]


def uniform(a, b, n):
    return [random.uniform(a, b) for _ in range(n)]


def spread(a, b, n):
    """Positive numbers with uniform logarithms, which are not near doubles themselves."""
    la, lb = math.log(a), math.log(b)
    return [min(b, max(a, math.exp(random.uniform(la, lb)) * random.uniform(0.9, 1.0))) for _ in range(n)]


def signed(xs):
    return [s * x for x in xs for s in (1, -1)]


SMALL = signed([TINY, 1e-310, NORMAL, 1e-300, 2.0 ** -60, 2.0 ** -53, 2.0 ** -27, 1e-5])
LARGE = signed([30.0, 800.0, 1e8, 2.0 ** 53 + 2, 1e20, 1e155, 1e300, HUGE])
