// Operations that run as routines over whole buffers: one table from a row's `lowering` to the code that calls it.
import type { Call } from "../../schedule/kernel.js";
import type { RoutineLinker } from "./link.js";
import type { FunctionBuilder } from "./function.js";
import type { ModuleBuilder } from "./module.js";

/** Writes the call of an operation into a function; helper functions are added to the module once. */
export type RoutineEmitter = (cx: RoutineContext, f: FunctionBuilder, call: Call) => void;

export interface RoutineContext {
  readonly module: ModuleBuilder;
  readonly linker: RoutineLinker;
  /** A helper function of the module, made at the first request. */
  helper(name: string, make: () => FunctionBuilder): FunctionBuilder;
  /** The address of memory to work in, as much as routines/scratch.ts says; free again when the call returns. */
  readonly scratch: number;
}

export class RoutineCall implements RoutineContext {
  private readonly helpers = new Map<string, FunctionBuilder>();

  constructor(
    readonly module: ModuleBuilder,
    readonly linker: RoutineLinker,
    private readonly table: Readonly<Record<string, RoutineEmitter>>,
    readonly scratch = 0,
  ) {}

  helper(name: string, make: () => FunctionBuilder): FunctionBuilder {
    let f = this.helpers.get(name);
    if (!f) this.helpers.set(name, (f = make()));
    return f;
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
