// A function on tensors -> the same function, compiled at its first call and again whenever a new program is needed.
import { sameGraph } from "../ir/equal.js";
import { print } from "../ir/print.js";
import { sameType, showType, type Type } from "../ir/types.js";
import type { Lowered, Program } from "../runtime/backend.js";
import type { ProgramStore } from "../runtime/program-store.js";
import { backendNamed, defaultBackend, type BackendName } from "../runtime/backends.js";
import { convert } from "../ops/index.js";
import { flatten, unflatten, type TreeDef } from "../tensor/pytree.js";
import { concrete, type Tensor } from "../tensor/tensor.js";
import type { Ambient } from "./ambient.js";
import { apply } from "./apply.js";
import { narrow } from "../transform/narrow.js";
import { checkTrace } from "./check-trace.js";
import { explanation, type CompileRecord, type Explanation } from "./explanation.js";
import { exportFunction } from "./export.js";
import { guarded } from "./guards.js";
import { InPlaceCalls } from "./in-place.js";
import { matches, patternOf, type Pattern } from "./pattern.js";
import { ProgramCache } from "./program-cache.js";
import { ProgramFamilies } from "./program-family.js";
import { printable } from "./printable.js";
import { rebuilder } from "./rebuild.js";
import { signatureOf, type Signature } from "./signature.js";
import { statements } from "./statements.js";
import { traceProgram, type TracedProgram } from "./trace-program.js";
import { currentTrace } from "./trace.js";

/** Options of `jit` and `LazyJIT`. */
export interface JitOptions {
  /** "wasm" where it is present; "interpret" is the slow reference. */
  readonly backend?: BackendName;
  /** Allows rewrites that assume ordinary numbers (no NaN, no infinities) and free reassociation. */
  readonly fastMath?: boolean;
  /** "f32": every f64 value of the program is held and computed in single precision, and f64 results come as f32. Default "f64". */
  readonly dtype?: "f64" | "f32";
  /**
   * true: matrix products add products that were not rounded first (WebAssembly's relaxed SIMD), where the engine can: about one and a
   * half times the speed, but the last digits may differ between machines. `lower().wat()` shows whether it did. Default false.
   */
  readonly relaxedSimd?: boolean;
  /** Traces twice at each compile, and once more at each call, and compares: catches hidden state and host values that changed. */
  readonly checkTrace?: boolean;
  /** The name in errors and `explain`; the function's own unless told. */
  readonly name?: string;
  /** How many programs are kept, the least recently used going first. */
  readonly maxPrograms?: number;
  /** After so many compiles (256 unless told) calls that would need another run operation by operation, with one warning. */
  readonly maxCompiles?: number;
  /** Verify the graph after every pass. */
  readonly verify?: boolean;
  readonly profile?: boolean;
  /**
   * Where compiled programs are kept from one process to the next: a folder (Node), or what `await openProgramDatabase()` gave
   * (browsers). What is found there is not compiled.
   */
  readonly cacheDir?: string | ProgramStore;
}

const OPTIONS: readonly (keyof JitOptions)[] = [
  ...([
    "backend",
    "fastMath",
    "dtype",
    "relaxedSimd",
    "checkTrace",
    "name",
    "maxPrograms",
    "maxCompiles",
    "verify",
    "profile",
    "cacheDir",
  ] as const),
];
const DEFAULT_PROGRAMS = 64;
const DEFAULT_COMPILES = 256;

/** One compiled program. */
interface Compiled {
  readonly facts: ReadonlyMap<string, string>;
  readonly program: Program;
  readonly out: TreeDef;
  readonly rebuild: (leaves: readonly unknown[]) => unknown;
  readonly outTypes: readonly Type[];
  readonly ambients: readonly (Ambient & { readonly index: number })[];
  readonly record: CompileRecord;
  readonly traced: TracedProgram;
  /** How many statements of a model were made while tracing. */
  readonly statements: number;
}

