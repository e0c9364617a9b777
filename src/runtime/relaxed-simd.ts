// Nothing in; whether this engine runs relaxed SIMD (in Node 20 behind --experimental-wasm-relaxed-simd) out.
import { ModuleBuilder } from "../codegen/wasm/module.js";

export function hasRelaxedSimd(): boolean {
  const module = new ModuleBuilder();
  const f = module.func("probe", [], ["v128"]);
  const zero = f.splat("f32x4", 0);
  f.return(f.op("f32x4.relaxed_madd", zero, zero, zero));
  return WebAssembly.validate(module.bytes());
}
