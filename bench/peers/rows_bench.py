# In: requests, one JSON object a line on standard input:
#   {"do": "prepare", "x": PATH, "y": PATH, "shape": [N, K] or [K, N], "point": [...]}   f64 files; compile, then value and gradient
#   {"do": "time", "seconds": S}     seconds a gradient inside one jit loop, least of several batches
# Out: one JSON line per request.
import json
import os
import sys
import time

# One thread, as ours; must stand before JAX is imported.
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=1 --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


class Regression:
    def __init__(self, x, y, shape, point):
        y = jnp.asarray(np.fromfile(y))
        x = jnp.asarray(np.fromfile(x).reshape(shape))
        self.point = jnp.asarray(point)

        def density(beta, x, y):
            logits = x @ beta if shape[1] == len(point) else beta @ x
            prior = jnp.sum(-0.5 * beta**2 - 0.5 * jnp.log(2 * jnp.pi))
            # Quicker than jax.nn.softplus, which is logaddexp, by a factor of two to five.
            softplus = jnp.maximum(logits, 0) + jnp.log1p(jnp.exp(-jnp.abs(logits)))
            return prior + jnp.sum(y * logits - softplus)

        gradient = jax.value_and_grad(density)

        @jax.jit
        def loop(count, beta, x, y):
            def step(i, carry):
                beta, total, slope = carry
                beta = beta.at[i % len(point)].add(1e-12)
                value, slope = gradient(beta, x, y)
                return beta, total + value, slope

            return jax.lax.fori_loop(0, count, step, (beta, 0.0, jnp.zeros_like(beta)))

        self.run = lambda count: jax.block_until_ready(loop(count, self.point, x, y))
        self.answer = jax.jit(gradient)(self.point, x, y)
        self.count = None

    def seconds(self, count):
        start = time.perf_counter()
        self.run(count)
        return time.perf_counter() - start

    def time(self, seconds):
        if self.count is None:
            self.seconds(1)
            self.count = 1
            while self.seconds(self.count) < seconds / 4:
                self.count *= 2
        return min(self.seconds(self.count) for _ in range(4)) / self.count


current = None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["do"] == "prepare":
            current = Regression(request["x"], request["y"], request["shape"], request["point"])
            value, gradient = current.answer
            reply = {"value": float(value), "gradient": [float(g) for g in gradient]}
        else:
            reply = {"seconds": current.time(request["seconds"])}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
