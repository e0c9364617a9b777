// A function on tensors -> the same function, compiled at its first call and again whenever a new program is needed.
import { Builder } from "../ir/builder.js";
import { print } from "../ir/print.js";
import { sameType, showType, type Graph, type Type } from "../ir/types.js";
import type { Lowered, Program } from "../runtime/backend.js";
import { backendNamed, defaultBackend, type BackendName } from "../runtime/backends.js";
import { flatten, unflatten, type TreeDef } from "../tensor/pytree.js";
import { concrete } from "../tensor/tensor.js";
import { ambientsOf, type Ambient } from "./ambient.js";
import { checkTrace } from "./check-trace.js";
import { watchHiddenInputs } from "./hidden-inputs.js";
import { refusePromise } from "./leaves.js";
import { ProgramCache } from "./program-cache.js";
import { signatureOf, type Signature } from "./signature.js";
import { statements } from "./statements.js";
import { currentTrace, Trace, within } from "./trace.js";

export interface JitOptions {
  /** "wasm" where it is present; "interpret" is the slow reference. */
  readonly backend?: BackendName;
  /** Allows rewrites that assume ordinary numbers (no NaN, no infinities) and free reassociation. */
  readonly fastMath?: boolean;
  /** Traces twice at each compile and compares, to catch hidden state. */
  readonly checkTrace?: boolean;
  /** The name in errors and `explain`; the function's own unless told. */
  readonly name?: string;
  /** How many programs are kept, the least recently used going first. */
  readonly maxPrograms?: number;
  /** Verify the graph after every pass. */
  readonly verify?: boolean;
  /** Use SIMD instructions (the default). */
  readonly simd?: boolean;
  readonly profile?: boolean;
}

const OPTIONS: readonly (keyof JitOptions)[] = [
  ...(["backend", "fastMath", "checkTrace", "name", "maxPrograms", "verify", "simd", "profile"] as const),
];
const DEFAULT_PROGRAMS = 64;

/** Why and how one program came to be. */
export interface CompileRecord {
  /** The facts that the program depends on, by place. */
  readonly key: ReadonlyMap<string, string>;
  readonly why: string;
  /** The guards that failed against the nearest program there was; empty for the first. */
  readonly failed: readonly { readonly guard: string; readonly old: string; readonly new: string }[];
  /** Milliseconds from the call to a program that can run: tracing and compiling. */
  readonly ms: number;
  /** Size of the compiled code; 0 on the interpreter. */
  readonly bytes: number;
}

/** One compiled program. */
interface Compiled {
  readonly facts: ReadonlyMap<string, string>;
  readonly program: Program;
  readonly out: TreeDef;
  readonly outTypes: readonly Type[];
  readonly ambients: readonly (Ambient & { readonly index: number })[];
  readonly record: CompileRecord;
  /** How many statements of a model were made while tracing. */
  readonly statements: number;
}

/** Compiles lazily; `jit(fn)` is the same thing as a plain function. */
export class LazyJIT<A extends unknown[], R> {
  readonly name: string;
  private readonly cache: ProgramCache<Compiled>;
  private readonly records: CompileRecord[] = [];
  private readonly fixed: readonly (readonly [string, string])[];

  constructor(
    readonly fn: (...args: A) => R,
    private readonly options: JitOptions = {},
  ) {
    if (typeof fn !== "function") throw new TypeError(`jit: a function is needed, got ${typeof fn}.`);
    const unknown = Object.keys(options).find((key) => !(OPTIONS as readonly string[]).includes(key));
    if (unknown !== undefined)
      throw new TypeError(`jit: there is no option "${unknown}"; the options are ${OPTIONS.join(", ")}.`);
    this.name = options.name ?? (fn.name || "anonymous");
    const backend = options.backend ?? defaultBackend;
    backendNamed(backend);
    this.fixed = [["backend", backend]];
    this.cache = new ProgramCache(options.maxPrograms ?? DEFAULT_PROGRAMS, (c) => c.program.dispose());
  }

