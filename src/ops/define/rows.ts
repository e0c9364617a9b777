// The rows that other rows' rules are made of, by name. index.ts binds them once, because the rules of `add` need `add`.
import type { Op } from "../../ir/op.js";

const names = [
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "abs",
  "sign",
  "min",
  "max",
  "reciprocal",
  "square",
  "pow",
  "sqrt",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "digamma",
  "trigamma",
  "lgamma",
  "cosh",
  "digammaGap",
  "tetragamma",
  "logRatio",
  "gammaDensity",
  "gammaDrift",
  "betaDensity",
  "betaDrift",
  "betaDriftDown",
  "i0e",
  "i1e",
  "lt",
  "le",
  "gt",
  "ge",
  "eq",
  "ne",
  "and",
  "or",
  "not",
  "where",
  "convert",
  "broadcast",
  "reshape",
  "transpose",
  "slice",
  "flip",
  "pad",
  "sum",
  "prod",
  "any",
  "constant",
  "iota",
  "gather",
  "scatterAdd",
  "concatenate",
  "matmul",
  "cumsum",
  "cumprod",
  "cummax",
  "cumlogsumexp",
  "triangularSolve",
] as const;

export type RowName = (typeof names)[number];

let bound: ReadonlyMap<string, Op> | undefined;

/** Makes the rows of the table known to the rules; called by ops/index.ts once all rows are defined. */
export function bindRows(table: ReadonlyMap<string, Op>): void {
  for (const name of names) if (!table.has(name)) throw new Error(`ops: the table has no row named ${name}.`);
  bound = table;
}

/** The row of that name. Only rules call it, so it runs after binding. */
export function row(name: RowName): Op {
  const op = bound?.get(name);
  if (!op)
    throw new Error(
      `ops: the rule of an operation needs ${name} before the rows are bound; import rows from ops/index.js.`,
    );
  return op;
}
