# Writes src/tensor/np/edge-gradients.json: JAX's values and gradients where derivatives are one-sided or limits
# (run with jax: python3 scripts/golden/edge_gradients.py && npx prettier --write src/tensor/np/edge-gradients.json).
import json
import os
import jax
import jax.numpy as jnp
import jax.scipy.special as js
import jax.scipy.stats  # noqa: F401
import numpy as np

jax.config.update("jax_enable_x64", True)
INF, NAN = float("inf"), float("nan")
rows = []


def write(x):
    x = np.asarray(x, dtype=float)
    return [write(v) for v in x] if x.ndim else "nan" if x != x else "inf" if x == INF else "-inf" if x == -INF else float(x)


def edge(name, f, *points):
    """Value and gradients of the sum, weighted by 1, 2, 3, ... where there are several outputs."""
    def total(*a):
        y = f(*a)
        w = jnp.arange(1, y.size + 1, dtype=float).reshape(y.shape)
        # Of one output no product, which would turn infinities to NaN.
        return jnp.sum(jnp.where(w == 1, y, y * w)) if y.size > 1 else y.reshape(())
    for p in points:
        args = [jnp.asarray(a, dtype=float) for a in p]
        v = f(*args)
        g = jax.grad(total, argnums=tuple(range(len(args))))(*args)
        rows.append({"name": name, "args": [write(a) for a in args], "value": write(v), "grads": [write(x) for x in g]})


edge("xlogy", js.xlogy, (0.0, 0.0), (0.0, 2.0), (1.0, 0.0), (2.0, INF))
edge("xlog1py", js.xlog1py, (0.0, -1.0), (0.0, 1.0), (1.0, -1.0))
edge("power", jnp.power, (0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 0.5), (-2.0, 2.0), (-2.0, 3.0), (1.0, 0.0), (0.0, -1.0))
edge("square root", jnp.sqrt, (0.0,), (INF,))
edge("absolute", jnp.abs, (0.0,), (-0.0,))
edge("sign", jnp.sign, (0.0,))
edge("relu", lambda x: jnp.maximum(x, 0), (0.0,), (1.0,), (-1.0,))
edge("maximum", jnp.maximum, (1.0, 1.0), (INF, INF), (-INF, 1.0))
edge("minimum", jnp.minimum, (1.0, 1.0), (-INF, -INF))
edge("max", jnp.max, ([1.0, 2.0, 2.0],), ([3.0, 3.0, 3.0],), ([-INF, -INF],))
edge("min", jnp.min, ([1.0, 1.0, 2.0],))
edge("norm", jnp.linalg.norm, ([0.0, 0.0],), ([3.0, 4.0],))
edge("hypot", jnp.hypot, (0.0, 0.0), (3.0, 0.0))
edge("arctan2", jnp.arctan2, (0.0, 0.0), (0.0, 1.0), (0.0, -1.0), (1.0, 0.0))
edge("log", jnp.log, (0.0,), (INF,))
edge("log1p", jnp.log1p, (-1.0,))
edge("logaddexp", jnp.logaddexp, (-INF, -INF), (-INF, 1.0), (INF, INF), (1.0, 1.0))
edge("logsumexp", jax.nn.logsumexp, ([-INF, 1.0, 2.0],), ([-INF, -INF],), ([INF, 1.0],))
edge("softmax", jax.nn.softmax, ([-INF, 1.0, 2.0],), ([0.0, 0.0],))
edge("logSoftmax", jax.nn.log_softmax, ([0.0, 0.0],), ([1000.0, 0.0],))
edge("softplus", jax.nn.softplus, (-INF,), (-800.0,), (0.0,), (800.0,), (INF,))
edge("sigmoid", jax.nn.sigmoid, (-INF,), (-800.0,), (800.0,), (INF,))
edge("logSigmoid", jax.nn.log_sigmoid, (-800.0,), (800.0,), (-INF,), (INF,))
edge("logit", js.logit, (0.0,), (1.0,), (0.5,))
edge("entr", js.entr, (0.0,), (1.0,))
edge("clip", lambda x: jnp.clip(x, -1.0, 1.0), (-1.0,), (1.0,), (0.0,), (2.0,), (-3.0,))
edge("cumprod", jnp.cumprod, ([2.0, 0.0, 3.0],), ([0.0, 0.0, 3.0],), ([1.0, 2.0, 3.0],))
edge("prod", jnp.prod, ([2.0, 0.0, 3.0],), ([0.0, 0.0, 3.0],))
edge("cumsum", jnp.cumsum, ([1.0, INF, 2.0],))
edge("cummax", jax.lax.cummax, ([1.0, 1.0, 0.0],), ([1.0, 2.0, 2.0],))
edge("cumlogsumexp", jax.lax.cumlogsumexp, ([-INF, 1.0, 2.0],))
edge("std", jnp.std, ([1.0, 1.0, 1.0],), ([1.0, 2.0, 3.0],))
edge("var", jnp.var, ([1.0, 1.0, 1.0],))
edge("sort", jnp.sort, ([2.0, 1.0, 1.0],), ([1.0, 1.0, 1.0],))
edge("median", jnp.median, ([2.0, 1.0, 1.0],), ([1.0, 1.0, 1.0, 1.0],), ([1.0, 2.0, 2.0, 3.0],))
edge("interp", lambda x: jnp.interp(x, jnp.array([0.0, 1.0, 3.0]), jnp.array([0.0, 2.0, 1.0])), (0.0,), (1.0,), (3.0,), (-1.0,), (4.0,), (0.5,))
for a, b in ((2.0, 3.0), (1.0, 1.0), (1.0, 3.0), (0.5, 0.5)):
    edge(f"betainc {a:g} {b:g}", lambda x, a=a, b=b: js.betainc(a, b, x), (0.0,), (1.0,))
edge("gammainc", js.gammainc, (2.0, 0.0), (1.0, 0.0), (0.5, 0.0), (2.0, INF))
edge("arcsin", jnp.arcsin, (1.0,), (-1.0,))
edge("arccosh", jnp.arccosh, (1.0,))
edge("arctanh", jnp.arctanh, (1.0,))
edge("ndtri", js.ndtri, (0.0,), (1.0,), (0.5,))
edge("logNdtr", js.log_ndtr, (-INF,), (INF,), (-40.0,), (40.0,))
edge("erfinv", js.erfinv, (1.0,), (0.0,))
edge("gammaln", js.gammaln, (0.0,), (INF,), (1.0,))
edge("where, not taken", lambda x: jnp.where(x > 0, jnp.log(x), 0.0), (0.0,), (-1.0,), (2.0,))
edge("where, root not taken", lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0), (0.0,), (-1.0,), (4.0,))
edge("where, division not taken", lambda x: jnp.where(x == 0, 1.0, jnp.sin(x) / x), (0.0,), (1.0,))
edge("where, double", lambda x: jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, 1.0)), 0.0), (0.0,), (-1.0,), (2.0,))
edge("remainder", jnp.mod, (4.0, 2.0), (5.0, 2.0))
edge("round", jnp.round, (0.5,), (1.5,))
edge("reciprocal", jnp.reciprocal, (0.0,), (INF,))
edge("divide", jnp.divide, (0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
edge("tanh", jnp.tanh, (800.0,), (INF,))
edge("diff", jnp.diff, ([1.0, 1.0, INF],))

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "..", "src", "tensor", "np", "edge-gradients.json"), "w") as o:
    o.write("[\n" + ",\n".join("  " + json.dumps(r) for r in rows) + "\n]\n")
print(len(rows))
