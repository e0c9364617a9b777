// A Graph in; its scheduled main program and prologue, and which of their buffers are the graph's inputs, out.
import type { ProgramParts } from "../codegen/wasm/program.js";
import type { Graph } from "../ir/types.js";
import { optimise, type Optimised } from "../passes/optimise.js";
import type { Buffer } from "../schedule/kernel.js";
import { schedule } from "../schedule/schedule.js";
import { hasRelaxedSimd } from "./relaxed-simd.js";
import type { CompileOptions } from "./backend.js";

export interface LaidOut {
  readonly optimised: Optimised;
  /** What the code generator takes. */
  readonly parts: ProgramParts;
  /** The buffer of each input of the graph; none, or one without a place, where nothing reads the input. */
  readonly inputs: readonly (Buffer | undefined)[];
}

export function layOut(graph: Graph, options: CompileOptions): LaidOut {
  const { fastMath, verify } = options;
  const bound = options.bound ?? graph.inputs.map(() => false);
  const optimised = optimise(graph, {
    bound,
    ...(fastMath === undefined ? {} : { fastMath }),
    ...(verify === undefined ? {} : { verify }),
  });
  const { prologue: prologueGraph = null, main: mainGraph, reads } = optimised;
  // main's inputs: the unbound inputs, the derived values, the bound inputs it reads itself.
  const free = graph.inputs.map((_, i) => i).filter((i) => !bound[i]);
  const main = schedule(mainGraph, new Map(options.next?.map(([i, o]) => [free.indexOf(i), o])));
  const prologue = prologueGraph ? schedule(prologueGraph) : null;
  const held = graph.inputs.map((_, i) => i).filter((i) => bound[i]);
  const derivedCount = prologue ? prologue.outputs.length : 0;
  const own = new Map<number, Buffer>();
  free.forEach((i, n) => own.set(i, main.inputs[n]!));
  reads.forEach((i, n) => own.set(i, main.inputs[free.length + derivedCount + n]!));
  const derived = main.inputs.map((_, n) =>
    n >= free.length && n < free.length + derivedCount ? prologue!.outputs[n - free.length]! : null,
  );
  const shared = held.map((i) => own.get(i) ?? null);
  if (prologue) held.forEach((i, n) => own.has(i) || own.set(i, prologue.inputs[n]!));
  return {
    optimised,
    parts: {
      main,
      prologue,
      derived,
      shared,
      profile: options.profile === true,
      relaxed: options.relaxedSimd === true && hasRelaxedSimd(),
      ...(options.sampler === undefined ? {} : { sampler: options.sampler }),
      ...(options.rows ? { rows: free.length } : {}),
    },
    inputs: graph.inputs.map((_, i) => own.get(i)),
  };
}
