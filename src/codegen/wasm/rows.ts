// A program of f64 numbers in; the function `rows` that runs it at many points in one call out: points are read from one place, row by
// row, and each output is written to a place of its own. A call from JavaScript for each point costs more than most programs.
import type { Buffer, Kernels } from "../../schedule/kernel.js";
import { isOpen } from "../../ir/size.js";
import type { FunctionBuilder, ModuleBuilder } from "./module.js";
import { upTo } from "./routines/loops.js";
import type { Operand } from "./value.js";

/** Addresses in bytes. */
export interface RowsLayout {
  /** Rows that fit. */
  readonly capacity: number;
  /** Numbers of a point: all free inputs, one after another. */
  readonly width: number;
  readonly points: number;
  /** For each output, its rows. */
  readonly outputs: readonly { readonly place: number; readonly size: number }[];
  readonly end: number;
}

/** Rows take about this much memory, and there are never more than so many. */
const BYTES = 1 << 18;
const MOST = 1024;

const numbers = (buffers: readonly Buffer[]): number => buffers.reduce((n, b) => n + b.size, 0);

/** Null where a size is open, or something is no f64. `free` counts the inputs that make a point, which stand first. */
export function rowsLayout(main: Kernels, free: number, start: number): RowsLayout | null {
  const inputs = main.inputs.slice(0, free);
  if ([...inputs, ...main.outputs].some((b) => b.dtype !== "f64" || isOpen(b.size))) return null;
  const width = numbers(inputs);
  const row = 8 * (width + numbers(main.outputs));
  const capacity = Math.max(1, Math.min(MOST, Math.floor(BYTES / Math.max(8, row))));
  let end = start + 8 * capacity * width;
  const outputs = main.outputs.map(({ size }) => {
    const place = end;
    end += 8 * capacity * size;
    return { place, size };
  });
  return { capacity, width, points: start, outputs, end };
}

/** (count): runs the program at the first points. */
export function emitRows(
  module: ModuleBuilder,
  { points, width, outputs }: RowsLayout,
  main: Kernels,
  run: FunctionBuilder,
): void {
  const f = module.func("rows", ["i32"], [], { export: "rows" });
  upTo(f, 0, f.param(0), (row) => {
    const point = f.op("i32.mul", row, 8 * width);
    for (let at = 0, i = 0; at < width; at += main.inputs[i++]!.size) {
      const { place, size } = main.inputs[i]!;
      copy(f, { base: 0, place }, { base: point, place: points + 8 * at }, size);
    }
    f.call(run, []);
    outputs.forEach(({ place, size }, i) =>
      copy(
        f,
        { base: f.op("i32.mul", row, 8 * size), place },
        { base: 0, place: main.outputs[i]!.place },
        size,
      ),
    );
  });
}

interface Address {
  readonly base: Operand;
  readonly place: number;
}

/** Numbers up to which a copy is written out: copying memory is a call. */
const FEW = 4;

function copy(f: FunctionBuilder, to: Address, from: Address, size: number): void {
  if (size > FEW) {
    f.memoryCopy(f.op("i32.add", to.base, to.place), f.op("i32.add", from.base, from.place), 8 * size);
    return;
  }
  for (let i = 0; i < size; i++) {
    const x = f.load("f64.load", from.base, from.place + 8 * i);
    f.store("f64.store", to.base, x, to.place + 8 * i);
  }
}
