// The vocabulary of the statistics pass: linear forms over rows, and the lists of equations that it writes.
//
// A form stands for  +-scale * (offset + sum_j by_j * column_j)  over n rows: columns and offset are fixed (they depend on
// bound data alone), the scale and the coefficients are scalars, or vectors for matrices of columns. A column of integers
// stands for the matrix that picks an element of the coefficients for every row. Rows are flat: shapes of the same
// elements in row-major order are one.
import type { Op } from "../ir/op.js";
import type { DType, Equation, Params, Shape, Value } from "../ir/types.js";
import { constant } from "../ops/index.js";

export interface Term {
  readonly column: Value;
  readonly by: Value;
}

/** Whether the column picks elements of the coefficients. */
export const isIndex = (column: Value): boolean => column.type.dtype === "i32";

/** offset + sum of terms; known as one thing so that its multiples are recognised. */
export class Base {
  private joined: Base | null = null;
  /** Some value made of it is needed row by row. */
  private seen = false;
  constructor(
    readonly n: number,
    readonly offset: { readonly value: Value; readonly minus: boolean } | null,
    readonly terms: readonly Term[],
  ) {}

  /** Bases that are made of each other, or meet in a product, stand and fall together. */
  get root(): Base {
    return this.joined === null ? this : this.joined.root;
  }
  join(other: Base): void {
    const [a, b] = [this.root, other.root];
    if (a === b) return;
    a.joined = b;
    b.seen ||= a.seen;
  }
  markSeen(): void {
    this.root.seen = true;
  }
  get isSeen(): boolean {
    return this.root.seen;
  }
}

export interface Form {
  readonly kind: "form";
  readonly base: Base;
  readonly scale: Value | null;
  readonly minus: boolean;
}
/** The product, row by row, of a form and a form or a fixed column. */
export interface Product {
  readonly kind: "product";
  readonly a: Form;
  readonly b: Form | Value;
  readonly scale: Value | null;
  readonly minus: boolean;
}
export type Kind = { readonly kind: "uniform"; readonly by: Value } | Form | Product;

/** A reduction that a factor of the data can answer. */
export interface Candidate {
  readonly eq: Equation;
  readonly a: Form;
  /** A form, a column (f64[n]), a matrix of columns (f64[n,k]), or an index. */
  readonly b: Form | Value;
  readonly scale: Value | null;
  readonly minus: boolean;
}

/** Where the analysis puts equations of its own. */
export class Lines {
  readonly equations: Equation[] = [];
  private readonly known = new Map<string, Value>();
  private readonly numbers = new Map<Value, number>();

  emit(op: Op, inputs: readonly Value[], params: Params = {}): Value {
    return this.all(op, inputs, params)[0];
  }
  all(op: Op, inputs: readonly Value[], params: Params = {}): readonly Value[] {
    const types = op.infer(
      inputs.map((v) => v.type),
      params,
    );
    const outputs = types.map((type): Value => ({ type }));
    this.equations.push({ op, inputs, params, outputs });
    return outputs;
  }
  literal(x: number, shape: Shape = [], type: DType = "f64"): Value {
    return this.once(`literal ${x} ${shape.join(",")}`, () =>
      this.emit(constant, [], { type, shape, data: x }),
    );
  }
  ones(n: number): Value {
    return this.literal(1, [n]);
  }
  /** The same value for the same name and operands. */
  once(name: string, make: () => Value, ...of: readonly Value[]): Value {
    const ids = of.map((v) => {
      if (!this.numbers.has(v)) this.numbers.set(v, this.numbers.size);
      return this.numbers.get(v);
    });
    const key = `${name}(${ids.join(",")})`;
    let v = this.known.get(key);
    if (!v) this.known.set(key, (v = make()));
    return v;
  }
}

/** The form that is a base as it is. */
export const plain = (base: Base): Form => ({ kind: "form", base, scale: null, minus: false });
