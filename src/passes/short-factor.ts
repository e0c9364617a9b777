// As factored.ts, for designs of few columns, which most models have: all that a gradient asks of the factor is two
// operations on vectors that fit into registers.
import type { Value } from "../ir/types.js";
import {
  abs,
  add,
  broadcast,
  designForm,
  designGradient,
  le,
  mul,
  neg,
  pad,
  slice,
  sum,
  transpose,
  triangleBound,
  where,
} from "../ops/index.js";
import { dot, Factored, type Design } from "./factored.js";
import type { Base, Lines } from "./linear-form.js";

/** Designs up to this width are written out. */
export const SHORT = 16;
/** Levels that rounding makes worse by less than this many ulp are summed plainly; the rows themselves lose as much. */
const HARMLESS = 256;

export class ShortFactor extends Factored {
  private readonly short: {
    /** The factor's columns, of even length, without the offset; and the same with the level folded into them. */
    readonly columns: Value;
    readonly plain: Value;
    /** What a level of 1 adds to a product with the factor, and an offset. */
    readonly ones: Value;
    readonly offset: Value;
    readonly best: Value;
    readonly carriers: Value;
    readonly others: Value;
    readonly delicate: Value;
    /** 0 where the folded columns serve. */
    readonly careful: Value;
  };
  private readonly gradients = new Map<Base, readonly Value[]>();

  /** `negated`: what the value is the negative of, where it was made so. */
  constructor(
    design: Design,
    data: Lines,
    private readonly negated: (v: Value) => Value | null,
  ) {
    super(design, data);
    const { width } = design;
    const [k] = this.means.type.shape;
    /** Zeros behind the last axis. */
    const padded = (v: Value, length: number): Value => {
      const high = v.type.shape.map((d, i, all) => (i === all.length - 1 ? length - d : 0));
      const low = high.map(() => 0);
      return high.some((h) => h > 0) ? data.emit(pad, [v], { low, high, fill: 0 }) : v;
    };
    const even = (n: number): number => n + (n % 2);
    const turned = padded(data.emit(transpose, [this.factor], { perm: [1, 0] }), even(width));
    const [, w] = turned.type.shape;
    const part = (from: number, to: number): Value =>
      data.emit(slice, [turned], { start: [from, 0], stop: [to, w], step: [1, 1] });
    const columns = part(0, k);
    const each = (v: Value): Value => data.emit(broadcast, [v], { shape: [k, w], dims: [0] });
    const ones = data.emit(sum, [data.emit(mul, [columns, each(this.unit)])], { axes: [0] });
    const across = data.emit(broadcast, [ones], { shape: [k, w], dims: [1] });
    const delicate = this.delicate(data);
    this.short = {
      columns,
      plain: data.emit(add, [
        data.emit(mul, [columns, each(this.rest)]),
        data.emit(mul, [across, each(this.carriers)]),
      ]),
      ones,
      offset: design.offset ? data.emit(sum, [part(k, k + 1)], { axes: [0] }) : data.literal(0, [w]),
      best: padded(this.best, even(k)),
      carriers: padded(this.carriers, even(k)),
      others: padded(this.rest, even(k)),
      delicate,
      careful: w > 2 ? this.careful(delicate, ones, data) : delicate,
    };
  }

  /**
   * 1 where the level must be summed without rounding. A form of length |r| has coefficients of at most bound |r|, so that
   * rounding costs no more than a few ulp of |r| times the number compared with.
   */
  private delicate(data: Lines): Value {
    const bound = data.emit(triangleBound, [this.factor, this.means]);
    const carried = dot(data.emit(abs, [this.means]), bound, data);
    // The coefficient of the ones is bounded by |r| over the root of the number of rows.
    const own = data.emit(mul, [dot(this.unit, bound, data), data.literal(HARMLESS)]);
    return data.emit(where, [data.emit(le, [carried, own]), data.literal(0), data.literal(1)]);
  }

  /** As delicate, and 1 where the ones reach below the first pair of rows, so that folding would fill the triangle. */
  private careful(delicate: Value, ones: Value, data: Lines): Value {
    const below = data.emit(slice, [ones], { start: [2], stop: ones.type.shape, step: [1] });
    const size = data.emit(sum, [data.emit(abs, [below])], { axes: [0] });
    return data.emit(where, [data.emit(le, [size, data.literal(0)]), delicate, data.literal(1)]);
  }

  /** A form's coefficients and offset: what is added to the best ones, or, with `minus`, taken from them. */
  private given(base: Base, lines: Lines) {
    const parts = this.partsOf(base);
    const plain = parts.map((v) => v && this.negated(v));
    const minus = plain.every((v, i) => v !== null || parts[i] === null);
    const sign = base.offset ? (base.offset.minus ? -1 : 1) : 0;
    const signed = (v: Value): Value =>
      sign === 1 ? v : sign === -1 ? lines.emit(neg, [v]) : lines.literal(0, v.type.shape);
    const { offset, best } = this.short;
    return { c: this.joined(minus ? plain : parts, lines), minus, start: signed(offset), best: signed(best) };
  }

  protected override rotated(base: Base, lines: Lines): Value {
    const known = this.turned.get(base);
    if (known) return known;
    const { columns, ones, carriers, others, delicate } = this.short;
    const { c, minus, start, best } = this.given(base, lines);
    const inputs = [columns, start, ones, best, carriers, others, c, delicate];
    const made = lines.emit(designForm, inputs, { minus });
    this.turned.set(base, made);
    return made;
  }

  /** The form's square and its sums with the columns. */
  private gradient(base: Base, lines: Lines): readonly Value[] {
    const known = this.gradients.get(base);
    if (known) return known;
    const { plain, columns, ones, carriers, others, careful } = this.short;
    const { c, minus, start, best } = this.given(base, lines);
    const inputs = [plain, columns, start, ones, best, carriers, others, this.means, careful, c];
    const made = lines.all(designGradient, inputs, { minus });
    this.gradients.set(base, made);
    return made;
  }

  protected override product(a: Base, b: Base, lines: Lines): Value {
    return a === b ? this.gradient(a, lines)[0] : super.product(a, b, lines);
  }

  protected override dots(base: Base, lines: Lines): Value {
    return this.gradient(base, lines)[1];
  }
}
