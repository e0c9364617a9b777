// A function that is the same in every module but for the numbers of those it calls and those of blanks in; what is kept of its code between modules out.
import type { Table } from "../../ir/machine.js";
import type { FunctionBuilder } from "./function.js";
import type { Code } from "./function-code.js";
import type { RoutineSource } from "./routine-source.js";
import type { Signature } from "./signature.js";
import type { WasmType } from "./value.js";

/** Gives functions of the module that is being made. */
export interface PortableContext extends RoutineSource {
  portable(fn: PortableFunction): Signature;
}

export interface PortableFunction {
  readonly name: string;
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
  /** Writes the body, which depends on nothing that differs between modules: addresses are parameters, or tags (blank.ts). */
  readonly write: (f: FunctionBuilder, cx: PortableContext) => void;
  /** Made with the first module that has the function, or by the build. */
  kept?: Kept | undefined;
}

export interface Kept {
  readonly code: Code<PortableFunction>;
  /** What the body asked for, in order, called or not: modules number their functions in that order. */
  readonly asked: readonly PortableFunction[];
  /** The tables that it reads. */
  readonly read: readonly Table[];
}

const byName = new Map<string, PortableFunction>();

/** The function of that name, which says all that its body depends on: asked for again, it is the first one. */
export function portable(
  name: string,
  params: readonly WasmType[],
  results: readonly WasmType[],
  write: PortableFunction["write"],
): PortableFunction {
  let fn = byName.get(name);
  if (!fn) byName.set(name, (fn = { name, params, results, write }));
  return fn;
}

/** All that have been named so far. */
export const allPortable = (): Iterable<PortableFunction> => byName.values();
