// A Graph and inputs in, its outputs from the interpreter and from the compiled program out: what backend tests compare.
import { interpret } from "../ir/interpret.js";
import type { Data, Graph } from "../ir/types.js";
import { optimise } from "../passes/optimise.js";
import type { Program } from "./backend.js";
import { wasmBackend } from "./wasm.js";

export interface Both {
  /** The graph as given, interpreted. */
  readonly given: readonly Data[];
  /** The graphs after the passes, interpreted: what compiled code must reproduce. */
  readonly wanted: readonly Data[];
  /** The compiled program's outputs, copied. */
  readonly got: readonly Data[];
  readonly program: Program;
}

/** Runs the program twice, the second time after all inputs were set again, and fails when the two runs differ. */
export function runBoth(graph: Graph, inputs: readonly Data[], bound?: readonly boolean[]): Both {
  const flags = bound ?? graph.inputs.map(() => false);
  const given = interpret(graph, inputs);
  const { prologue, main, reads } = optimise(graph, { bound: flags });
  const held = inputs.filter((_, i) => flags[i]);
  const derived = prologue ? interpret(prologue, held) : [];
  const free = inputs.filter((_, i) => !flags[i]);
  const wanted = interpret(main, [...free, ...derived, ...reads.map((i) => inputs[i]!)]);
  const program = wasmBackend.compile(graph, { name: graph.name, bound: flags, verify: true });
  const once = (): Data[] => {
    inputs.forEach((data, i) => program.setInput(i, data));
    program.run();
    return graph.outputs.map((_, i) => program.output(i).slice());
  };
  const first = once();
  const got = once();
  const again = firstDifference(first, got);
  if (again !== null) throw new Error(`the second run of ${graph.name} differs from the first: ${again}`);
  return { given, wanted, got, program };
}

/**
 * The first element at which two results differ, or null: bit for bit (any NaN equals any NaN) where the tolerance is 0,
 * else up to the tolerance relative to max(1, |x|).
 */
export function firstDifference(wanted: readonly Data[], got: readonly Data[], tolerance = 0): string | null {
  for (const [k, x] of wanted.entries()) {
    const y = got[k];
    if (!y || x.constructor !== y.constructor || x.length !== y.length)
      return `output ${k} has ${y?.length} elements where ${x.length} are wanted`;
    for (let i = 0; i < x.length; i++) {
      const [a, b] = [x[i]!, y[i]!];
      if (Object.is(a, b) || (tolerance > 0 && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a))))
        continue;
      if (tolerance > 0 && a === b) continue;
      return `output ${k}, element ${i}: ${showNumber(b)} where ${showNumber(a)} is wanted`;
    }
  }
  return null;
}

const showNumber = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));
