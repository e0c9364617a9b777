// A design and the data's equations in; the answers to sums over rows through a triangular factor of the data out.
import type { Params, Value } from "../ir/types.js";
import {
  abs,
  add,
  broadcast,
  concatenate,
  designFactor,
  groupedFactor,
  mul,
  neg,
  reshape,
  slice,
  square,
  sub,
  sum,
} from "../ops/index.js";
import type { Base, Candidate, Form, Lines } from "./linear-form.js";

export interface Design {
  readonly n: number;
  /** Columns and matrices of columns, and where each begins. */
  readonly columns: ReadonlyMap<Value, number>;
  readonly offset: Value | null;
  /** What picks a group for each row, and how many groups there are; null where no term is picked. */
  readonly groups: { readonly index: Value; readonly count: number } | null;
  /** The number of columns, the offset included. */
  readonly width: number;
}

const part = (from: number, to: number): Params => ({ start: [from], stop: [to], step: [1] });

export const isForm = (b: Form | Value): b is Form => "base" in b;

/** The product of two vectors. */
export const dot = (a: Value, b: Value, lines: Lines): Value =>
  lines.emit(sum, [lines.emit(mul, [a, b])], { axes: [0] });

/** A vector times a scalar. */
const along = (v: Value, scale: Value, lines: Lines): Value =>
  lines.emit(mul, [v, lines.emit(broadcast, [scale], { shape: v.type.shape, dims: [] })]);

/** A form's coefficients: of all columns but the ones, its level as a sum of two numbers, its offset's sign. */
export interface Coefficients {
  readonly others: Value;
  readonly high: Value;
  readonly low: Value;
  readonly sign: Value | null;
}

/** R'R = D'D for D = [X | offset - X best]: products of forms over the rows are products of short vectors. */
export class Factored {
  protected readonly factor: Value;
  protected readonly best: Value;
  /** Of the columns, where one of them is of ones, which `unit` marks: the factor is that of centred columns. */
  protected readonly means: Value;
  protected readonly unit: Value;
  /** means + unit, and 1 - unit */
  protected readonly carriers: Value;
  protected readonly rest: Value;
  /** All that was found of the data: the groups' means and numbers of rows behind the rest. */
  protected readonly found: readonly Value[];
  private readonly coefficients = new Map<Base, Coefficients>();
  protected readonly turned = new Map<Base, Value>();
  protected readonly sums = new Map<Base, Value>();

  constructor(
    protected readonly design: Design,
    data: Lines,
  ) {
    const { n, columns, offset } = design;
    const parts = [...columns.keys()].map((c) =>
      c.type.shape.length === 2 ? c : data.emit(reshape, [c], { shape: [n, 1] }),
    );
    const x = parts.length === 1 ? parts[0] : data.emit(concatenate, parts, { axis: 1 });
    const y = offset ? data.emit(reshape, [offset], { shape: [n, 1] }) : data.literal(0, [n, 0]);
    const { groups } = design;
    this.found = groups
      ? data.all(groupedFactor, [x, y, groups.index], { count: groups.count })
      : data.all(designFactor, [x, y]);
    const [factor, best, means, unit] = this.found;
    this.factor = factor;
    this.best = best;
    this.means = means;
    this.unit = unit;
    this.carriers = data.emit(add, [means, unit]);
    this.rest = data.emit(sub, [data.literal(1, unit.type.shape), unit]);
  }

  answer({ eq, a, b, scale, minus }: Candidate, lines: Lines): Value {
    const { shape } = eq.outputs[0].type;
    let value: Value;
    let turn = minus !== a.minus;
    const scales = [scale, a.scale];
    if (isForm(b)) {
      value = this.product(a.base, b.base, lines);
      turn = turn !== b.minus;
      scales.push(b.scale);
    } else value = lines.emit(reshape, [this.sumsWith(b, a.base, lines)], { shape });
    const by = scales
      .filter((s) => s !== null)
      .reduce<Value | null>(
        (p, s) => (p === null ? s : p === s ? lines.emit(square, [s]) : lines.emit(mul, [p, s])),
        null,
      );
    if (by)
      value = lines.emit(mul, [
        value,
        shape.length === 0 ? by : lines.emit(broadcast, [by], { shape, dims: [] }),
      ]);
    return turn ? lines.emit(neg, [value]) : value;
  }

  /** The sum over rows of the product of two forms. */
  protected product(a: Base, b: Base, lines: Lines): Value {
    return dot(this.rotated(a, lines), this.rotated(b, lines), lines);
  }

  /** The sums over rows of the form times each of some columns. */
  protected sumsWith(columns: Value, base: Base, lines: Lines): Value {
    const from = this.design.columns.get(columns)!;
    return lines.emit(slice, [this.dots(base, lines)], part(from, from + (columns.type.shape[1] ?? 1)));
  }

