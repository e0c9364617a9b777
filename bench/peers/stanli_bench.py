# In: requests, one JSON object a line on standard input:
#   {"do": "prepare", "model": NAME, "program": PATH, "data": PATH, "points": [[...], ...]}   preparation, lp and gradient at every point
#   {"do": "gradient", "model": NAME, "seconds": S}     microseconds in a C loop over stanli's C interface, and from Python
#   {"do": "nuts", "model": NAME}                       microseconds a leapfrog, smallest bulk ESS
#   {"do": "chain", "model": NAME, "seed": N, "times": N, "names": [...]}   one chain of 1,000 + 1,000: least seconds, gradients, draws
# Out: one JSON line per request. The process stays alive, idle between requests, so that timings of peers can alternate.
import ctypes
import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import stanli

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
HOME = os.environ.get("SINTER_PEERS", os.path.join(CACHE, "sinter-peers"))


def loop_library():
    """A few lines of C, built once, so that the figure is stanli's and not Python's."""
    source, target = os.path.join(HERE, "stanli-loop.c"), os.path.join(HOME, "stanli-loop.so")
    if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", "-o", target, source], check=True)
    library = ctypes.CDLL(target)
    library.time_gradient.restype = ctypes.c_double
    library.time_gradient.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long, ctypes.c_long]
    return library


def simplex_coordinates(program):
    """Indices of unconstrained coordinates that belong to simplexes of length 2, counted through the parameters block.

    stanli's simplex is the isometric log-ratio one, whose coordinate is the stick-breaking one divided by sqrt(2); the
    programs here have simplexes of length K = 2 only, declared before everything else.
    """
    with open(program) as file:
        block = re.search(r"^parameters \{(.*?)^\}", file.read(), re.S | re.M).group(1)
    declared = [line.strip() for line in block.strip().splitlines()]
    count = sum(d.startswith("simplex[K]") for d in declared)
    if any(d.startswith("simplex") for d in declared[count:]):
        raise ValueError(f"{program}: a simplex stands after another parameter; simplex_coordinates must learn to count")
    return np.arange(count)


class Prepared:
    def __init__(self, name, program, data, points):
        start = time.perf_counter()
        self.model = stanli.Model(stan_file=program, data=data)
        self.prepare_ms = 1000 * (time.perf_counter() - start)
        scale = np.ones(self.model.n_unconstrained)
        scale[simplex_coordinates(program)] = np.sqrt(0.5)
        self.points = [scale * np.asarray(p, dtype=np.float64) for p in points]
        self.answers = []
        for q in self.points:
            value, gradient = self.model.log_prob_grad(q)
            self.answers.append(dict(lp=value, gradient=[float(g) for g in gradient * scale]))

    def prepare(self):
        return dict(compileMs=self.prepare_ms, points=self.answers)

    def gradient(self, seconds):
        library = loop_library()
        call = ctypes.cast(stanli._lib.stanli_grad, ctypes.c_void_p)
        q, out = self.points[0].copy(), np.empty(self.model.n_unconstrained)

        def batch(count):
            spent = library.time_gradient(call, self.model._m, q.ctypes.data, out.ctypes.data, q.size, count)
            if spent < 0:
                raise RuntimeError("stanli refused the point while it was timed")
            return spent

        count = 1
        while batch(count) < 0.05 * seconds:
            count *= 2
        each, total = [], 0.0
        while total < seconds or len(each) < 3:
            spent = batch(count)
            total += spent
            each.append(spent / count)
        calls = max(20, min(5000, int(0.1 * seconds / each[0])))
        start = time.perf_counter()
        for _ in range(calls):
            self.model.log_prob_grad(q)
        from_python = (time.perf_counter() - start) / calls
        return dict(us=1e6 * min(each), us_middle=1e6 * float(np.median(each)), us_from_python=1e6 * from_python)

    def nuts(self):
        best = np.inf
        for seed in (1, 2, 3):
            start = time.perf_counter()
            fit = self.model.sample(seed=seed, chains=1, warmup=1000, samples=1000, save_warmup=True, refresh=0)
            seconds = time.perf_counter() - start
            leapfrogs = np.ravel(np.asarray(fit["n_leapfrog__"]))
            if leapfrogs.size != 2000:
                raise RuntimeError(f"stanli returned {leapfrogs.size} rows with warm-up saved, 2000 were expected")
            best = min(best, seconds / float(leapfrogs.sum()))
        fit = self.model.sample(seed=1, chains=1, warmup=1000, samples=1000, refresh=0)
        return dict(us_per_leapfrog=1e6 * best, sample_s=seconds, ess_min=float(np.nanmin(np.array(fit.summary().ess_bulk))))

    def chain(self, seed, times, names):
        run = dict(seed=seed, chains=1, warmup=1000, samples=1000, refresh=0)
        seconds = np.inf
        for _ in range(times):
            start = time.perf_counter()
            fit = self.model.sample(**run)
            seconds = min(seconds, time.perf_counter() - start)
        draws = {name: np.reshape(np.asarray(fit[name], dtype=np.float64), (1000, -1)).T.tolist() for name in names}
        # The same chain once more, with what its warm-up took.
        whole = self.model.sample(**run, save_warmup=True)
        return dict(seconds=seconds, gradients=int(np.sum(np.asarray(whole["n_leapfrog__"]))), draws=draws)


def answer(request, prepared):
    name = request["model"]
    if request["do"] == "prepare":
        prepared[name] = Prepared(name, request["program"], request["data"], request["points"])
        return prepared[name].prepare()
    if request["do"] == "gradient":
        return prepared[name].gradient(request["seconds"])
    if request["do"] == "nuts":
        return prepared[name].nuts()
    if request["do"] == "chain":
        return prepared[name].chain(request["seed"], request["times"], request["names"])
    raise ValueError(f"unknown request {request['do']!r}: use prepare, gradient, nuts or chain")


if __name__ == "__main__":
    ready = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), ready)
        except Exception as error:  # the asking side prints it and counts it as a failure
            reply = dict(error=f"{type(error).__name__}: {error}")
        print(json.dumps(reply), flush=True)
