"""In: a .wasm file with a log density, and points as JSON on standard input. Out: values, gradients, constrained values and predictions as JSON.

Shows that the file needs nothing of JavaScript: it reads the manifest in the custom section "sinter" and runs the module in wasmtime.
"""

import ctypes
import json
import sys

from wasmtime import Engine, Instance, Module, Store

FORMATS = {"f64": ctypes.c_double, "f32": ctypes.c_float, "i32": ctypes.c_int32, "u32": ctypes.c_uint32, "bool": ctypes.c_uint8}


def unsigned(data, at):
    """An unsigned LEB128 number and the place behind it."""
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def custom_section(data, wanted):
    """The contents of a custom section (id 0) of a wasm module."""
    at = 8
    while at < len(data):
        kind = data[at]
        size, at = unsigned(data, at + 1)
        if kind == 0:
            length, start = unsigned(data, at)
            if data[start : start + length].decode() == wanted:
                return data[start + length : at + size]
        at += size
    raise SystemExit(f"no section {wanted!r}: not written by sinter")


def size_of(shape):
    n = 1
    for d in shape:
        n *= d
    return n


class Program:
    def __init__(self, store, exports, entry):
        self.store, self.exports, self.entry = store, exports, entry
        base = ctypes.addressof(exports["memory"].data_ptr(store).contents)

        def view(slot):
            kind, words = (ctypes.c_uint32, 2) if slot["dtype"] == "key" else (FORMATS[slot["dtype"]], 1)
            return (kind * (words * size_of(slot["shape"]))).from_address(base + slot["place"])

        self.inputs = [view(s) if s["place"] >= 0 else None for s in entry["inputs"]]
        self.outputs = [view(s) for s in entry["outputs"]]
        if entry["prologue"]:
            exports[entry["prologue"]](store)

    def run(self, sites, q, key=None):
        if key is not None:
            self.inputs[0][:] = key
        for site, view in zip(sites, self.inputs if key is None else self.inputs[1:]):
            if view is not None:
                view[:] = q[site["offset"] : site["offset"] + site["size"]]
        self.exports[self.entry["main"]](self.store)
        return [list(view) for view in self.outputs]


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    manifest = json.loads(custom_section(data, "sinter"))
    if manifest["format"] != 1 or manifest["kind"] != "density":
        raise SystemExit("a log density of format 1 is needed")
    store = Store(Engine())
    exports = Instance(store, Module(store.engine, data), []).exports(store)
    programs = {name: Program(store, exports, entry) for name, entry in manifest["entries"].items()}
    results = []
    for q in json.load(sys.stdin):
        value, *gradient = programs["logDensity"].run(manifest["sites"], q)
        constrained = programs["constrain"].run(manifest["sites"], q)
        predicted = programs["predict"].run(manifest["sites"], q, key=[7, 0])
        results.append({"value": value[0], "gradient": sum(gradient, []), "constrained": constrained, "predicted": predicted})
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