  /** The form's coefficients of the columns of D. */
  protected coefficientsOf(base: Base, lines: Lines): Coefficients {
    const known = this.coefficients.get(base);
    if (known) return known;
    const { offset } = this.design;
    const c = this.joined(this.partsOf(base), lines);
    const sign = base.offset ? (base.offset.minus ? -1 : 1) : 0;
    const best = sign === 0 ? null : sign === 1 ? this.best : lines.emit(neg, [this.best]);
    const centred = this.centred(c, best, lines);
    const made = { ...centred, sign: offset ? lines.literal(sign, [1]) : null };
    this.coefficients.set(base, made);
    return made;
  }

  /** The form's coefficients column by column, as they are given; null where a column has none. */
  protected partsOf(base: Base): (Value | null)[] {
    const given = new Map(base.terms.map((t) => [t.column, t.by]));
    return [...this.design.columns.keys()].map((c) => given.get(c) ?? null);
  }

  /** All coefficients as one vector. */
  protected joined(parts: readonly (Value | null)[], lines: Lines): Value {
    const columns = [...this.design.columns.keys()];
    const vectors = parts.map((by, i) => {
      const size = columns[i].type.shape[1] ?? 1;
      if (!by) return lines.literal(0, [size]);
      return by.type.shape.length === 1 ? by : lines.emit(reshape, [by], { shape: [size] });
    });
    return vectors.length === 1 ? vectors[0] : lines.emit(concatenate, vectors, { axis: 0 });
  }

  /** R c for the form's coefficients c. */
  protected rotated(base: Base, lines: Lines): Value {
    const known = this.turned.get(base);
    if (known) return known;
    const { width } = this.design;
    const { others, high, low, sign } = this.coefficientsOf(base, lines);
    let c = lines.emit(add, [others, along(this.unit, lines.emit(add, [high, low]), lines)]);
    if (sign) c = lines.emit(concatenate, [c, sign], { axis: 0 });
    const shape = [width, width];
    const wide = lines.emit(broadcast, [c], { shape, dims: [1] });
    const made = lines.emit(sum, [lines.emit(mul, [this.factor, wide])], { axes: [1] });
    this.turned.set(base, made);
    return made;
  }

  /**
   * c + best without the coefficient of the ones, and the level sum_j means_j (c + best)_j + (c + best)_ones. The level
   * is often a small difference of large terms, so it is summed without rounding them: by two-sums and halves (Dekker, "A
   * floating-point technique for extending the available precision", 1971), and on a common grid (Rump, Ogita and Oishi,
   * "Accurate floating-point summation", 2008).
   */
  private centred(c: Value, best: Value | null, lines: Lines): Omit<Coefficients, "sign"> {
    const { shape } = c.type;
    const minus = (a: Value, b: Value): Value => lines.emit(sub, [a, b]);
    const plus = (a: Value, b: Value): Value => lines.emit(add, [a, b]);
    const total = (v: Value): Value => lines.emit(sum, [v], { axes: [0] });
    const spread = (v: Value): Value => lines.emit(broadcast, [v], { shape, dims: [] });
    let moved = c;
    let lost: Value | null = null;
    if (best) {
      moved = plus(c, best);
      const part = minus(moved, c);
      lost = plus(minus(c, minus(moved, part)), minus(best, part));
    }
    const wide = lines.emit(mul, [moved, lines.literal(2 ** 27 + 1, shape)]);
    const high = minus(wide, minus(wide, moved));
    const carried = (v: Value): Value => lines.emit(mul, [this.carriers, v]);
    const large = carried(high);
    const small = carried(lost ? plus(minus(moved, high), lost) : minus(moved, high));
    const grid = spread(lines.emit(mul, [total(lines.emit(abs, [large])), lines.literal(4)]));
    const rounded = minus(plus(large, grid), grid);
    return {
      others: lines.emit(mul, [moved, this.rest]),
      high: total(rounded),
      low: total(plus(minus(large, rounded), small)),
    };
  }

  /** The columns' transpose times the form: its sums with every column. */
  protected dots(base: Base, lines: Lines): Value {
    const known = this.sums.get(base);
    if (known) return known;
    const columns = lines.emit(slice, [this.dotsWithD(base, lines)], part(0, this.means.type.shape[0]));
    const total = dot(this.unit, columns, lines);
    const made = lines.emit(add, [columns, along(this.means, total, lines)]);
    this.sums.set(base, made);
    return made;
  }

  /** D' times the form. */
  protected dotsWithD(base: Base, lines: Lines): Value {
    const { width } = this.design;
    const wide = lines.emit(broadcast, [this.rotated(base, lines)], { shape: [width, width], dims: [0] });
    return lines.emit(sum, [lines.emit(mul, [this.factor, wide])], { axes: [0] });
  }
}
