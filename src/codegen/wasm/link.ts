// Functions that are the same in every module in (special functions in each form, routines on buffers), the module's own out:
// each stands in a module once, and its code is made once a process.
import type { Routine, Table } from "../../ir/machine.js";
import { keptOf } from "./kept-code.js";
import { portable, type PortableContext, type PortableFunction } from "./portable-function.js";
import { renamed, type Code } from "./function-code.js";
import type { ModuleBuilder } from "./module.js";
import { ScalarMachine } from "./scalar-machine.js";
import type { Signature } from "./signature.js";
import { SimdMachine } from "./simd-machine.js";
import { placeOf } from "./tables.js";

export class RoutineLinker implements PortableContext {
  private readonly made = new Map<PortableFunction, Signature>();
  private readonly functions = new Map<Signature, PortableFunction>();
  /** What the body that is being written has asked for. */
  private asked: PortableFunction[] = [];
  private readonly tables = new Set<Table>();
  private read: Table[] = [];

  constructor(private readonly module: ModuleBuilder) {}

  /** Says which function of the module is meant by one that code calls by name alone. */
  provide(fn: PortableFunction, own: Signature): void {
    this.made.set(fn, own);
    this.functions.set(own, fn);
  }

  portable(fn: PortableFunction): Signature {
    this.asked.push(fn);
    const made = this.made.get(fn);
    if (made) return made;
    const f = this.module.func(fn.name, fn.params, fn.results, { blanks: true });
    this.provide(fn, f);
    const outer = [this.asked, this.read] as const;
    [this.asked, this.read] = [[], []];
    const kept = keptOf(fn);
    if (kept) {
      const { code, asked, read } = kept;
      for (const callee of asked) this.portable(callee);
      for (const table of read) this.table(table);
      f.take(renamed(code, (callee) => this.made.get(callee)!));
    } else {
      fn.write(f, this);
      const { asked, read } = this;
      f.whenEncoded = (code) => (fn.kept = { code: this.named(fn, code), asked, read });
    }
    [this.asked, this.read] = outer;
    return f;
  }

  table(table: Table): number {
    this.read.push(table);
    const place = placeOf(table);
    if (!this.tables.has(table)) {
      this.tables.add(table);
      this.module.data(place, new Uint8Array(Float64Array.from(table.rows).buffer));
    }
    return place;
  }

  /** The code with what it calls named, instead of numbered. */
  private named(fn: PortableFunction, code: Code<Signature>): Code<PortableFunction> {
    return renamed(code, (callee) => {
      const found = this.functions.get(callee);
      if (found) return found;
      throw new Error(
        `wasm: ${fn.name} is to be the same in every module, but calls ${callee.name}, which is not; ask the linker for a portable function.`,
      );
    });
  }

  /** The function f64, ... -> f64. */
  scalar(routine: Routine): Signature {
    return this.portable(formOf(routine, "scalar"));
  }

  /** The function on pairs of f64 lanes: v128, ... -> v128. Only for routines with `simd`. */
  simd(routine: Routine): Signature {
    if (!routine.simd)
      throw new Error(`wasm: routine ${routine.name} has no SIMD form; call its scalar form per lane`);
    return this.portable(formOf(routine, "simd"));
  }

  single(routine: Routine): Signature {
    return this.portable(formOf(routine, "single"));
  }

  singleSimd(routine: Routine): Signature {
    return this.portable(formOf(routine, "singleSimd"));
  }
}

const forms = {
  scalar: { suffix: "", type: "f64", lanes: undefined },
  simd: { suffix: ".f64x2", type: "v128", lanes: "f64x2" },
  single: { suffix: ".f32", type: "f32", lanes: undefined },
  singleSimd: { suffix: ".f32x4", type: "v128", lanes: "f32x4" },
} as const;

type Form = keyof typeof forms;

const owners = new Map<string, Routine>();
const formsOf = new WeakMap<Routine, Partial<Record<Form, PortableFunction>>>();

function formOf(routine: Routine, form: Form): PortableFunction {
  let mine = formsOf.get(routine);
  if (!mine) {
    formsOf.set(routine, (mine = {}));
    if (owners.has(routine.name)) throw new Error(`wasm: two routines are called ${routine.name}`);
    owners.set(routine.name, routine);
  }
  return (mine[form] ??= describe(routine, form));
}

function describe(routine: Routine, form: Form): PortableFunction {
  const { suffix, type, lanes } = forms[form];
  const params = Array.from({ length: routine.arity }, () => type);
  return portable(`${routine.name}${suffix}`, params, [type], (f, cx) => {
    const body = form === "scalar" || form === "simd" ? routine.body : singleOf(routine);
    const args = params.map((_, i) => f.param(i));
    if (lanes === undefined) {
      f.return(body(new ScalarMachine(f, cx, form === "single" ? "f32" : "f64"), ...args));
      return;
    }
    const k = new SimdMachine(f, cx, lanes);
    f.return(k.vector(body(k, ...args)));
  });
}

function singleOf(routine: Routine): NonNullable<Routine["single"]> {
  if (!routine.single) throw new Error(`wasm: routine ${routine.name} has no form in single precision`);
  return routine.single;
}
