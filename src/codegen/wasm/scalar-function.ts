// A special function in; a JavaScript function of numbers that runs its scalar wasm form out.
import type { Routine } from "../../ir/machine.js";
import { RoutineLinker } from "./link.js";
import { ModuleBuilder } from "./module.js";

export function scalarFunction(routine: Routine): (...xs: number[]) => number {
  const module = new ModuleBuilder();
  module.memory(1);
  const made = new RoutineLinker(module).scalar(routine);
  const params = Array.from({ length: routine.arity }, () => "f64" as const);
  const f = module.func("of", params, ["f64"], { export: "of" });
  const result = f.call(
    made,
    params.map((_, i) => f.param(i)),
  );
  f.return(result!);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
  return instance.exports.of as (...xs: number[]) => number;
}
