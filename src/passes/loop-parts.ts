// A scan or while equation in; its parameters with their types, and lists cut into constants, carries and elements, out.
import type { Equation, Graph, Value } from "../ir/types.js";

export interface Loop {
  readonly body: Graph;
  /** While loops only. */
  readonly test: Graph | null;
  /** The first inputs: the same at every step. */
  readonly consts: number;
  readonly carries: number;
}

export interface Scan extends Loop {
  readonly length: number;
  readonly reverse: boolean;
}

export function scanOf({ params }: Equation): Scan {
  return {
    body: params.body as Graph,
    test: null,
    consts: params.consts as number,
    carries: params.carries as number,
    length: params.length as number,
    reverse: params.reverse as boolean,
  };
}

export function whileOf({ params, outputs }: Equation): Loop {
  return {
    body: params.body as Graph,
    test: params.test as Graph,
    consts: params.consts as number,
    carries: outputs.length,
  };
}

/** Constants, carries and elements of a list in the order of a loop's operands. */
export function partsOf<T>(
  xs: readonly T[],
  { consts, carries }: { readonly consts: number; readonly carries: number },
): readonly [T[], T[], T[]] {
  return [xs.slice(0, consts), xs.slice(consts, consts + carries), xs.slice(consts + carries)];
}

/**
 * For each output of a body, text that differs only where merging equal equations cannot make outputs equal: the operations
 * that lead to it, a few deep. Inputs all look the same.
 */
export function outlines(body: Graph, depth = 3): readonly string[] {
  const made = new Map(body.equations.flatMap((eq) => eq.outputs.map((v, i) => [v, { eq, i }] as const)));
  const outline = (v: Value, levels: number): string => {
    const from = made.get(v);
    if (!from) return "_";
    const { eq, i } = from;
    if (levels === 0) return eq.op.name;
    // Sorted, since operands of a commutative operation may stand either way.
    return `${eq.op.name}.${i}(${eq.inputs
      .map((x) => outline(x, levels - 1))
      .sort()
      .join(" ")})`;
  };
  return body.outputs.map((v) => outline(v, depth));
}
