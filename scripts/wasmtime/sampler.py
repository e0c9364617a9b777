"""In: a .wasm file that fit.export() wrote, and a seed. Out: the draws of its sampler as JSON, (chains, draws, coordinates).

Shows that the sampler needs nothing of JavaScript: what a host does is to choose starting points, fill the state and ask for iterations.
"""

import ctypes
import json
import math
import sys

from density import Program, custom_section
from wasmtime import Engine, Instance, Module, Store

WORD = 0xFFFFFFFF


def philox(key, counter):
    """Philox 4x32-10 (Salmon et al. 2011)."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & WORD, (a >> 32) ^ c3 ^ k1, a & WORD
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return c0, c1, c2, c3


def uniforms(key):
    """In (0, 1): 52 random bits and a half."""
    block = 0
    while True:
        w = philox(key, (block & WORD, block >> 32, 0, 0x53))
        for high, low in ((w[0], w[1]), (w[2], w[3])):
            yield ((high >> 6) * 67108864 + (low >> 6) + 0.5) * 2.220446049250313e-16
        block += 1


def windows(warmup):
    """Stan's schedule: a fast start, windows that double, a fast end."""
    if warmup < 20:
        return warmup, []
    fits = warmup >= 150
    start = 75 if fits else math.floor(0.15 * warmup)
    stop = warmup - (50 if fits else math.floor(0.1 * warmup))
    ends, at, size = [], start, 25 if fits else stop - start
    while at < stop:
        at = stop if at + size + 2 * size > stop else at + size
        ends.append(at)
        size *= 2
    return start, ends


class Sampler:
    def __init__(self, data):
        self.manifest = json.loads(custom_section(data, "sinter"))
        self.layout = self.manifest["sampler"]
        metric = self.layout["plan"]["metric"]
        if metric["kind"] != "diagonal" and "gradients" not in metric:
            raise SystemExit("metrics that a host adapts are not adapted here")
        self.store = Store(Engine())
        self.exports = Instance(self.store, Module(self.store.engine, data), []).exports(self.store)
        self.density = Program(self.store, self.exports, self.manifest["entries"]["logDensity"])
        self.base = ctypes.addressof(self.exports["memory"].data_ptr(self.store).contents)

    def view(self, place, size):
        return (ctypes.c_double * size).from_address(self.base + place)

    def cell(self, name):
        return self.view(self.layout["cells"][name], 1)

    def start(self, key, chain):
        """Where the chain of the run started; or uniform, as often as it takes to find a finite density."""
        draw, starts = uniforms(key), self.manifest["kernel"]["starts"]
        for _ in range(100):
            if "points" in starts:
                q = starts["points"][chain]
            else:
                q = [starts["radius"] * (2 * next(draw) - 1) for _ in range(self.manifest["dim"])]
            value, *gradient = self.density.run(self.manifest["sites"], q)
            g = sum(gradient, [])
            if all(map(math.isfinite, [*value, *g])):
                return q, g, value[0]
        raise SystemExit("no starting point with a finite log density")

    def chain(self, key, index):
        q, g, logp = self.start(key, index)
        layout, dim = self.layout, self.manifest["dim"]
        spec, plan = self.manifest["kernel"]["spec"], self.manifest["kernel"]["plan"]
        trajectory, warmup = spec["trajectory"], plan["warmup"]
        total = warmup + plan["samples"] * plan["thinning"]
        gradients = spec["adaptation"] == "gradients"
        first, ends = windows(warmup)
        state = self.view(layout["state"]["place"], layout["state"]["size"])
        state[:] = [0.0] * layout["state"]["size"]
        self.view(layout["windowEnds"], layout["windows"])[:] = ends + [-1.0] * (layout["windows"] - len(ends))
        settings = {
            "keyLow": key[0],
            "keyHigh": key[1],
            "warmup": warmup,
            "total": total,
            "thinning": plan["thinning"],
            "targetAccept": spec["targetAccept"],
            "adaptStepSize": spec["adaptStepSize"],
            "adaptMass": spec["adaptMass"],
            "fromGradients": gradients,
            "maxDepth": trajectory.get("maxTreeDepth", 0),
            "jitter": spec["stepSizeJitter"],
            "trajectoryLength": trajectory.get("trajectoryLength", 0),
            "numSteps": trajectory.get("numSteps", 0),
            "windowStart": 0 if gradients else first,
            "windowStop": ends[-1] if ends else first,
            "blocks": 2**32,
            "logp": logp,
            "stepSize": spec["stepSize"],
            "searches": spec["adaptStepSize"] and warmup > 0,
        }
        for name, value in settings.items():
            self.cell(name)[0] = float(value)
        for name, values in (("q", q), ("g", g), ("scale", [1.0] * dim)):
            self.view(layout["vectors"][name], dim)[:] = values
        metric = layout["plan"]["metric"]
        if metric["kind"] == "dense":
            lengths = [len(block) for block in metric["blocks"]]
            self.cell("windowLength")[0] = 10.0 + 2 * max(lengths)
            identity = [float(i == j) for n in lengths for i in range(n) for j in range(n)]
            self.view(layout["factors"]["place"], layout["factors"]["size"])[:] = identity
        draws = []
        while (at := int(self.cell("iteration")[0])) < total:
            stop = warmup if at < warmup else total
            rows = self.exports["sampler"](self.store, min(layout["capacity"], stop - at))
            if at >= warmup:
                numbers = list(self.view(layout["draws"], rows * dim))
                draws += [numbers[i * dim : (i + 1) * dim] for i in range(rows)]
        return draws


def main():
    with open(sys.argv[1], "rb") as file:
        sampler = Sampler(file.read())
    seed, chains = int(sys.argv[2]), sampler.manifest["kernel"]["chains"]
    key = (seed & WORD, seed >> 32)
    keys = [key] if chains == 1 else [philox(key, (i, 0, 0, 1))[:2] for i in range(chains)]
    json.dump([sampler.chain(k, i) for i, k in enumerate(keys)], sys.stdout)


main()
