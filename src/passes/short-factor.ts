// As factored.ts, for designs of few columns, which most models have: all that a gradient asks of the factor is two
// operations on vectors that fit into registers.
import type { Value } from "../ir/types.js";
import {
  abs,
  broadcast,
  designForm,
  designSums,
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
    /** The factor, with rows of even length, and its transpose without the offset. */
    readonly rows: Value;
    readonly columns: Value;
    /** What a level of 1 adds to a product with the factor, and an offset. */
    readonly ones: Value;
    readonly offset: Value;
    readonly best: Value;
    readonly carriers: Value;
    readonly others: Value;
    readonly delicate: Value;
  };

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
    const each = data.emit(broadcast, [this.unit], { shape: [k, w], dims: [0] });
    this.short = {
      rows: padded(this.factor, w),
      columns,
      ones: data.emit(sum, [data.emit(mul, [columns, each])], { axes: [0] }),
      offset: design.offset ? data.emit(sum, [part(k, k + 1)], { axes: [0] }) : data.literal(0, [w]),
      best: padded(this.best, even(k)),
      carriers: padded(this.carriers, even(k)),
      others: padded(this.rest, even(k)),
      delicate: this.delicate(data),
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

  protected override rotated(base: Base, lines: Lines): Value {
    const known = this.turned.get(base);
    if (known) return known;
    const parts = this.partsOf(base);
    const plain = parts.map((v) => v && this.negated(v));
    const minus = plain.every((v, i) => v !== null || parts[i] === null);
    const c = this.joined(minus ? plain : parts, lines);
    const { columns, ones, offset, best, carriers, others, delicate } = this.short;
    const sign = base.offset ? (base.offset.minus ? -1 : 1) : 0;
    const signed = (v: Value): Value =>
      sign === 1 ? v : sign === -1 ? lines.emit(neg, [v]) : lines.literal(0, v.type.shape);
    const inputs = [columns, signed(offset), ones, signed(best), carriers, others, c, delicate];
    const made = lines.emit(designForm, inputs, { minus });
    this.turned.set(base, made);
    return made;
  }

  protected override dots(base: Base, lines: Lines): Value {
    const known = this.sums.get(base);
    if (known) return known;
    const { rows, ones } = this.short;
    const made = lines.emit(designSums, [rows, ones, this.means, this.rotated(base, lines)]);
    this.sums.set(base, made);
    return made;
  }
}
