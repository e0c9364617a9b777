// Graph and which of its inputs are bound in; the same with sums over rows of products of forms that are linear in few
// parameters written through a triangular factor of the data out. The factor is found once per data set; what is left does
// not depend on the number of rows (docs/adr/0008-statistics.md).
import { typical } from "../ir/size.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { neg } from "../ops/index.js";
import { dropDead } from "./dead.js";
import { Factored, isForm, type Design } from "./factored.js";
import { Grouped } from "./grouped.js";
import { isIndex, Lines } from "./linear-form.js";
import type { Base, Candidate } from "./linear-form.js";
import { LinearForms } from "./linear-forms.js";
import { ShortFactor, SHORT } from "./short-factor.js";

/** Designs wider than this, or whose factor takes more flops than that, are left as they are. */
const widest = 400;
const mostWork = 2e10;

/** Flops of picking a group's element, and of adding to it. */
const picking = 4;

/** Flops per gradient of the rows as they stand, and through the factor; a wide design gains nothing. */
function gains({ n, width, groups }: Design): boolean {
  const length = typical(n);
  const rows = length * (width + 2 + (groups ? picking : 0));
  const factor = 2 * width * width + 10 * width + (groups ? groups.count * (width + picking) : 0);
  return rows > 2 * factor && width <= widest && 2 * length * width * width <= mostWork;
}

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

  const together = new Map<Base, Candidate[]>();
  for (const c of forms.candidates) {
    if (c.a.base.isSeen) continue;
    const key = c.a.base.root;
    together.set(key, [...(together.get(key) ?? []), c]);
  }
  const negatives = new Map(
    rest.equations.flatMap((eq) => (eq.op === neg ? [[eq.outputs[0], eq.inputs[0]]] : [])),
  );
  const negated = (v: Value): Value | null => negatives.get(v) ?? null;
  const answers = new Map<Equation, (lines: Lines) => Value>();
  for (const candidates of together.values()) {
    const design = designOf(candidates, (n) => data.ones(n));
    if (!design || !gains(design)) continue;
    const { groups } = design;
    const factored = groups
      ? new Grouped(design, groups, data)
      : design.width <= SHORT
        ? new ShortFactor(design, data, negated)
        : new Factored(design, data);
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

/** Everything that the candidates' forms are made of; null where they have different offsets, or groups. */
function designOf(candidates: readonly Candidate[], ones: (n: number) => Value): Design | null {
  const columns = new Map<Value, number>();
  const offsets = new Set<Value>();
  const groups = new Map<Value, number>();
  const [{ a }] = candidates;
  const { n } = a.base;
  let width = 0;
  const put = (column: Value): void => {
    if (columns.has(column)) return;
    columns.set(column, width);
    width += column.type.shape[1] ?? 1;
  };
  const all = candidates.flatMap((c) => (isForm(c.b) ? [c.a.base, c.b.base] : [c.a.base]));
  for (const base of all) {
    if (base.n !== n) return null;
    if (base.offset) offsets.add(base.offset.value);
    for (const t of base.terms)
      if (isIndex(t.column)) groups.set(t.column, t.by.type.shape[0]);
      else put(t.column);
  }
  for (const { b, eq } of candidates)
    if (!isForm(b)) {
      if (isIndex(b)) groups.set(b, eq.outputs[0].type.shape[0]);
      else put(b);
    }
  if (offsets.size > 1 || groups.size > 1) return null;
  const [offset = null] = offsets;
  const [group] = groups;
  // Levels are told apart from what varies in a group by a column of ones.
  if (group) put(ones(n));
  return {
    n,
    columns,
    offset,
    groups: group ? { index: group[0], count: group[1] } : null,
    width: width + (offset ? 1 : 0),
  };
}