  /** The function's result. Compiles when no program fits; inside another trace the function's own operations are recorded. */
  call(...args: A): R {
    if (currentTrace() !== null) return this.fn(...args);
    const signature = signatureOf(args, this.fixed);
    if (statements().watched() && !this.isSilent(signature)) return this.inPlace(signature, args);
    const { program, ambients, out, outTypes } = this.find(signature, args);
    signature.leaves.forEach((t, i) => program.setInput(i, t.data()));
    for (const a of ambients) program.setInput(a.index, a.read().data());
    program.run();
    // Copies: the program's memory is reused by the next call.
    const leaves = outTypes.map((type, i) => concrete(type, program.output(i).slice()));
    return unflatten(out, leaves) as R;
  }

  /** The stages of the program for these arguments, compiled if there is none yet. Nothing runs. */
  lower(...args: A): Lowered {
    const { lowered } = this.find(signatureOf(args, this.fixed), args).program;
    const stages: Lowered = Object.create(lowered) as Lowered;
    const shown = { graph: printable(lowered.graph), optimized: printable(lowered.optimized) };
    return Object.defineProperties(stages, {
      graph: { value: shown.graph, enumerable: true },
      optimized: { value: shown.optimized, enumerable: true },
      prologue: { value: lowered.prologue && printable(lowered.prologue), enumerable: true },
    });
  }

  /** Does all compile work for these arguments now. Nothing runs, no draw is taken. */
  warm(...args: A): void {
    this.find(signatureOf(args, this.fixed), args);
  }

  /** `warm` for callers that wait. */
  async compile(...args: A): Promise<void> {
    await Promise.resolve();
    this.warm(...args);
  }

  /** One record per compile so far, in order. */
  explain(): readonly CompileRecord[] & { toString(): string } {
    const records = [...this.records];
    const text = (): string =>
      records
        .map((r, i) => `${this.name} #${i}: ${r.why} (${r.ms.toFixed(1)} ms, ${r.bytes} bytes)`)
        .join("\n");
    return Object.defineProperty(records, "toString", { value: text }) as readonly CompileRecord[] & {
      toString(): string;
    };
  }

  /** The programs that are kept, least recently used first. */
  get programs(): readonly { readonly key: ReadonlyMap<string, string>; readonly lowered: Lowered }[] {
    return this.cache.all().map((c) => ({ key: c.facts, lowered: c.program.lowered }));
  }

  /** Frees all programs. The function still works and compiles anew. */
  dispose(): void {
    this.cache.clear();
  }

  /** One program as a .wasm file with its manifest. */
  export(..._args: A): Uint8Array {
    throw new Error(
      `export of ${this.name}: this version cannot write programs to files yet; compile where the program runs.`,
    );
  }

  private find(signature: Signature, args: A): Compiled {
    return this.known(signature) ?? this.make(signature, args);
  }

  private known(signature: Signature): Compiled | undefined {
    const fits = (c: Compiled): boolean => c.ambients.every((a) => sameType(a.read().type, a.type));
    return this.cache.find(signature.key, fits) ?? undefined;
  }

  private isSilent(signature: Signature): boolean {
    return this.known(signature)?.statements === 0;
  }

  /**
   * Handlers around a call must see each statement of a model with its value, at every call: such a function runs operation
   * by operation. One that turns out to hold no statements is compiled for the next call.
   */
  private inPlace(signature: Signature, args: A): R {
    const before = statements().count();
    const result = this.fn(...args);
    if (statements().count() === before) this.find(signature, args);
    return result;
  }

