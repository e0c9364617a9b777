// Graph and which of its inputs are bound in; the same with sums over rows of products of forms that are linear in few
// parameters written through a triangular factor of the data out. The factor is found once per data set; what is left does
// not depend on the number of rows (docs/adr/0008-statistics.md).
import type { Equation, Graph, Params, Value } from "../ir/types.js";
import {
  abs,
  add,
  broadcast,
  concatenate,
  designFactor,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
} from "../ops/index.js";
import { dropDead } from "./dead.js";
import { Lines } from "./linear-form.js";
import type { Base, Candidate } from "./linear-form.js";
import { LinearForms } from "./linear-forms.js";

/** Designs wider than this, or whose factor takes more flops than that, are left as they are. */
const widest = 400;
const mostWork = 2e10;

/** Flops per gradient of the rows as they stand, and through the factor; a wide design gains nothing. */
const gains = (rows: number, columns: number): boolean =>
  rows * (columns + 2) > 2 * (2 * columns * columns + 10 * columns) &&
  columns <= widest &&
  2 * rows * columns * columns <= mostWork;

export function statistics(graph: Graph, bound: readonly boolean[], fire: (rule: string) => void): Graph {
  const isFixed = new Set<Value>(graph.inputs.filter((_, i) => bound[i]));
  const data = new Lines();
  const rest = new Lines();
  const forms = new LinearForms((v) => isFixed.has(v), data, rest);
  for (const eq of graph.equations) {
    if (eq.op.effect !== true && eq.inputs.every((v) => isFixed.has(v))) {
      for (const v of eq.outputs) isFixed.add(v);
      data.equations.push(eq);
      forms.data(eq);
    } else {
      forms.take(eq);
      rest.equations.push(eq);
    }
  }
  graph.outputs.forEach((v) => forms.needRows(v));

  const groups = new Map<Base, Candidate[]>();
  for (const c of forms.candidates) {
    if (c.a.base.isSeen) continue;
    const key = c.a.base.root;
    groups.set(key, [...(groups.get(key) ?? []), c]);
  }
  const answers = new Map<Equation, (lines: Lines) => Value>();
  for (const candidates of groups.values()) {
    const design = designOf(candidates);
    if (!design || !gains(design.n, design.width)) continue;
    const factored = new Factored(design, data);
    for (const c of candidates) {
      answers.set(c.eq, (lines) => factored.answer(c, lines));
      fire("sum-through-factor");
    }
  }
  if (answers.size === 0) return graph;

  const out = new Lines();
  out.equations.push(...data.equations);
  const replaced = new Map<Value, Value>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  for (const eq of rest.equations) {
    const answer = answers.get(eq);
    if (answer) replaced.set(eq.outputs[0], answer(out));
    else if (eq.inputs.some((v) => replaced.has(v)))
      out.equations.push({ ...eq, inputs: eq.inputs.map(current) });
    else out.equations.push(eq);
  }
  return dropDead({ ...graph, equations: out.equations, outputs: graph.outputs.map(current) });
}

interface Design {
  readonly n: number;
  /** Columns and matrices of columns, and where each begins. */
  readonly columns: ReadonlyMap<Value, number>;
  readonly offset: Value | null;
  /** The number of columns, the offset included. */
  readonly width: number;
}

/** Everything that the candidates' forms are made of; null where they have different offsets. */
function designOf(candidates: readonly Candidate[]): Design | null {
  const columns = new Map<Value, number>();
  const offsets = new Set<Value>();
  const [{ a }] = candidates;
  const { n } = a.base;
  let width = 0;
  const put = (column: Value): void => {
    if (columns.has(column)) return;
    columns.set(column, width);
    width += column.type.shape[1] ?? 1;
  };
  const all = candidates.flatMap((c) => ("base" in c.b ? [c.a.base, c.b.base] : [c.a.base]));
  for (const base of all) {
    if (base.n !== n) return null;
    if (base.offset) offsets.add(base.offset.value);
    for (const t of base.terms) put(t.column);
  }
  if (offsets.size > 1) return null;
  for (const { b } of candidates) if (!("base" in b)) put(b);
  const [offset] = offsets;
  return { n, columns, offset: offset ?? null, width: width + (offset ? 1 : 0) };
}

const part = (from: number, to: number): Params => ({ start: [from], stop: [to], step: [1] });

/** A vector times a scalar. */
const along = (v: Value, scale: Value, lines: Lines): Value =>
  lines.emit(mul, [v, lines.emit(broadcast, [scale], { shape: v.type.shape, dims: [] })]);

