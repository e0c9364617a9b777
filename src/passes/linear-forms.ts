// Equations one by one in; which values over rows are linear in data with scalar coefficients, and which sums are of
// products of two such, out. The analysis of the statistics pass.
import type { Equation, Params, Value } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import {
  add,
  broadcast,
  constant,
  div,
  gather,
  matmul,
  mul,
  neg,
  reshape,
  scatterAdd,
  square,
  sub,
  sum,
  transpose,
} from "../ops/index.js";
import { Base, isIndex, plain } from "./linear-form.js";
import type { Candidate, Form, Kind, Lines } from "./linear-form.js";
import { numbers } from "./read.js";

export class LinearForms {
  readonly candidates: Candidate[] = [];
  private readonly kinds = new Map<Value, Kind>();
  private readonly made = new Map<Value, Equation>();
  private readonly transposed = new Map<Value, Value>();

  /** `fixed`: where equations of data go, before all others. `lines`: where equations of scalars go, at the place reached. */
  constructor(
    private readonly isFixed: (v: Value) => boolean,
    private readonly fixed: Lines,
    private readonly lines: Lines,
  ) {}

  /** An equation of bound data alone. */
  data(eq: Equation): void {
    for (const v of eq.outputs) this.made.set(v, eq);
    if (eq.op === transpose && eq.outputs[0].type.shape.length === 2)
      this.transposed.set(eq.inputs[0], eq.outputs[0]);
  }

  take(eq: Equation): void {
    for (const v of eq.outputs) this.made.set(v, eq);
    const [out] = eq.outputs;
    if (out !== undefined && out.type.dtype === "f64" && eq.outputs.length === 1) {
      if (this.isCandidate(eq)) return;
      const kind = this.kindOf(eq);
      if (kind) {
        this.kinds.set(out, kind);
        return;
      }
    }
    eq.inputs.forEach((v) => this.needRows(v));
  }

  /** The value is read row by row. */
  needRows(v: Value): void {
    const kind = this.kinds.get(v);
    if (kind === undefined || kind.kind === "uniform") return;
    if (kind.kind === "form") kind.base.markSeen();
    else for (const f of [kind.a, kind.b]) if ("base" in f) f.base.markSeen();
  }

  // ---- what values are --------------------------------------------------------------------------------------------

  private flat(v: Value): Value {
    if (v.type.shape.length === 1) return v;
    const shape = [sizeOf(v.type.shape)];
    return this.fixed.once("flat", () => this.fixed.emit(reshape, [v], { shape }), v);
  }

  /** The scalar that fills the value, where one does. */
  private uniform(v: Value): Value | null {
    const kind = this.kinds.get(v);
    if (kind) return kind.kind === "uniform" ? kind.by : null;
    const eq = this.made.get(v);
    if (!eq || !this.isFixed(v)) return null;
    if (eq.op === constant && typeof eq.params.data === "number") return this.fixed.literal(eq.params.data);
    return eq.op === broadcast && eq.inputs[0].type.shape.length === 0 ? eq.inputs[0] : null;
  }

  private form(v: Value): Form | null {
    const kind = this.kinds.get(v);
    if (kind?.kind === "form") return kind;
    if (kind?.kind === "uniform") {
      const n = sizeOf(v.type.shape);
      return plain(new Base(n, null, [{ column: this.fixed.ones(n), by: kind.by }]));
    }
    if (kind?.kind === "product" && !("base" in kind.b)) {
      const weighted = this.weighted(kind.a, kind.b);
      return weighted && { ...weighted, ...this.times(weighted, kind.scale, kind.minus) };
    }
    return null;
  }

  /** The form times data; null where a picked element would be, which is a column per group. */
  private weighted(f: Form, weight: Value): Form | null {
    const { base } = f;
    if (base.terms.some((t) => isIndex(t.column))) return null;
    const { n } = base;
    const by = (v: Value): Value => this.weightedColumn(v, weight);
    const offset = base.offset && { value: by(base.offset.value), minus: base.offset.minus };
    const made = new Base(
      n,
      offset,
      base.terms.map((t) => ({ column: by(t.column), by: t.by })),
    );
    made.join(base);
    return { ...f, base: made };
  }

  /** A column, or each column of a matrix, times data. */
  private weightedColumn(v: Value, weight: Value): Value {
    const { shape } = v.type;
    return this.fixed.once(
      "weighted",
      () => {
        const wide = shape.length === 1 ? weight : this.fixed.emit(broadcast, [weight], { shape, dims: [0] });
        return this.fixed.emit(mul, [v, wide]);
      },
      v,
      weight,
    );
  }

  // ---- arithmetic of scales ---------------------------------------------------------------------------------------

  private times(
    x: { readonly scale: Value | null; readonly minus: boolean },
    scale: Value | null,
    minus = false,
  ): { scale: Value | null; minus: boolean } {
    const both = x.scale && scale ? this.lines.emit(mul, [x.scale, scale]) : (x.scale ?? scale);
    return { scale: both, minus: x.minus !== minus };
  }

