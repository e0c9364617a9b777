// As factored.ts, for rows that also pick an element of a vector by an index of the data, as the groups of a hierarchical
// model do: rows of a group differ from its mean row by what a factor answers, so that one row per group is left.
import type { Value } from "../ir/types.js";
import { add, broadcast, concatenate, mul, sum } from "../ops/index.js";
import { dot, Factored, type Design } from "./factored.js";
import type { Base, Lines } from "./linear-form.js";

/** A form's value at the mean row of every group, and the same times the group's number of rows. */
interface AtMeans {
  readonly value: Value;
  readonly weighted: Value;
}

/**
 * D = [X - 1 m' | y - X b] as in Factored is split into the mean rows M of the groups and what is left of the rows, whose
 * sums within each group are 0: sums of products are sum_g n_g (M c + a)_g (M d + b)_g + (R c)'(R d), where a and b are what
 * the groups' own terms give and R'R = (D - M[index])'(D - M[index]).
 */
export class Grouped extends Factored {
  /** Numbers of rows [G], and for each column of D the groups' means [width, G]. */
  private readonly counts: Value;
  private readonly groupMeans: Value;
  private readonly atMeans = new Map<Base, AtMeans>();

  constructor(
    design: Design,
    private readonly groups: NonNullable<Design["groups"]>,
    data: Lines,
  ) {
    super(design, data);
    [this.groupMeans, this.counts] = this.found.slice(4);
  }

  protected override product(a: Base, b: Base, lines: Lines): Value {
    const between = dot(this.at(a, lines).weighted, this.at(b, lines).value, lines);
    return lines.emit(add, [between, super.product(a, b, lines)]);
  }

  protected override sumsWith(columns: Value, base: Base, lines: Lines): Value {
    return columns === this.groups.index
      ? this.at(base, lines).weighted
      : super.sumsWith(columns, base, lines);
  }

  protected override dotsWithD(base: Base, lines: Lines): Value {
    const { shape } = this.groupMeans.type;
    const wide = lines.emit(broadcast, [this.at(base, lines).weighted], { shape, dims: [1] });
    const between = lines.emit(sum, [lines.emit(mul, [this.groupMeans, wide])], { axes: [1] });
    return lines.emit(add, [between, super.dotsWithD(base, lines)]);
  }

  private at(base: Base, lines: Lines): AtMeans {
    const known = this.atMeans.get(base);
    if (known) return known;
    const { others, high, low, sign } = this.coefficientsOf(base, lines);
    const c = sign ? lines.emit(concatenate, [others, sign], { axis: 0 }) : others;
    const { shape } = this.groupMeans.type;
    const wide = lines.emit(broadcast, [c], { shape, dims: [0] });
    const columns = lines.emit(sum, [lines.emit(mul, [this.groupMeans, wide])], { axes: [0] });
    const spread = (v: Value): Value => lines.emit(broadcast, [v], { shape: [this.groups.count], dims: [] });
    // The groups' own terms and the level may be large numbers that cancel.
    const own = base.terms.find((t) => t.column === this.groups.index)?.by;
    const level = own ? lines.emit(add, [own, spread(high)]) : spread(high);
    const value = lines.emit(add, [lines.emit(add, [level, spread(low)]), columns]);
    const made = { value, weighted: lines.emit(mul, [value, this.counts]) };
    this.atMeans.set(base, made);
    return made;
  }
}
