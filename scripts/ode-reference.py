# Prints the numbers in src/tensor/np/ode/reference.json: solutions by scipy.integrate.solve_ivp at tolerances near rounding.
import json
import numpy as np
from scipy.integrate import solve_ivp


def solve(f, y0, ts, method):
    r = solve_ivp(f, (0, ts[-1]), y0, method=method, t_eval=ts, rtol=1e-12, atol=1e-14)
    return {"ts": ts, "ys": r.y.T.tolist()}


prey = lambda t, y: [(0.6 - 0.03 * y[1]) * y[0], (0.02 * y[0] - 0.8) * y[1]]
pol = lambda t, y: [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]]
robertson = lambda t, y: [
    -0.04 * y[0] + 1e4 * y[1] * y[2],
    0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] ** 2,
    3e7 * y[1] ** 2,
]
print(json.dumps({
    "lotkaVolterra": solve(prey, [30.0, 4.0], [1.0, 5.0, 12.5, 20.0], "DOP853"),
    "vanDerPol": solve(pol, [2.0, 0.0], [1.0, 500.0, 800.0, 1200.0, 2000.0], "Radau"),
    "robertson": solve(robertson, [1.0, 0.0, 0.0], [0.4, 40.0, 4000.0, 4e5], "Radau"),
}))