  private signed(v: Value, minus: boolean): Value {
    return minus ? this.lines.once("neg", () => this.lines.emit(neg, [v]), v) : v;
  }

  /** A coefficient, scalar or vector, times a scale. */
  private scaled(by: Value, scale: Value | null, minus: boolean): Value {
    const { shape } = by.type;
    const wide = scale && shape.length > 0 ? this.lines.emit(broadcast, [scale], { shape, dims: [] }) : scale;
    return this.signed(wide ? this.lines.emit(mul, [by, wide]) : by, minus);
  }

  // ---- rules ------------------------------------------------------------------------------------------------------

  private kindOf(eq: Equation): Kind | null {
    const { op } = eq;
    const [x, y] = eq.inputs;
    if (op === broadcast && x.type.shape.length === 0 && eq.outputs[0].type.shape.length > 0)
      return { kind: "uniform", by: x };
    if (op === reshape) return this.kinds.get(x) ?? null;
    if (op === neg) {
      const kind = this.kinds.get(x);
      if (kind?.kind === "uniform") return { kind: "uniform", by: this.signed(kind.by, true) };
      return kind ? { ...kind, minus: !kind.minus } : null;
    }
    if (op === square) {
      const f = this.kinds.get(x)?.kind === "uniform" ? null : this.form(x);
      return f && { kind: "product", a: f, b: f, scale: null, minus: false };
    }
    if (op === add || op === sub) return this.sumOf(x, y, op === sub);
    if (op === mul) return this.productOf(x, y) ?? this.productOf(y, x) ?? this.pairOf(x, y);
    if (op === div) return this.quotientOf(x, y);
    if (op === matmul) return this.combination(x, y) ?? this.combination(y, x);
    if (op === gather) return this.picked(eq);
    return null;
  }

  private sumOf(x: Value, y: Value, minus: boolean): Kind | null {
    const [u, v] = [this.kinds.get(x), this.kinds.get(y)];
    if (u?.kind === "uniform" && v?.kind === "uniform")
      return { kind: "uniform", by: this.lines.emit(minus ? sub : add, [u.by, v.by]) };
    const [a, b] = [this.form(x), this.form(y)];
    if ((!a && !this.isFixed(x)) || (!b && !this.isFixed(y))) return null;
    if (a && b && a.base === b.base) {
      const one = this.lines.literal(1);
      const scale = this.lines.emit(a.minus === (b.minus !== minus) ? add : sub, [
        a.scale ?? one,
        b.scale ?? one,
      ]);
      return { kind: "form", base: a.base, scale, minus: a.minus };
    }
    const n = sizeOf(x.type.shape);
    const terms = new Map<Value, Value>();
    const offsets: { value: Value; minus: boolean }[] = [];
    const put = (column: Value, by: Value): void => {
      const old = terms.get(column);
      terms.set(column, old ? this.lines.emit(add, [old, by]) : by);
    };
    const include = (f: Form | null, of: Value, negative: boolean): void => {
      if (!f) {
        offsets.push({ value: this.flat(of), minus: negative });
        return;
      }
      const sign = f.minus !== negative;
      for (const t of f.base.terms) put(t.column, this.scaled(t.by, f.scale, sign));
      const { offset } = f.base;
      if (!offset) return;
      const turned = offset.minus !== sign;
      if (f.scale) put(offset.value, this.signed(f.scale, turned));
      else offsets.push({ value: offset.value, minus: turned });
    };
    include(a, x, false);
    include(b, y, minus);
    const [first, second] = offsets;
    const offset =
      first && second
        ? {
            value: this.fixed.emit(first.minus === second.minus ? add : sub, [first.value, second.value]),
            minus: first.minus,
          }
        : (first ?? null);
    const base = new Base(
      n,
      offset,
      [...terms].map(([column, by]) => ({ column, by })),
    );
    for (const f of [a, b]) if (f) base.join(f.base);
    return plain(base);
  }

  /** x times something that fills y, or is data in y. */
  private productOf(x: Value, y: Value): Kind | null {
    const kind = this.kinds.get(x);
    const by = this.uniform(y);
    if (kind?.kind === "uniform") {
      if (by) return { kind: "uniform", by: this.lines.emit(mul, [kind.by, by]) };
      if (!this.isFixed(y)) return null;
      return plain(new Base(sizeOf(y.type.shape), null, [{ column: this.flat(y), by: kind.by }]));
    }
    if (!kind) return null;
    if (by) return { ...kind, ...this.times(kind, by) };
    if (!this.isFixed(y)) return null;
    const f = this.form(x);
    return f && { kind: "product", a: f, b: this.flat(y), scale: null, minus: false };
  }

  private pairOf(x: Value, y: Value): Kind | null {
    const [a, b] = [this.form(x), this.form(y)];
    if (!a || !b) return null;
    a.base.join(b.base);
    return { kind: "product", a, b, scale: null, minus: false };
  }

