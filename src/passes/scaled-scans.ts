// Graph in, the same with recurrences g'_j = log sum_i exp(g_i + A_ij) + x_j carried as scaled exponentials out.
//
// The forward algorithm of hidden Markov models waits at every step for exponentials and a logarithm. With p = exp(g - shift)
// it is p'_j = sum_i p_i exp(A_ij) exp(x_j): products and sums. Exponentials of A are made once, those of x side by side before
// the loop, and powers of two keep p in range. All of it holds as long as no state's share falls out of the range of doubles,
// which is looked at behind the loop; where one was too small, the loop runs again, as it was written.
import { Builder, inline } from "../ir/builder.js";
import type { Emit } from "../ir/op.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { emitInto } from "../ops/emit.js";
import {
  add,
  and,
  broadcast,
  eq as equal,
  exp,
  ge,
  log,
  lt,
  mul,
  not,
  reciprocal,
  reduceMax,
  reduceMin,
  reshape,
  scan,
  slice,
  sub,
  sum,
  where,
  while_,
} from "../ops/index.js";
import { vmap } from "../transform/transforms.js";
import { dropDead } from "./dead.js";
import { partsOf, scanOf } from "./loop-parts.js";
import { numbers, range } from "./read.js";

/** Shares that add up to less than SMALL are multiplied by 1 / SMALL; one below LEAST may have lost what it was made of. */
const EXPONENT = 200;
const SMALL = 2 ** -EXPONENT;
const LEAST = 2 ** -500;

/** Loops of fewer steps stay as they are. */
const SHORTEST = 4;

interface Recurrence {
  /** Where in the equation's operands A stands. */
  readonly transition: number;
  /** Values of the body that x is the sum of. */
  readonly emissions: readonly Value[];
  /** The results of the body, null for those that are the exponentials. */
  readonly results: readonly (Value | null)[];
  /** The axis of A along which states are summed. */
  readonly axis: 0 | 1;
}

export function scaleScans(graph: Graph, fire: (rule: string) => void): Graph {
  const found = new Map<Equation, Recurrence>();
  for (const eq of graph.equations) {
    const r = eq.op === scan ? recurrenceOf(eq) : null;
    if (r) found.set(eq, r);
  }
  if (found.size === 0) return graph;
  const builder = new Builder(graph.name);
  builder.inputs.push(...graph.inputs);
  const replaced = new Map<Value, Value>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  for (const original of graph.equations) {
    const eq = { ...original, inputs: original.inputs.map(current) };
    builder.origin = eq.origin;
    const r = found.get(original);
    if (!r) {
      builder.append(eq);
      continue;
    }
    scaled(builder, eq, r).forEach((v, i) => replaced.set(original.outputs[i], v));
    fire("scale-recurrence");
  }
  return builder.finish(graph.outputs.map(current));
}

/** The loop as a recurrence of this kind, if it gives nothing else but the exponentials that its gradient needs. */
function recurrenceOf(eq: Equation): Recurrence | null {
  const { body, consts, carries, length } = scanOf(eq);
  const [g] = body.inputs.slice(consts);
  if (carries !== 1 || length < SHORTEST || g.type.shape.length !== 1 || g.type.dtype !== "f64") return null;
  const made = new Map(body.equations.map((e) => [e.outputs[0], e]));
  const is = (v: Value | undefined, op: Equation["op"]): Equation | null => {
    const e = v && made.get(v);
    return e?.op === op ? e : null;
  };
  /** The value that is only moved. */
  const bare = (v: Value): Value => {
    const e = is(v, reshape) ?? is(v, broadcast);
    return e ? bare(e.inputs[0]) : v;
  };
  const terms = (v: Value): Value[] => is(v, add)?.inputs.flatMap(terms) ?? [v];
  const parts = terms(body.outputs[0]);
  const logarithm = parts.find((v) => is(v, log));
  const total = logarithm && is(is(logarithm, log)!.inputs[0], sum);
  const exponentials = total?.inputs[0];
  const difference = is(is(exponentials, exp)?.inputs[0], sub);
  const exponents = difference && is(difference.inputs[0], add);
  if (!total || !exponents) return null;
  const [axis, ...others] = numbers(total.params, "axes");
  if (others.length > 0 || (axis !== 0 && axis !== 1) || exponents.outputs[0].type.shape.length !== 2)
    return null;
  const from = exponents.inputs.findIndex((v) => {
    const wide = is(v, broadcast);
    return wide && wide.inputs[0] === g && numbers(wide.params, "dims").join() === String(axis);
  });
  if (from < 0) return null;
  const transition = body.inputs.indexOf(exponents.inputs[1 - from]);
  // The shift is the greatest exponent, where that is finite.
  const shift = is(bare(difference.inputs[1]), where);
  const greatest = shift && is(bare(shift.inputs[1]), reduceMax);
  if (
    greatest?.inputs[0] !== exponents.outputs[0] ||
    numbers(greatest.params, "axes").join() !== String(axis)
  )
    return null;
  // Everything else must be the same whatever is carried.
  const carried = new Set<Value>([g]);
  for (const e of body.equations)
    if (e.inputs.some((v) => carried.has(v))) for (const v of e.outputs) carried.add(v);
  const emissions = parts.filter((v) => v !== logarithm && bare(v) !== shift!.outputs[0]);
  const results = body.outputs.slice(1).map((v) => (v === exponentials ? null : v));
  const free = [...emissions, ...results].every((v) => v === null || !carried.has(v));
  if (transition < 0 || transition >= consts || emissions.length === 0 || !free) return null;
  return { transition, emissions, results, axis };
}

