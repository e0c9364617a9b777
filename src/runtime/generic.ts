// A Graph whose leading lengths are open in; a program that is compiled once and made ready for each length out.
import { checkShifted, shifted } from "../transform/generic/shift.js";
import { isOpen, NotGeneric, sizeAt } from "../ir/size.js";
import type { Graph } from "../ir/types.js";
import { optimise } from "../passes/optimise.js";
import type { Block } from "../schedule/kernel.js";
import type { CompileOptions, GenericProgram } from "./backend.js";
import { compileGraph, instantiate } from "./wasm-program.js";

/** Throws NotGeneric with the reason when some part of the program hangs on the length in a way that code for every length cannot have. */
export function compileGeneric(graph: Graph, options: CompileOptions): GenericProgram {
  if (options.sampler && graph.inputs.some((v, i) => !options.bound?.[i] && v.type.shape.some(isOpen)))
    throw new NotGeneric("a sampler has a fixed number of coordinates");
  const compiled = compileGraph(graph, options);
  const { optimised, parts } = compiled.laidOut;
  const { fastMath, bound } = options;
  const other = optimise(shifted(graph), {
    ...(bound ? { bound } : {}),
    ...(fastMath === undefined ? {} : { fastMath }),
  });
  checkShifted(optimised.main, other.main);
  if (optimised.prologue && other.prologue) checkShifted(optimised.prologue, other.prologue);
  const sizes = new Set<number>();
  for (const kernels of parts.prologue ? [parts.main, parts.prologue] : [parts.main]) {
    kernels.buffers.forEach((b) => isOpen(b.size) && sizes.add(b.size));
    loopSizes(kernels.root, sizes);
  }
  return {
    get lowered() {
      return instantiate(compiled, smallest(sizes)).lowered;
    },
    at(n) {
      for (const size of sizes)
        if (sizeAt(size, n) < 1) throw new NotGeneric(`for the length ${n} an array or a loop is empty`);
      return instantiate(compiled, n);
    },
  };
}

/** A length for which nothing is empty. */
const smallest = (sizes: ReadonlySet<number>): number => {
  let n = 1;
  while ([...sizes].some((size) => sizeAt(size, n) < 1)) n++;
  return n;
};

function loopSizes(block: Block, into: Set<number>): void {
  for (const item of block.items) {
    if (item.kind === "loop") {
      if (isOpen(item.over.size)) into.add(item.over.size);
      loopSizes(item.body, into);
    } else if (item.kind === "while") [item.test, item.body].forEach((b) => loopSizes(b, into));
    else if (item.kind === "if") item.arms.forEach((b) => loopSizes(b, into));
  }
}
