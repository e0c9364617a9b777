# Nothing in, src/ops/routines/tables.ts out: powers of two and logarithms between which exp and log interpolate
# (run: python3 scripts/coefficients/tables.py && npx prettier --write src/ops/routines/tables.ts).
import os
import struct
from mpmath import mp, mpf, log, nint

mp.prec = 200


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def double(b):
    return struct.unpack("<d", struct.pack("<Q", b))[0]


exp_rows = []
for i in range(64):
    exact = mpf(2) ** (mpf(i) / 64)
    near = float(exact)
    # What exp adds to the exponent field are 64ths: those of the row itself are taken off beforehand.
    exp_rows.append((double(bits(near) - (i << 46)), float((exact - mpf(near)) / mpf(near))))

# Cells of log: 128 of equal width in the bits of a double, so that twice as dense below 1, with 1 in the middle of cell 74.
HALVES = 149
log_rows = []
for i in range(128):
    centre = double(bits(1.0) + ((2 * i + 1 - HALVES) << 44))
    # Five cells share the centre 1, where the logarithm is 0: nothing cancels beside it.
    c = 1.0 if abs(2 * i + 1 - HALVES) <= 4 else centre
    exact = log(mpf(c))
    high = nint(exact * 2 ** 43) / 2 ** 43
    log_rows.append((c, float(1 / mpf(c)), float(high), float(exact - high)))

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "..", "src", "ops", "routines", "tables.ts"), "w") as o:
    o.write("// Tables, written by scripts/coefficients/tables.py: do not edit. exp.ts and log.ts say how they are read.\n")
    o.write('import type { Table } from "../../ir/machine.js";\n')
    for name, doc, width, rows in (
        ("expTable", "2^(i/64) with i taken off the 64ths of its exponent, and what rounding lost of it, relative", 2, exp_rows),
        ("logTable", "The centre c of cell i, 1 / c, log c in multiples of 2^-43 and the rest of it", 4, log_rows),
    ):
        o.write(f"\n/** {doc}. */\nexport const {name}: Table = {{\n  name: \"{name}\",\n  width: {width},\n  rows: [\n")
        o.write("".join(f"    {x!r},\n" for row in rows for x in row))
        o.write("  ],\n};\n\n".rstrip("\n") + "\n")
    o.write(f"\n/** Half cells of log between its first cell and 1. */\nexport const LOG_HALVES = {HALVES};\n")