  private make(signature: Signature, args: A): Compiled {
    const started = performance.now();
    const label = `jit(${this.name})`;
    if (this.options.checkTrace) checkTrace(this.fn, ...args);
    const builder = new Builder(this.name);
    const trace = new Trace(builder, label, null, "forbid");
    trace.readsAmbients = true;
    const { def } = flatten(args);
    const inputs = signature.leaves.map((t) => trace.argument(t, `an argument of ${label}`));
    const before = statements().count();
    const { graph, out } = within(trace, () =>
      watchHiddenInputs(label, () => {
        const result = statements().apart(() => this.fn(...(unflatten(def, inputs) as A)));
        refusePromise(result, label);
        const flat = flatten(result);
        return { graph: builder.finish(flat.leaves.map((t) => trace.lift(t))), out: flat.def };
      }),
    );
    const ambients = ambientsOf(trace).map((a) => ({ ...a, index: graph.inputs.indexOf(a.value) }));
    const { fastMath, verify, simd, profile, backend = defaultBackend } = this.options;
    const bound = graph.inputs.map((v) => trace.captured.includes(v));
    const program = backendNamed(backend).compile(graph, {
      name: this.name,
      bound,
      fastMath,
      verify,
      simd,
      profile,
    });
    trace.captures.forEach((t, i) => program.setInput(graph.inputs.indexOf(trace.captured[i]!), t.data()));
    const facts = signature.facts();
    for (const a of ambients) facts.set(`reads ${a.name}`, showType(a.type));
    const record: CompileRecord = {
      key: facts,
      ...this.explainMiss(facts),
      ms: performance.now() - started,
      bytes: program.lowered.codeBytes,
    };
    const compiled: Compiled = {
      facts,
      program,
      out,
      outTypes: graph.outputs.map((v) => v.type),
      ambients,
      record,
      statements: statements().count() - before,
    };
    this.records.push(record);
    this.cache.add(signature.key, compiled);
    return compiled;
  }

  /** Compares with the program that differs in the fewest facts. */
  private explainMiss(facts: ReadonlyMap<string, string>): Pick<CompileRecord, "why" | "failed"> {
    if (this.records.length === 0) return { why: "first call", failed: [] };
    let nearest: CompileRecord["failed"] | undefined;
    for (const { key } of this.records) {
      const names = new Set([...key.keys(), ...facts.keys()]);
      const failed = [...names].flatMap((guard) => {
        const [old, now] = [key.get(guard) ?? "absent", facts.get(guard) ?? "absent"];
        return old === now ? [] : [{ guard, old, new: now }];
      });
      if (!nearest || failed.length < nearest.length) nearest = failed;
    }
    if (nearest!.length === 0) return { why: "the program for these arguments had been dropped", failed: [] };
    return { why: nearest!.map((f) => `${f.guard}: ${f.old} -> ${f.new}`).join("; "), failed: nearest! };
  }
}

/** The graph with its text form as its string. */
function printable(graph: Graph): Graph {
  const text = { value: () => print(graph), enumerable: false };
  return Object.defineProperties(
    { ...graph },
    { toString: text, [Symbol.for("nodejs.util.inspect.custom")]: text },
  );
}

/** The compiled function, with what LazyJIT offers as members. */
export interface Jitted<A extends unknown[], R> {
  (...args: A): R;
  readonly jit: LazyJIT<A, R>;
  lower(...args: A): Lowered;
  warm(...args: A): void;
  compile(...args: A): Promise<void>;
  explain(): ReturnType<LazyJIT<A, R>["explain"]>;
  readonly programs: LazyJIT<A, R>["programs"];
  dispose(): void;
  export(...args: A): Uint8Array;
}

/**
 * fn compiled just in time. Tensors in the arguments (also in arrays and plain objects) are inputs of the program; everything
 * else, plain numbers included, is static: another value compiles another program. Side effects of fn happen once per compile.
 */
export function jit<A extends unknown[], R>(fn: (...args: A) => R, options: JitOptions = {}): Jitted<A, R> {
  const lazy = new LazyJIT(fn, options);
  const call = (...args: A): R => lazy.call(...args);
  Object.defineProperty(call, "name", { value: lazy.name });
  return Object.defineProperties(call, {
    jit: { value: lazy },
    lower: { value: (...args: A) => lazy.lower(...args) },
    warm: { value: (...args: A) => lazy.warm(...args) },
    compile: { value: (...args: A) => lazy.compile(...args) },
    explain: { value: () => lazy.explain() },
    programs: { get: () => lazy.programs },
    dispose: { value: () => lazy.dispose() },
    export: { value: (...args: A) => lazy.export(...args) },
  }) as Jitted<A, R>;
}