/** Compiles lazily; `jit(fn)` is the same thing as a plain function. */
export class LazyJIT<A extends unknown[], R> {
  readonly name: string;
  private readonly cache: ProgramCache<Compiled>;
  private readonly families = new ProgramFamilies();
  private readonly records: CompileRecord[] = [];
  /** The facts of every compile so far, as text. */
  private readonly seen = new Set<string>();
  private readonly inPlaceCalls: InPlaceCalls;
  /** The program of the last call and what its arguments were like: most calls are like the one before. */
  private last: { readonly pattern: Pattern; readonly compiled: Compiled } | null = null;
  private warned = false;
  /** Programs read from `cacheDir`. */
  private loaded = 0;
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
    const { maxCompiles = DEFAULT_COMPILES, dtype = "f64" } = options;
    if (dtype !== "f64" && dtype !== "f32")
      throw new TypeError(`jit: dtype must be "f64" or "f32", got ${JSON.stringify(dtype)}.`);
    if (!Number.isInteger(maxCompiles) || maxCompiles < 1)
      throw new RangeError(`jit: maxCompiles must be a whole number >= 1, got ${maxCompiles}.`);
    this.inPlaceCalls = new InPlaceCalls(this.name);
    this.cache = new ProgramCache(options.maxPrograms ?? DEFAULT_PROGRAMS, (c) => c.program.dispose());
  }

  /** The function's result. Compiles when no program fits; inside another trace the function's own operations are recorded. */
  call(...args: A): R {
    if (currentTrace() !== null) return this.fn(...args);
    const { last } = this;
    if (last !== null && !guarded() && !this.options.checkTrace) {
      const leaves: Tensor[] = [];
      const { compiled } = last;
      if (
        matches(last.pattern, args, leaves) &&
        (compiled.statements === 0 || !statements().watched()) &&
        fits(compiled)
      )
        return run(compiled, leaves) as R;
    }
    return this.lookUp(args);
  }

  private lookUp(args: A): R {
    const signature = signatureOf(args, this.fixed);
    if (statements().watched() && !this.isSilent(signature)) return this.inPlace(signature, args);
    const known = this.known(signature);
    if (!known && this.records.length >= (this.options.maxCompiles ?? DEFAULT_COMPILES))
      return this.beyondLimit(signature, args);
    if (known && this.options.checkTrace) this.recheck(known, signature, args);
    const compiled = known ?? this.make(signature, args);
    const pattern = patternOf(args);
    this.last = pattern && { pattern, compiled };
    return run(compiled, signature.leaves) as R;
  }

  /** A host value that the function reads, such as a variable around it, may have changed since the program was made. */
  private recheck(known: Compiled, signature: Signature, args: A): void {
    const { graph } = this.trace(signature, args);
    const before = known.traced.graph;
    if (sameGraph(before, graph)) return;
    const [a, b] = [print(before), print(graph)].map((text) => text.split("\n")) as [string[], string[]];
    const i = a.findIndex((line, k) => line !== b[k]);
    throw new Error(
      `checkTrace of jit(${this.name}): the function has changed since it was compiled for these arguments, so its program is out of date. ` +
        `First difference:\n  ${a[i] ?? "(end)"}\n  ${b[i] ?? "(end)"}\n` +
        "It reads something from outside that changed: pass that as an argument, as a tensor if it changes often.",
    );
  }

  /** Compiling at every call is slower than not compiling, so it ends, with a reason that can be acted on. */
  private beyondLimit(signature: Signature, args: A): R {
    if (!this.warned) {
      this.warned = true;
      const { why } = this.explainMiss(signature.facts());
      // eslint-disable-next-line no-console -- the result is right either way, so an error would be too much
      console.warn(
        `jit(${this.name}) has compiled ${this.records.length} programs, its limit; calls that fit none of those kept now run operation by operation. ` +
          `The last miss: ${why}. Pass what varies as a tensor of one shape, or raise { maxCompiles }.`,
      );
    }
    return this.eagerly(args);
  }

  /** The stages of the program for these arguments, compiled if there is none yet. Nothing runs. */
  lower(...args: A): Lowered {
    const { lowered } = this.find(signatureOf(args, this.fixed), args).program;
    return printable(lowered);
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

  /** One record per compile so far, in order, and in `inPlace` what ran uncompiled under handlers. */
  explain(): Explanation {
    const kept = new Map(this.cache.all().map((c) => [c.record, c.program]));
    const stages = (record: CompileRecord): Lowered | null => {
      const program = kept.get(record);
      return program ? printable(program.lowered) : null;
    };
    return explanation(this.name, this.records, stages, this.loaded, this.inPlaceCalls.records);
  }

  /** The programs that are kept, least recently used first. One that serves every length is listed once. */
  get programs(): readonly { readonly key: ReadonlyMap<string, string>; readonly lowered: Lowered }[] {
    const kept = this.cache.all();
    const firstOf = new Map(kept.map((c) => [c.record.lengths ?? c, c]).reverse() as [unknown, Compiled][]);
    return kept
      .filter((c) => firstOf.get(c.record.lengths ?? c) === c)
      .map((c) => ({ key: c.facts, lowered: c.program.lowered }));
  }

  /** Frees all programs. The function still works and compiles anew. */
  dispose(): void {
    this.last = null;
    this.cache.clear();
    this.families.clear();
  }

  /** The program for these arguments as one .wasm file, with its data and manifest: `load` of "sinter/runtime" runs it. */
  export(...args: A): Uint8Array {
    const { traced } = this.find(signatureOf(args, this.fixed), args);
    return exportFunction(this.name, traced, this.options.fastMath);
  }

  private find(signature: Signature, args: A): Compiled {
    return this.known(signature) ?? this.make(signature, args);
  }

  private known(signature: Signature): Compiled | undefined {
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
    const result = this.eagerly(args);
    if (statements().count() === before) this.find(signature, args);
    else this.inPlaceCalls.add(statements().handlers());
    return result;
  }

  /** Operation by operation, with results of the types that the program's have. */
  private eagerly(args: A): R {
    const result = this.fn(...args);
    if (this.options.dtype !== "f32") return result;
    const { leaves, def } = flatten(result);
    const narrowed = leaves.map((t) => (t.dtype === "f64" ? apply(convert, [t], { dtype: "f32" }) : t));
    return unflatten(def, narrowed) as R;
  }

  /** The graph that is compiled, in the precision asked for. */
  private trace(signature: Signature, args: A): TracedProgram {
    const traced = traceProgram(this.name, this.fn, args, signature.leaves);
    return this.options.dtype === "f32" ? { ...traced, graph: narrow(traced.graph) } : traced;
  }

  private make(signature: Signature, args: A): Compiled {
    const started = performance.now();
    if (this.options.checkTrace) checkTrace(this.fn, ...args);
    const traced = this.trace(signature, args);
    const { graph, out, sources } = traced;
    const { backend = defaultBackend, fastMath, relaxedSimd, verify, profile, cacheDir } = this.options;
    const bound = sources.map((s) => s.kind === "captured");
    const { leaves, family } = signature;
    const options = { name: this.name, bound, fastMath, relaxedSimd, verify, profile, cacheDir };
    const member = this.families.program(family, graph, leaves.length, backend, options);
    const { program } = member;
    const contents = member.contents ?? sources.map((_, index) => ({ kind: "input" as const, index }));
    const ambients = contents.flatMap((c, index) => {
      const source = c.kind === "input" ? sources[c.index]! : null;
      return source?.kind === "ambient" ? [{ ...source.ambient, index }] : [];
    });
    contents.forEach((c, i) => {
      if (c.kind === "data") return program.setInput(i, c.data);
      const source = sources[c.index]!;
      if (source.kind === "captured") program.setInput(i, source.tensor.data());
    });
    const facts = signature.facts();
    for (const a of ambients) facts.set(`reads ${a.name}`, showType(a.type));
    const record: CompileRecord = {
      key: facts,
      ...this.explainMiss(facts),
      ms: performance.now() - started,
      bytes: program.codeBytes ?? program.lowered.codeBytes,
      lengths: member.lengths,
      reason: member.reason,
    };
    const compiled: Compiled = {
      facts,
      program,
      out,
      rebuild: rebuilder(out),
      outTypes: graph.outputs.map((v) => v.type),
      ambients,
      record,
      traced,
      statements: traced.statements,
    };
    if (program.cached) this.loaded++;
    else if (member.compiled) this.records.push(record);
    this.seen.add(factsText(facts));
    this.cache.add(signature.key, compiled);
    return compiled;
  }

  /** Compares with the kept program that differs in the fewest facts. */
  private explainMiss(facts: ReadonlyMap<string, string>): Pick<CompileRecord, "why" | "failed"> {
    if (this.seen.size === 0) return { why: "first call", failed: [] };
    if (this.seen.has(factsText(facts)))
      return { why: "the program for these arguments had been dropped", failed: [] };
    const kept = this.cache.all().map((c) => c.facts);
    let nearest: CompileRecord["failed"] | undefined;
    for (const key of kept.length > 0 ? kept : this.records.slice(-1).map((r) => r.key)) {
      const names = new Set([...key.keys(), ...facts.keys()]);
      const failed = [...names].flatMap((guard) => {
        const [old, now] = [key.get(guard) ?? "absent", facts.get(guard) ?? "absent"];
        return old === now ? [] : [{ guard, old, new: now }];
      });
      if (!nearest || failed.length < nearest.length) nearest = failed;
    }
    return { why: nearest!.map((f) => `${f.guard}: ${f.old} -> ${f.new}`).join("; "), failed: nearest! };
  }
}

const factsText = (facts: ReadonlyMap<string, string>): string => JSON.stringify([...facts]);

/** Whether what the program reads besides its arguments still has the types that it was compiled for. */
function fits({ ambients }: Compiled): boolean {
  for (const a of ambients) if (!sameType(a.read().type, a.type)) return false;
  return true;
}

/** Arguments in, the result out, in copies: the program's memory is reused by the next call. */
function run({ program, ambients, rebuild, outTypes }: Compiled, inputs: readonly Tensor[]): unknown {
  for (let i = 0; i < inputs.length; i++) program.setInput(i, inputs[i]!.data());
  for (const a of ambients) program.setInput(a.index, a.read().data());
  program.run();
  return rebuild(outTypes.map((type, i) => concrete(type, program.output(i).slice())));
}

/** The compiled function, with what LazyJIT offers as members. */
export interface Jitted<A extends unknown[], R> {
  (...args: A): R;
  readonly jit: LazyJIT<A, R>;
  lower(...args: A): Lowered;
  warm(...args: A): void;
  compile(...args: A): Promise<void>;
  explain(): Explanation;
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