/** R'R = D'D for D = [X | offset - X best]: products of forms over the rows are products of short vectors. */
class Factored {
  private readonly factor: Value;
  private readonly best: Value;
  /** Of the columns, where one of them is of ones, which `unit` marks: the factor is that of centred columns. */
  private readonly means: Value;
  private readonly unit: Value;
  /** means + unit, and 1 - unit */
  private readonly carriers: Value;
  private readonly rest: Value;
  private readonly turned = new Map<Base, Value>();
  private readonly sums = new Map<Base, Value>();

  constructor(
    private readonly design: Design,
    data: Lines,
  ) {
    const { n, columns, offset } = design;
    const parts = [...columns.keys()].map((c) =>
      c.type.shape.length === 2 ? c : data.emit(reshape, [c], { shape: [n, 1] }),
    );
    const x = parts.length === 1 ? parts[0] : data.emit(concatenate, parts, { axis: 1 });
    const y = offset ? data.emit(reshape, [offset], { shape: [n, 1] }) : data.literal(0, [n, 0]);
    const [factor, best, means, unit] = data.all(designFactor, [x, y]);
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
    let turn = minus;
    const scales = [scale];
    if ("base" in b) {
      const product = lines.emit(mul, [this.rotated(a.base, lines), this.rotated(b.base, lines)]);
      value = lines.emit(sum, [product], { axes: [0] });
      turn = turn !== (a.minus !== b.minus);
      scales.push(a.scale, b.scale);
    } else {
      const from = this.design.columns.get(b)!;
      const size = b.type.shape[1] ?? 1;
      const mine = lines.emit(slice, [this.dots(a.base, lines)], part(from, from + size));
      value = lines.emit(reshape, [mine], { shape });
      turn = turn !== a.minus;
      scales.push(a.scale);
    }
    for (const s of scales)
      if (s)
        value = lines.emit(mul, [
          value,
          shape.length === 0 ? s : lines.emit(broadcast, [s], { shape, dims: [] }),
        ]);
    return turn ? lines.emit(neg, [value]) : value;
  }

  /** R c for the form's coefficients c, taken from the best fit. */
  private rotated(base: Base, lines: Lines): Value {
    const known = this.turned.get(base);
    if (known) return known;
    const { columns, offset, width } = this.design;
    const given = new Map(base.terms.map((t) => [t.column, t.by]));
    const parts = [...columns.keys()].map((c) => {
      const size = c.type.shape[1] ?? 1;
      const by = given.get(c);
      if (!by) return lines.emit(reshape, [lines.literal(0)], { shape: [1] });
      return by.type.shape.length === 1 ? by : lines.emit(reshape, [by], { shape: [size] });
    });
    let c = parts.length === 1 ? parts[0] : lines.emit(concatenate, parts, { axis: 0 });
    const sign = base.offset ? (base.offset.minus ? -1 : 1) : 0;
    c = this.centred(c, sign === 0 ? null : sign === 1 ? this.best : lines.emit(neg, [this.best]), lines);
    if (offset) c = lines.emit(concatenate, [c, lines.literal(sign, [1])], { axis: 0 });
    const shape = [width, width];
    const wide = lines.emit(broadcast, [c], { shape, dims: [1] });
    const made = lines.emit(sum, [lines.emit(mul, [this.factor, wide])], { axes: [1] });
    this.turned.set(base, made);
    return made;
  }

  /**
   * c + best, with the coefficient of the ones replaced by the level sum_j means_j (c + best)_j + (c + best)_ones. The level
   * is often a small difference of large terms, so it is summed without rounding them: by two-sums and halves (Dekker, "A
   * floating-point technique for extending the available precision", 1971), and on a common grid (Rump, Ogita and Oishi,
   * "Accurate floating-point summation", 2008).
   */
  private centred(c: Value, best: Value | null, lines: Lines): Value {
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
    const level = plus(total(rounded), total(plus(minus(large, rounded), small)));
    return plus(lines.emit(mul, [moved, this.rest]), along(this.unit, level, lines));
  }

  /** D' times the form: its sums with every column. */
  private dots(base: Base, lines: Lines): Value {
    const known = this.sums.get(base);
    if (known) return known;
    const { width } = this.design;
    const wide = lines.emit(broadcast, [this.rotated(base, lines)], { shape: [width, width], dims: [0] });
    let made = lines.emit(sum, [lines.emit(mul, [this.factor, wide])], { axes: [0] });
    const columns = lines.emit(slice, [made], part(0, this.means.type.shape[0]));
    const total = lines.emit(sum, [lines.emit(mul, [this.unit, columns])], { axes: [0] });
    made = lines.emit(add, [columns, along(this.means, total, lines)]);
    this.sums.set(base, made);
    return made;
  }
}
