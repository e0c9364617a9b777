// What a rewrite rule is, and what it may ask of the graph around the equation it looks at.
import type { Op } from "../ir/op.js";
import type { DType, Equation, Params, Shape, Value } from "../ir/types.js";

/**
 * How a rule's result relates to what it replaces:
 * - exact: the same bits, but for the licences of the design (x + 0 keeps -0; a NaN is a NaN)
 * - reassociates: the same up to the order and distribution of the summation inside a reduction (docs/adr)
 * - sharpens: closer to the true value, and defined at least wherever the original is
 * - assumes: holds for ordinary numbers only; off unless `fastMath`
 */
export type RuleClass = "exact" | "reassociates" | "sharpens" | "assumes";

export interface Rule {
  readonly name: string;
  /** One sentence. */
  readonly why: string;
  readonly class: RuleClass;
  /** True where, by the design's licence, a -0 is kept that the original would turn into +0. */
  readonly keepsNegativeZero?: boolean;
  /** The operations that can stand at the root of the pattern; "elementwise" or "movement" for any of the kind. */
  readonly roots: readonly Op[] | "elementwise" | "movement";
  /** Operations of which one makes an operand wherever the rule applies; absent: it may apply to any operands. */
  readonly over?: readonly Op[];
  /** The value that replaces the equation's only output, or null where the rule does not apply. */
  readonly apply: (eq: Equation, at: Context) => Value | null;
}

/** The graph under construction, as rules see it. Operands of an equation are already rewritten. */
export interface Context {
  /** The equation that makes the value as its first output, if it is of that operation; null otherwise. */
  is(v: Value, op: Op): Equation | null;
  /** The equation that makes the value; null for inputs. */
  definition(v: Value): Equation | null;
  /** The number that fills the value, where it is a filled constant; booleans are 1 and 0. */
  splat(v: Value): number | null;
  /** How many equations and outputs use the value; 0 for one that a rule has just made. */
  uses(v: Value): number;
  /** A new equation, itself rewritten by the rules; gives its first output. */
  emit(op: Op, inputs: readonly Value[], params?: Params): Value;
  /** A filled constant. */
  literal(x: number, dtype: DType, shape: Shape): Value;
}
