// Arithmetic on Values for writing derivative rules: operands in, equations appended, result out.
// A number operand stands for an array of it, of the other operand's dtype and shape.
import type { Emit } from "../../ir/op.js";
import type { DType, Params, Shape, Type, Value } from "../../ir/types.js";
import { sameShape } from "../../ir/types.js";
import { row } from "./rows.js";
import type { RowName } from "./rows.js";

type Operand = Value | number;
type Unary =
  | "neg"
  | "abs"
  | "sign"
  | "reciprocal"
  | "square"
  | "sqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tanh"
  | "sigmoid"
  | "digamma"
  | "trigamma"
  | "lgamma"
  | "i0e"
  | "i1e"
  | "not";

/** The axes [from, to). */
export const axesFrom = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** The axes that stay when some are folded away. */
export const kept = (rank: number, folded: readonly number[]): number[] =>
  axesFrom(0, rank).filter((i) => !folded.includes(i));

export class Calculus {
  constructor(readonly e: Emit) {}

  /** A literal with the type's dtype and shape. */
  fill(x: number | boolean, like: Type): Value {
    return this.e.literal(x, like.dtype, like.shape);
  }

  private pair(name: RowName, a: Operand, b: Operand): Value {
    const x = typeof a === "number" ? this.fill(a, (b as Value).type) : a;
    const y = typeof b === "number" ? this.fill(b, x.type) : b;
    return this.e(row(name), [x, y]);
  }

  op(name: RowName, inputs: readonly Value[], params?: Params): Value {
    return this.e(row(name), inputs, params);
  }
  apply(name: Unary, x: Value): Value {
    return this.e(row(name), [x]);
  }
  add(a: Operand, b: Operand): Value {
    return this.pair("add", a, b);
  }
  sub(a: Operand, b: Operand): Value {
    return this.pair("sub", a, b);
  }
  mul(a: Operand, b: Operand): Value {
    return this.pair("mul", a, b);
  }
  div(a: Operand, b: Operand): Value {
    return this.pair("div", a, b);
  }
  neg(a: Value): Value {
    return this.apply("neg", a);
  }
  compare(name: "lt" | "le" | "gt" | "ge" | "eq" | "ne", a: Operand, b: Operand): Value {
    return this.pair(name, a, b);
  }
  both(name: "and" | "or", a: Value, b: Value): Value {
    return this.e(row(name), [a, b]);
  }
  where(test: Value, a: Operand, b: Operand, dtype: DType = "f64"): Value {
    const like: Type =
      typeof a !== "number" ? a.type : typeof b !== "number" ? b.type : { dtype, shape: test.type.shape };
    const value = (v: Operand) => (typeof v === "number" ? this.fill(v, like) : v);
    return this.e(row("where"), [test, value(a), value(b)]);
  }
  /** 1/x with 0 where x is 0: finite at the pole, and so are its derivatives. */
  inverse(x: Value): Value {
    return this.apply("reciprocal", this.where(this.compare("eq", x, 0), Infinity, x));
  }
  /** a/x with 0 where x is 0; unlike a times the inverse it overflows only where it must. */
  over(a: Value, x: Value): Value {
    return this.div(a, this.where(this.compare("eq", x, 0), Infinity, x));
  }
  convert(x: Value, dtype: DType): Value {
    return x.type.dtype === dtype ? x : this.op("convert", [x], { dtype });
  }
  broadcast(x: Value, shape: Shape, dims: readonly number[]): Value {
    return sameShape(x.type.shape, shape) ? x : this.op("broadcast", [x], { shape, dims });
  }
  reshape(x: Value, shape: Shape): Value {
    return sameShape(x.type.shape, shape) ? x : this.op("reshape", [x], { shape });
  }
  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((p, i) => p === i) ? x : this.op("transpose", [x], { perm });
  }
  /** Swaps the last two axes. */
  swap(x: Value): Value {
    const n = x.type.shape.length;
    return this.transpose(x, [...axesFrom(0, n - 2), n - 1, n - 2]);
  }
  sum(x: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? x : this.op("sum", [x], { axes });
  }
  matmul(a: Value, b: Value): Value {
    return this.op("matmul", [a, b]);
  }
  iota(dtype: DType, shape: Shape, axis: number): Value {
    return this.op("iota", [], { dtype, shape, axis });
  }
  /** x with the entries above (lower) or below the diagonal of its last two axes set to 0; strict zeroes the diagonal too. */
  triangle(x: Value, lower: boolean, strict = false): Value {
    const { shape } = x.type;
    const rows = this.iota("i32", shape, shape.length - 2);
    const columns = this.iota("i32", shape, shape.length - 1);
    const [a, b] = lower ? [rows, columns] : [columns, rows];
    return this.where(this.compare(strict ? "gt" : "ge", a, b), x, 0);
  }
  /** The sum of those that are not null; null when all are. */
  total(xs: readonly (Value | null)[]): Value | null {
    return xs.reduce<Value | null>(
      (sum, x) => (sum === null ? x : x === null ? sum : this.add(sum, x)),
      null,
    );
  }
}