  private quotientOf(x: Value, y: Value): Kind | null {
    const kind = this.kinds.get(x);
    if (!kind) return null;
    const by = this.uniform(y);
    if (by) {
      if (kind.kind === "uniform") return { kind: "uniform", by: this.lines.emit(div, [kind.by, by]) };
      return { ...kind, scale: this.lines.emit(div, [kind.scale ?? this.lines.literal(1), by]) };
    }
    if (!this.isFixed(y)) return null;
    const inverse = this.fixed.once(
      "inverse",
      () => this.fixed.emit(div, [this.fixed.ones(sizeOf(y.type.shape)), this.flat(y)]),
      y,
    );
    if (kind.kind === "uniform")
      return plain(new Base(sizeOf(y.type.shape), null, [{ column: inverse, by: kind.by }]));
    const f = this.form(x);
    return f && { kind: "product", a: f, b: inverse, scale: null, minus: false };
  }

  /** A matrix of data times a vector: X v or v X. */
  private combination(x: Value, v: Value): Kind | null {
    if (!this.isFixed(x) || this.isFixed(v) || this.kinds.has(v)) return null;
    const [p, q] = x.type.shape;
    if (x.type.shape.length !== 2 || v.type.shape.length !== 2) return null;
    const after = v.type.shape[0] === q && v.type.shape[1] === 1;
    const before = v.type.shape[1] === p && v.type.shape[0] === 1;
    if (after === before) return null;
    const column = after ? x : this.turned(x);
    const width = after ? q : p;
    const by = this.lines.emit(reshape, [v], { shape: [width] });
    return plain(new Base(after ? p : q, null, [{ column, by }]));
  }

  /** An element of a vector for every row. */
  private picked({ inputs: [x, index], params }: Equation): Kind | null {
    if (this.isFixed(x) || !this.isFixed(index) || !picksElements(x, index, params)) return null;
    this.needRows(x);
    return plain(new Base(index.type.shape[0], null, [{ column: index, by: x }]));
  }

  /** The transpose of a matrix of data, which may be there already. */
  private turned(x: Value): Value {
    const eq = this.made.get(x);
    if (eq?.op === transpose) return eq.inputs[0];
    const known = this.transposed.get(x);
    if (known) return known;
    return this.fixed.once("turned", () => this.fixed.emit(transpose, [x], { perm: [1, 0] }), x);
  }

  private isCandidate(eq: Equation): boolean {
    if (eq.op === sum) {
      const [x] = eq.inputs;
      if (numbers(eq.params, "axes").length !== x.type.shape.length || x.type.shape.length === 0)
        return false;
      const kind = this.kinds.get(x);
      if (kind?.kind === "product") {
        const { a, b, scale, minus } = kind;
        this.candidates.push({ eq, a, b, scale, minus });
      } else if (kind?.kind === "form") {
        const { scale, minus, base } = kind;
        this.candidates.push({ eq, a: plain(base), b: this.fixed.ones(base.n), scale, minus });
      } else return false;
      return true;
    }
    if (eq.op === scatterAdd) {
      const [start, index, rows] = eq.inputs;
      const f = this.form(rows);
      const zero = this.made.get(start);
      if (!f || zero?.op !== constant || zero.params.data !== 0 || !this.isFixed(index)) return false;
      if (!picksElements(start, index, eq.params)) return false;
      this.candidates.push({ eq, a: plain(f.base), b: index, scale: f.scale, minus: f.minus });
      return true;
    }
    if (eq.op !== matmul || eq.outputs[0].type.shape.length !== 2) return false;
    // X' r, or r' X
    for (const [x, r, after] of [
      [eq.inputs[0], eq.inputs[1], true],
      [eq.inputs[1], eq.inputs[0], false],
    ] as const) {
      const [p, q] = r.type.shape;
      if (!this.isFixed(x) || (after ? q : p) !== 1) continue;
      const matrix = (): Value => (after ? this.turned(x) : x);
      const kind = this.kinds.get(r);
      // X' (r w) is (X w)' r: the residual brings no columns of its own.
      if (kind?.kind === "product" && !("base" in kind.b)) {
        const b = this.weightedColumn(matrix(), kind.b);
        const { scale, minus } = this.times(kind.a, kind.scale, kind.minus);
        this.candidates.push({ eq, a: plain(kind.a.base), b, scale, minus });
        return true;
      }
      const f = this.form(r);
      if (!f) continue;
      const { scale, minus } = f;
      this.candidates.push({ eq, a: plain(f.base), b: matrix(), scale, minus });
      return true;
    }
    return false;
  }
}

/** Whether gathering (or scattering) along the vector's only axis takes one element per row. */
const picksElements = (x: Value, index: Value, { axis, batch }: Params): boolean =>
  x.type.shape.length === 1 && index.type.shape.length === 1 && axis === 0 && batch === 0;
