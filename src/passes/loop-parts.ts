// A scan or while equation in; its parameters with their types, and lists cut into constants, carries and elements, out.
import type { Equation, Graph } from "../ir/types.js";

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