/** The loop's results, from whichever way holds. */
function scaled(builder: Builder, eq: Equation, r: Recurrence): readonly Value[] {
  const { transition, axis } = r;
  const e = emitInto(builder);
  const loop = scanOf(eq);
  const { length } = loop;
  const [[start]] = [partsOf(eq.inputs, loop)[1]];
  const a = eq.inputs[transition];
  const beside = sideBySide(builder, eq, [...r.emissions, ...r.results.filter((v) => v !== null)]);
  const x = beside.splice(0, r.emissions.length).reduce((p, q) => e(add, [p, q]));
  const [k] = start.type.shape;
  const wide = (v: Value, shape: readonly number[], dims: readonly number[] = []): Value =>
    e(broadcast, [v], { shape, dims });
  const less = (v: Value, shift: Value, dims: readonly number[] = []): Value =>
    e(exp, [e(sub, [v, wide(shift, v.type.shape, dims)])]);

  // Divided by a power of two above k, factors never let shares grow.
  const powers = 32 - Math.clz32(k - 1);
  const most = e(add, [e(reduceMax, [a], { axes: [0, 1] }), e.literal(powers * Math.LN2, "f64")]);
  const factors = less(a, most);
  const greatest = e(reduceMax, [x], { axes: [1] });
  const weights = less(x, greatest, [0]);
  const first = e(reduceMax, [start], { axes: [0] });
  const shares = less(start, first);
  const [last, raised, before] = e.all(scan, [factors, shares, e.literal(0, "f64"), weights], {
    body: step(k, axis),
    consts: 1,
    carries: 2,
    length,
    reverse: loop.reverse,
  });

  // A state that nothing starts in has no share, and loses none.
  const never = e(equal, [start, e.literal(-Infinity, "f64", [k])]);
  const own = e(where, [never, e.literal(1, "f64", [k]), shares]);
  const from = loop.reverse ? 0 : 1;
  const later = e(slice, [before], { start: [from, 0], stop: [from + length - 1, k], step: [1, 1] });
  const sound = [own, last, later].map((v) => {
    const least = e(reduceMin, [v], { axes: range(v.type.shape.length) });
    return e(ge, [least, e.literal(LEAST, "f64")]);
  });
  const wrong = e(not, [sound.reduce((p, q) => e(and, [p, q]))]);

  const sums = e(sum, [e(add, [greatest, wide(most, [length])])], { axes: [0] });
  const lifted = e(mul, [raised, e.literal(-EXPONENT * Math.LN2, "f64")]);
  const shift = e(add, [e(add, [first, sums]), lifted]);
  const results = [e(add, [e(log, [last]), wide(shift, [k])])];
  if (r.results.includes(null)) {
    const shape = [length, k, k];
    const terms = e(mul, [wide(before, shape, [0, 1 + axis]), wide(factors, shape, [1, 2])]);
    const inverse = e(reciprocal, [e(reduceMax, [terms], { axes: [1 + axis] })]);
    const exponentials = e(mul, [terms, wide(inverse, shape, [0, 2 - axis])]);
    for (const v of r.results) if (v === null) results.push(exponentials);
  }
  const right = unless(e, wrong, results, eq, r);
  const given = right.slice(1);
  return [right[0], ...r.results.map((v) => (v === null ? given.shift()! : beside.shift()!))];
}

/** Values of the body that do not depend on the carry, for all steps. */
function sideBySide(builder: Builder, eq: Equation, values: readonly Value[]): Value[] {
  const { body, consts, length } = scanOf(eq);
  const batched = body.inputs.map((_, i) => i > consts);
  const { graph } = vmap(dropDead({ ...body, outputs: values }), batched, length, true);
  return [...inline(builder, graph, eq.inputs)];
}

/** The results, or what the equation gives where they are wrong: a loop that runs at most once, and takes their memory over. */
function unless(
  e: Emit,
  wrong: Value,
  results: readonly Value[],
  eq: Equation,
  r: Recurrence,
): readonly Value[] {
  const graph = (
    name: string,
    make: (b: Builder, given: readonly Value[], flag: Value) => readonly Value[],
  ): Graph => {
    const b = new Builder(name);
    const given = eq.inputs.map((v) => b.input(v.type));
    const flag = b.input(wrong.type);
    for (const v of results) b.input(v.type);
    return b.finish(make(b, given, flag));
  };
  const test = graph("out of range", (_b, _given, flag) => [flag]);
  const body = graph("in logarithms", (b, given) => [
    emitInto(b).literal(false, "bool"),
    ...b.emit(scan, given, eq.params).filter((_, i) => i === 0 || r.results[i - 1] === null),
  ]);
  const [, ...kept] = e.all(while_, [...eq.inputs, wrong, ...results], {
    test,
    body,
    consts: eq.inputs.length,
  });
  return kept;
}

/** Factors, shares, how often shares were raised, weights -> the next two, and the shares before. */
function step(k: number, axis: 0 | 1): Graph {
  const b = new Builder("scaled recurrence");
  const e = emitInto(b);
  const vector = { dtype: "f64", shape: [k] } as const;
  const [factors, shares] = [b.input({ dtype: "f64", shape: [k, k] }), b.input(vector)];
  const [raised, weights] = [b.input({ dtype: "f64", shape: [] }), b.input(vector)];
  const terms = e(mul, [e(broadcast, [shares], { shape: [k, k], dims: [axis] }), factors]);
  const next = e(mul, [e(sum, [terms], { axes: [axis] }), weights]);
  const small = e(lt, [e(sum, [next], { axes: [0] }), e.literal(SMALL, "f64")]);
  const by = e(where, [small, e.literal(1 / SMALL, "f64"), e.literal(1, "f64")]);
  return b.finish([
    e(mul, [next, e(broadcast, [by], { shape: [k], dims: [] })]),
    e(add, [raised, e(where, [small, e.literal(1, "f64"), e.literal(0, "f64")])]),
    shares,
  ]);
}
