// Graph and which of its inputs are bound in; the same with what steps of a scan compute from data alone computed before it out.
//
// A step knows more than its data: where it stands among the steps. So what it computes from both is a table over the steps, made by
// a scan without carries that depends on bound inputs alone, which split then moves to the prologue.
import type { Equation, Graph, Value } from "../ir/types.js";
import { typical } from "../ir/size.js";
import { sizeOf } from "../ir/types.js";
import { scan } from "../ops/index.js";
import { hasEffect } from "./join-scans.js";
import { partsOf, scanOf } from "./loop-parts.js";

/** Flops from which reading a number is cheaper than computing it in every step. */
const dear = 6;
/** Elements of a table that stays in a cache near the processor; larger ones are computed step by step. */
const largest = 1 << 17;

export function liftData(graph: Graph, bound: readonly boolean[], fire: (rule: string) => void): Graph {
  if (!graph.equations.some((eq) => eq.op === scan)) return graph;
  const fixed = new Set<Value>(graph.inputs.filter((_, i) => bound[i]));
  const equations: Equation[] = [];
  for (const eq of graph.equations) {
    if (eq.op.effect !== true && eq.inputs.every((v) => fixed.has(v)))
      for (const v of eq.outputs) fixed.add(v);
    else if (eq.op === scan && !hasEffect(eq)) {
      const lifted = lift(eq, fixed);
      if (lifted) {
        fire("loop-lift-data");
        for (const v of lifted[0].outputs) fixed.add(v);
        equations.push(...lifted);
        continue;
      }
    }
    equations.push(eq);
  }
  return equations.length === graph.equations.length ? graph : { ...graph, equations };
}

/** The scan over data alone and the one that reads its results; null where nothing is worth it. */
function lift(eq: Equation, fixed: ReadonlySet<Value>): readonly [Equation, Equation] | null {
  const loop = scanOf(eq);
  const { body } = loop;
  const [consts, carries, xs] = partsOf(body.inputs, loop);
  const [outerConsts, , outerXs] = partsOf(eq.inputs, loop);
  const known = new Set<Value>([
    ...consts.filter((_, i) => fixed.has(outerConsts[i])),
    ...xs.filter((_, i) => fixed.has(outerXs[i])),
  ]);
  const made = new Map<Value, Equation>();
  const cost = new Map<Value, number>();
  const rest: Equation[] = [];
  for (const e of body.equations) {
    if (e.op.effect === true || !e.inputs.every((v) => known.has(v))) {
      rest.push(e);
      continue;
    }
    const spent = e.inputs.reduce((sum, v) => sum + (cost.get(v) ?? 0), costOf(e));
    for (const v of e.outputs) {
      known.add(v);
      made.set(v, e);
      cost.set(v, spent);
    }
  }

  const out: Value[] = [];
  const staying = new Set<Equation>(rest);
  const need = (v: Value): void => {
    const e = made.get(v);
    if (!e || staying.has(e) || out.includes(v)) return;
    const isView = e.inputs.length === 0 || e.op.kind === "movement";
    if (!isView && cost.get(v)! >= dear && typical(sizeOf([loop.length, ...v.type.shape])) <= largest)
      out.push(v);
    else {
      staying.add(e);
      e.inputs.forEach(need);
    }
  };
  for (const e of rest) e.inputs.forEach(need);
  body.outputs.forEach(need);
  if (out.length === 0) return null;

  const needed = new Set(out);
  const upstream: Equation[] = [];
  for (let i = body.equations.length - 1; i >= 0; i--) {
    const e = body.equations[i];
    if (!e.outputs.some((v) => needed.has(v))) continue;
    for (const v of e.inputs) needed.add(v);
    upstream.unshift(e);
  }
  // Values of their own, so that no value is defined in two graphs.
  const fresh = new Map<Value, Value>();
  const copy = (v: Value): Value => {
    let c = fresh.get(v);
    if (!c) fresh.set(v, (c = { ...v }));
    return c;
  };
  const copied = upstream.map((e): Equation => ({
    ...e,
    inputs: e.inputs.map(copy),
    outputs: e.outputs.map(copy),
  }));
  const [tableConsts, tableXs] = [consts, xs].map((list) =>
    list.flatMap((v, i) => (needed.has(v) ? [i] : [])),
  );
  const tables = out.map((v): Value => ({
    ...v,
    type: { ...v.type, shape: [loop.length, ...v.type.shape] },
  }));
  const over: Equation = {
    op: scan,
    inputs: [...tableConsts.map((i) => outerConsts[i]), ...tableXs.map((i) => outerXs[i])],
    params: {
      body: {
        ...body,
        name: `data_${body.name}`,
        inputs: [...tableConsts.map((i) => copy(consts[i])), ...tableXs.map((i) => copy(xs[i]))],
        equations: copied,
        outputs: out.map(copy),
      },
      consts: tableConsts.length,
      carries: 0,
      length: loop.length,
      // Without carries the order does not matter, so that a loop and its derivative find the same table.
      reverse: false,
    },
    outputs: tables,
  };
  const slim: Equation = {
    ...eq,
    inputs: [...eq.inputs, ...tables],
    params: {
      ...eq.params,
      body: {
        ...body,
        inputs: [...consts, ...carries, ...xs, ...out],
        equations: body.equations.filter((e) => staying.has(e)),
      },
    },
  };
  return [over, slim];
}

/** Flops for each element of a result. */
function costOf(eq: Equation): number {
  switch (eq.op.kind) {
    case "elementwise":
      return eq.op.cost;
    case "movement":
      return 0;
    case "reduction":
      return (
        typical(sizeOf(eq.inputs[0].type.shape)) / Math.max(1, typical(sizeOf(eq.outputs[0].type.shape)))
      );
    case "special":
      return eq.inputs.length === 0 ? 0 : dear;
  }
}
