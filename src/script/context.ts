// What the parts of the evaluator share: the state of one run of a script, and the functions that call each other in circles.
import type { AnyNode, Expression, Node, Pattern, Statement } from "acorn";
import type { Tensor } from "../tensor/tensor.js";
import type { Host, Unknown } from "./host.js";
import type { Emission, JointRun } from "./joint-run.js";
import type { Memory } from "./memory.js";
import type { Operators } from "./operators.js";
import type { FunctionNode } from "./parse.js";
import type { Source } from "./source.js";
import type { Cell, Scope } from "./scope.js";
import type { Axis, Lane } from "./values.js";

export type Test = Tensor | Lane;

/** How a statement ends. */
export type Completion =
  | { readonly kind: "normal" }
  | { readonly kind: "break" | "continue"; readonly label: string | null }
  | { readonly kind: "return"; readonly value: unknown }
  /** Different ends for different values: the exits, each with its test, and whether some path goes on. */
  | { readonly kind: "mixed"; readonly exits: readonly Exit[]; readonly open: boolean };

export interface Exit {
  readonly when: Test;
  readonly completion: Exclude<Completion, { kind: "normal" | "mixed" }>;
}

export const NORMAL: Completion = { kind: "normal" };

/** A function written inside a script, or another scripted function. */
export interface Closure {
  readonly node: FunctionNode;
  readonly scope: Scope;
  readonly source: Source;
  readonly name: string;
}

/** A loop that is being recorded step by step: what its body may fetch from arrays computed before it. */
export interface StepFrame {
  /** The same loop, all iterations at once. */
  readonly lane: Axis;
  readonly step: Axis;
  fetch(node: Expression, scope: Scope): { value: unknown } | null;
  /** The variable that stands for an element of an array: `a[t - 1]` where the last elements are carried. */
  place(node: AnyNode, scope: Scope): Cell | null;
  /** What sites in the body leave for the end of the loop. */
  readonly emissions: Emission[];
  /** One step's part of a value that differs between the loop's iterations. */
  select(key: object, value: Lane): unknown;
}

export interface Context {
  readonly host: Host;
  readonly memory: Memory;
  readonly ops: Operators;
  source: Source;
  /** Loops whose iterations run together here, outermost first. */
  axes: readonly Axis[];
  /** The lanes, or the runs, that really are here; null is all. */
  mask: Test | null;
  /** True while values are computed that some iterations do not need: indices may be out of range. */
  lenient: boolean;
  steps: readonly StepFrame[];
  /** Copies of loop bodies that are being written out, to bound their number. */
  copies: number;
  /** The code with sites that is being run several times, if any. */
  joint: JointRun | null;
  unknown: Unknown;
  /** Loops around here whose number of iterations is not known while compiling. */
  endless: number;
  readonly active: FunctionNode[];
  evaluate(node: Expression, scope: Scope): unknown;
  execute(node: Statement, scope: Scope, label?: string): Completion;
  executeAll(nodes: readonly Statement[], scope: Scope): Completion;
  bind(pattern: Pattern, value: unknown, scope: Scope, constant: boolean): void;
  invoke(closure: Closure, args: readonly unknown[], node: Node): unknown;
  call(fn: unknown, self: unknown, args: readonly unknown[], node: AnyNode): unknown;
  fail(node: Node, message: string, cause?: unknown): never;
}
