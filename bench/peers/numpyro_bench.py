# In: requests, one JSON object a line on standard input:
#   {"do": "prepare", "model": NAME, "data": PATH, "points": [[...], ...]}   compile, then lp and gradient at every point
#   {"do": "gradient", "model": NAME, "seconds": S}     microseconds inside one jit loop, and called from Python
#   {"do": "nuts", "model": NAME} | {"do": "svi", "model": NAME}
#   {"do": "chain", "model": NAME, "seed": N, "times": N, "names": [...]}   one chain of 1,000 + 1,000, compiled before: least seconds, draws
# Out: one JSON line per request. The process stays alive, idle between requests, so that timings of peers can alternate.
import json
import os
import sys
import time

# One thread, as every other figure of the table; must stand before JAX is imported.
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=1 --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax
import numpy as np
import numpyro

numpyro.enable_x64()
# A point outside the support (an equation's solution below zero) must give NaN, which the sampler rejects, not an exception.
numpyro.enable_validation(False)
from numpyro.diagnostics import summary
from numpyro.infer import MCMC, NUTS, SVI, Trace_ELBO
from numpyro.infer.autoguide import AutoNormal
from numpyro.infer.util import initialize_model
from numpyro_models import INCREASING, MODELS


class Prepared:
    def __init__(self, name, path, points):
        with open(path) as file:
            data = json.load(file)
        self.model, order = MODELS[name](data)
        start = time.perf_counter()
        info = initialize_model(jax.random.PRNGKey(0), self.model, validate_grad=False)
        shapes = {site: np.shape(info.param_info.z[site]) for site in order}
        if set(shapes) != set(info.param_info.z):
            raise ValueError(f"{name}: the order names {sorted(shapes)}, the model has {sorted(info.param_info.z)}")
        self.value_and_grad = jax.value_and_grad(info.potential_fn)
        self.call = jax.jit(self.value_and_grad)

        def split(q):
            tree, at = {}, 0
            for site in order:
                size = int(np.prod(shapes[site]))
                tree[site] = jax.numpy.asarray(np.reshape(q[at : at + size], shapes[site]))
                at += size
            if at != len(q):
                raise ValueError(f"{name}: a point has {len(q)} coordinates, the model {at}")
            return tree

        self.name, self.sampler = name, None
        self.points = [split(np.asarray(p, dtype=np.float64)) for p in points]
        self.answers = []
        for z in self.points:
            value, gradient = self.call(z)
            flat = np.concatenate([np.ravel(gradient[site]) for site in order])
            self.answers.append(dict(lp=-float(value), gradient=[-float(g) for g in flat]))

        def loop(z, count):
            def body(_, carry):
                z, total = carry
                value, gradient = self.value_and_grad(z)
                # The point depends on the last gradient, so no call can be hoisted or dropped.
                return jax.tree.map(lambda a, b: a + 1e-12 * b, z, gradient), total + value

            return jax.lax.fori_loop(0, count, body, (z, 0.0))

        self.loop = jax.jit(loop)
        jax.block_until_ready(self.loop(self.points[0], 1))
        self.compile_ms = 1000 * (time.perf_counter() - start)

    def prepare(self):
        return dict(compileMs=self.compile_ms, points=self.answers)

    def gradient(self, seconds):
        count, spent = 1, 0.0
        while spent < 0.1 * seconds:
            count *= 2
            start = time.perf_counter()
            jax.block_until_ready(self.loop(self.points[0], count))
            spent = time.perf_counter() - start
        each, total = [], 0.0
        while total < seconds or len(each) < 3:
            start = time.perf_counter()
            jax.block_until_ready(self.loop(self.points[0], count))
            spent = time.perf_counter() - start
            total += spent
            each.append(spent / count)
        calls = max(20, min(2000, int(0.2 * seconds / each[0])))
        dispatch = []
        for _ in range(3):
            start = time.perf_counter()
            for _ in range(calls):
                result = self.call(self.points[0])
            jax.block_until_ready(result)
            dispatch.append((time.perf_counter() - start) / calls)
        return dict(us=1e6 * min(each), us_middle=1e6 * float(np.median(each)), us_from_python=1e6 * min(dispatch))

    def nuts(self):
        sampler = MCMC(NUTS(self.model), num_warmup=1000, num_samples=1000, progress_bar=False)
        seconds = []
        for seed in (1, 2):
            start = time.perf_counter()
            sampler.run(jax.random.PRNGKey(seed), extra_fields=("num_steps",))
            jax.block_until_ready(sampler.get_samples())
            seconds.append(time.perf_counter() - start)
        rows = summary(sampler.get_samples(group_by_chain=True)).values()
        return dict(
            first_s=seconds[0],
            second_s=seconds[1],
            ess_min=min(float(np.nanmin(r["n_eff"])) for r in rows),
            sampling_leapfrogs=int(sampler.get_extra_fields()["num_steps"].sum()),
        )

    def chain(self, seed, times, names):
        if self.sampler is None:
            self.sampler = MCMC(NUTS(self.model), num_warmup=1000, num_samples=1000, progress_bar=False)
            self.sampler.run(jax.random.PRNGKey(0), extra_fields=("num_steps",))
        seconds = np.inf
        for _ in range(times):
            start = time.perf_counter()
            self.sampler.run(jax.random.PRNGKey(seed), extra_fields=("num_steps",))
            samples = jax.block_until_ready(self.sampler.get_samples())
            seconds = min(seconds, time.perf_counter() - start)
        rows = {name: np.reshape(np.asarray(samples[name]), (1000, -1)).T for name in names}
        for name in INCREASING.get(self.name, ()):
            rows[name] = np.cumsum(rows[name], axis=0)
        return dict(seconds=seconds, draws={name: row.tolist() for name, row in rows.items()})

    def svi(self):
        svi = SVI(self.model, AutoNormal(self.model), numpyro.optim.Adam(0.01), Trace_ELBO())
        state = svi.init(jax.random.PRNGKey(0))
        run = jax.jit(lambda s, n: jax.lax.fori_loop(0, n, lambda _, s: svi.update(s)[0], s))
        start = time.perf_counter()
        jax.block_until_ready(run(state, 1))
        compile_s = time.perf_counter() - start
        count, best = 64, np.inf
        # What ours is compared with: the mean loss of steps 3,000 to 4,000.
        losses = svi.run(jax.random.PRNGKey(0), 4000, progress_bar=False).losses
        while True:
            start = time.perf_counter()
            jax.block_until_ready(run(state, count))
            spent = time.perf_counter() - start
            if spent > 0.2:
                break
            count *= 2
        for _ in range(4):
            start = time.perf_counter()
            jax.block_until_ready(run(state, count))
            best = min(best, (time.perf_counter() - start) / count)
        return dict(us_per_step=1e6 * best, compile_s=compile_s, loss=float(np.mean(losses[-1000:])))


def answer(request, prepared):
    name = request["model"]
    if request["do"] == "prepare":
        if name not in MODELS:
            return dict(missing=f"no NumPyro model of {name} is written")
        prepared[name] = Prepared(name, request["data"], request["points"])
        return prepared[name].prepare()
    if request["do"] == "gradient":
        return prepared[name].gradient(request["seconds"])
    if request["do"] == "nuts":
        return prepared[name].nuts()
    if request["do"] == "svi":
        return prepared[name].svi()
    if request["do"] == "chain":
        return prepared[name].chain(request["seed"], request["times"], request["names"])
    raise ValueError(f"unknown request {request['do']!r}: use prepare, gradient, nuts, svi or chain")


if __name__ == "__main__":
    ready = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), ready)
        except Exception as error:  # the asking side prints it and counts it as a failure
            reply = dict(error=f"{type(error).__name__}: {error}")
        print(json.dumps(reply), flush=True)
