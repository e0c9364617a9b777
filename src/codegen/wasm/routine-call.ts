// Operations that run as routines over whole buffers: one table from a row's `lowering` to the code that calls it.
import type { Call } from "../../schedule/kernel.js";
import type { PortableFunction } from "./portable-function.js";
import type { RoutineLinker } from "./link.js";
import type { FunctionBuilder, Signature } from "./function.js";

/** Writes the call of an operation into a function; helper functions are added to the module once. */
export type RoutineEmitter = (cx: RoutineContext, f: FunctionBuilder, call: Call) => void;

export interface RoutineContext {
  readonly linker: RoutineLinker;
  /** A function of the module that is the same in all. */
  portable(fn: PortableFunction): Signature;
  /** The address of memory to work in, as much as routines/scratch.ts says; free again when the call returns. */
  readonly scratch: number;
  /** Whether products may be added without being rounded first. */
  readonly relaxed: boolean;
}

export class RoutineCall implements RoutineContext {
  constructor(
    readonly linker: RoutineLinker,
    private readonly table: Readonly<Record<string, RoutineEmitter>>,
    readonly scratch = 0,
    readonly relaxed = false,
  ) {}

  portable(fn: PortableFunction): Signature {
    return this.linker.portable(fn);
  }

  emit(f: FunctionBuilder, call: Call): void {
    const emitter = this.table[call.row.lowering];
    if (!emitter)
      throw new Error(
        `wasm: operation ${call.row.name} has no compiled form (lowering "${call.row.lowering}"). Run it with backend: "interpret", or compute it outside of the compiled function.`,
      );
    emitter(this, f, call);
  }
}
