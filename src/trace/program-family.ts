// Graphs of one function, traced for arguments that differ in their leading lengths, in; programs out. The first length has a
// program of its own; from the second on one generic program serves every length whose trace shows the same computation.
import { NotGeneric } from "../ir/size.js";
import { sameType, showType, type Graph, type Type } from "../ir/types.js";
import type { CompileOptions, GenericProgram, Program } from "../runtime/backend.js";
import { backendNamed } from "../runtime/backends.js";
import { Template, type Contents } from "../transform/generic/template.js";

export interface Member {
  readonly program: Program;
  /** One per input of the program: the input of the traced graph that it is, or its contents. Null: the inputs are the graph's. */
  readonly contents: readonly Contents[] | null;
  /** Whether this call compiled. */
  readonly compiled: boolean;
  /** The lengths that the program has been made ready for, in order; null when it is for one alone. */
  readonly lengths: readonly number[] | null;
  /** Why a program that might have served every length serves one. */
  readonly reason: string | null;
}

/** One function and one structure of arguments. */
interface Family {
  /** The trace of the last length that got a program of its own. */
  trace: Graph;
  generic: {
    readonly template: Template;
    readonly program: GenericProgram;
    readonly lengths: number[];
  } | null;
  /** Set once the compiler could not make a generic program; traces may differ for one length and agree for the next. */
  refused: string | null;
}

/** How many structures of arguments are remembered. */
const FAMILIES = 64;

export class ProgramFamilies {
  private readonly families = new Map<string, Family>();

  /**
   * The first `args` inputs of the graph are arguments; `key` is equal for arguments that differ in leading lengths alone.
   * `options` are for the graph; `bound` of the generic program follows from them.
   */
  program(key: string, graph: Graph, args: number, backend: string, options: CompileOptions): Member {
    const { compile, compileGeneric } = backendNamed(backend);
    const own = (reason: string | null): Member => {
      const program = compile(graph, options);
      return { program, contents: null, compiled: program.cached !== true, lengths: null, reason };
    };
    if (!compileGeneric) return own(null);
    const family = this.families.get(key);
    if (!family) {
      this.remember(key, { trace: graph, generic: null, refused: null });
      return own(null);
    }
    if (!family.generic && sameArguments(family.trace, graph, args)) return own(null);
    if (options.cacheDir !== undefined) return own("programs in cacheDir are for one length each");
    if (family.refused !== null) return own(family.refused);
    try {
      const first = !family.generic;
      const generic = (family.generic ??= this.generalise(family, graph, args, compileGeneric, options));
      const { length, contents } = generic.template.fit(graph);
      const program = generic.program.at(length);
      generic.lengths.push(length);
      return { program, contents, compiled: first, lengths: generic.lengths, reason: null };
    } catch (error) {
      // Whatever stands in the way, a program for this length alone is right.
      const reason = (error as Error).message;
      if (!family.generic) family.trace = graph;
      return own(reason);
    }
  }

  clear(): void {
    this.families.clear();
  }

  private generalise(
    family: Family,
    graph: Graph,
    args: number,
    compileGeneric: (graph: Graph, options: CompileOptions) => GenericProgram,
    options: CompileOptions,
  ): NonNullable<Family["generic"]> {
    const template = Template.of(family.trace, graph, args);
    const { contents } = template.fit(graph);
    const bound = contents.map((c) => c.kind === "data" || options.bound?.[c.index] === true);
    try {
      const next = options.next?.map(
        ([i, o]) => [contents.findIndex((c) => c.kind === "input" && c.index === i), o] as const,
      );
      const own = { ...options, bound, ...(next ? { next } : {}) };
      return { template, program: compileGeneric(template.graph, own), lengths: [] };
    } catch (error) {
      const { message } = error as Error;
      family.refused = error instanceof NotGeneric ? message : `the compiler stopped: ${message}`;
      throw error;
    }
  }

  private remember(key: string, family: Family): void {
    this.families.set(key, family);
    if (this.families.size > FAMILIES) this.families.delete(this.families.keys().next().value!);
  }
}

const sameArguments = (a: Graph, b: Graph, args: number): boolean =>
  a.inputs.slice(0, args).every((v, i) => sameType(v.type, b.inputs[i]!.type));

/** A type with its leading length left open, as part of a family's key. */
export const familyText = (type: Type): string =>
  type.shape.length === 0 ? showType(type) : `${type.dtype}[*,${type.shape.slice(1).join(",")}]`;
