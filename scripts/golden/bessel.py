# Scaled Bessel functions to many digits, exp(-|x|) I_n(x), of which mpmath has no scaled form; imported by the scripts beside it.
from mpmath import mpf, exp, sqrt, pi, besseli


def scaled_bessel(n):
    def f(x):
        a = abs(x)
        if a > 1e5:
            mu, total, term = 4 * n * n, mpf(1), mpf(1)
            for i in range(1, 60):
                term *= -(mu - (2 * i - 1) ** 2) / (i * 8 * a)
                total += term
            v = total / sqrt(2 * pi * a)
        else:
            v = exp(-a) * besseli(n, a)
        return v if n == 0 or x > 0 else -v
    return f
