// Rules of reductions: what does not vary along the reduced axes leaves the loop.
import type { Equation, Value } from "../../ir/types.js";
import { isFloat, sizeOf } from "../../ir/types.js";
import {
  add,
  broadcast,
  constant,
  div,
  matmul,
  mul,
  neg,
  pad,
  reduceMax,
  reduceMin,
  reshape,
  scatterAdd,
  square,
  sub,
  sum,
  transpose,
} from "../../ops/index.js";
import { countOf, invariant, nonNegative, numbers, range, repeated, spread } from "../read.js";
import type { Context, Rule } from "../rule.js";

type Scale =
  | { readonly op: typeof mul | typeof div; readonly by: Value }
  | { readonly op: typeof neg; readonly by: null };
interface Peeled {
  /** What is left of the product; it varies along the axes. */
  readonly rest: Value;
  /** Applied to the reduced rest, in order. */
  readonly scales: readonly Scale[];
}

/** Products are searched this deep for factors; deeper ones stay in the loop. */
const deepest = 8;

/**
 * Takes the factors, divisors and signs that do not vary along the axes out of a product. They are applied one by one
 * rather than combined, so that no square of a small scale underflows by itself. A product of two varying factors is
 * written anew without its scales only where the old one then goes: `alone` says that nothing else needs `v`.
 */
function peel(v: Value, axes: readonly number[], at: Context, alone = true, depth = deepest): Peeled {
  const whole: Peeled = { rest: v, scales: [] };
  const eq = depth === 0 || !isFloat(v.type.dtype) ? null : at.definition(v);
  if (!eq) return whole;
  const { op } = eq;
  const [a, b] = eq.inputs;
  const mine = alone && at.uses(v) <= 1;
  const inside = (x: Value): Peeled => peel(x, axes, at, mine, depth - 1);
  const scaled = (x: Value, scale: Scale): Peeled => {
    const { rest, scales } = inside(x);
    return { rest, scales: [...scales, scale] };
  };
  if (op === neg) return scaled(a, { op: neg, by: null });
  if (op === mul || op === div) {
    const right = invariant(b, axes, at);
    if (right) return scaled(a, { op, by: right });
    const left = op === mul ? invariant(a, axes, at) : null;
    if (left) return scaled(b, { op: mul, by: left });
  }
  if (!mine) return whole;
  if (op === square) {
    const { rest, scales } = inside(a);
    const twice = scales.filter((s) => s.op !== neg);
    return scales.length === 0 ? whole : { rest: at.emit(square, [rest]), scales: [...twice, ...twice] };
  }
  if (op !== mul && op !== div) return whole;
  const p = inside(a);
  const q = op === mul ? inside(b) : { rest: b, scales: [] };
  const scales = [...p.scales, ...q.scales];
  return scales.length === 0 ? whole : { rest: at.emit(op, [p.rest, q.rest]), scales };
}

/** The scales applied in order to a reduced value; `fit` brings each to its shape. */
function rescale(v: Value, scales: readonly Scale[], at: Context, fit = (by: Value): Value => by): Value {
  return scales.reduce((x, s) => at.emit(s.op, s.by === null ? [x] : [x, fit(s.by)]), v);
}

/** The scales applied to an array: they are scalars, so they are combined first and the array is gone over once. */
function rescaleArray(v: Value, scales: readonly Scale[], at: Context): Value {
  const { dtype, shape } = v.type;
  const fit = (by: Value): Value => spread(by, shape, [], at);
  if (scales.length === 1) return rescale(v, scales, at, fit);
  return at.emit(mul, [v, fit(rescale(at.literal(1, dtype, []), scales, at))]);
}

export interface Term {
  readonly v: Value;
  readonly minus: boolean;
}

/** The terms of a sum of sums and differences that nothing else needs, in order. */
export function termsOf(v: Value, at: Context, minus = false, depth = deepest): Term[] {
  const eq = depth > 0 && at.uses(v) <= 1 ? (at.is(v, add) ?? at.is(v, sub)) : null;
  if (!eq) return [{ v, minus }];
  const [a, b] = eq.inputs;
  return [...termsOf(a, at, minus, depth - 1), ...termsOf(b, at, minus !== (eq.op === sub), depth - 1)];
}

export function addUp([first, ...more]: readonly Term[], at: Context): Value {
  const start = first.minus ? at.emit(neg, [first.v]) : first.v;
  return more.reduce((x, { v, minus }) => at.emit(minus ? sub : add, [x, v]), start);
}

const axesOf = (eq: Equation): readonly number[] => numbers(eq.params, "axes");

export const reductionRules: readonly Rule[] = [
  {
    name: "reduce-nothing",
    why: "A reduction over no axes is its operand.",
    class: "exact",
    keepsNegativeZero: true,
    roots: [sum, reduceMax, reduceMin],
    apply: (eq) => (axesOf(eq).length === 0 ? eq.inputs[0] : null),
  },
  {
    name: "reduce-single",
    why: "A reduction over axes of length one only drops them.",
    class: "exact",
    keepsNegativeZero: true,
    roots: [sum, reduceMax, reduceMin],
    apply(eq, at) {
      const { shape } = eq.inputs[0].type;
      if (!axesOf(eq).every((a) => shape[a] === 1)) return null;
      return at.emit(reshape, eq.inputs, { shape: eq.outputs[0].type.shape });
    },
  },
  {
    name: "sum-of-repeated",
    why: "The sum of n equal numbers is n times the number.",
    class: "reassociates",
    roots: [sum],
    over: [constant, broadcast],
    apply(eq, at) {
      const [x] = eq.inputs;
      const { shape, dtype } = x.type;
      const axes = axesOf(eq);
      const fill = at.splat(x);
      const r = fill === null ? repeated(x, at) : { source: at.literal(fill, dtype, []), dims: [] };
      const folded = r && axes.filter((a) => !r.dims.includes(a));
      if (!r || !folded || folded.length === 0 || sizeOf(shape) === 0) return null;
      const count = folded.reduce((n, a) => n * shape[a], 1);
      const kept = range(shape.length).filter((d) => !folded.includes(d));
      const smallShape = kept.map((d) => shape[d]);
      const small = spread(
        r.source,
        smallShape,
        r.dims.map((d) => kept.indexOf(d)),
        at,
      );
      const scaled = at.emit(mul, [small, countOf(count, dtype, smallShape, at)]);
      const rest = axes.filter((a) => r.dims.includes(a)).map((a) => kept.indexOf(a));
      return rest.length === 0 ? scaled : at.emit(sum, [scaled], { axes: rest });
    },
  },
  {
    name: "extremum-of-repeated",
    why: "The greatest or least of equal numbers is any of them.",
    class: "exact",
    roots: [reduceMax, reduceMin],
    over: [broadcast],
    apply(eq, at) {
      const [x] = eq.inputs;
      const { shape } = x.type;
      const r = repeated(x, at);
      const folded = r && axesOf(eq).filter((a) => !r.dims.includes(a));
      if (!r || !folded || folded.length === 0 || sizeOf(shape) === 0) return null;
      const kept = range(shape.length).filter((d) => !folded.includes(d));
      const dims = r.dims.map((d) => kept.indexOf(d));
      const small = spread(
        r.source,
        kept.map((d) => shape[d]),
        dims,
        at,
      );
      const rest = axesOf(eq)
        .filter((a) => r.dims.includes(a))
        .map((a) => kept.indexOf(a));
      return rest.length === 0 ? small : at.emit(eq.op, [small], { axes: rest });
    },
  },
  {
    name: "reduce-reduce",
    why: "A reduction of a reduction is one over both sets of axes.",
    class: "reassociates",
    roots: [sum, reduceMax, reduceMin],
    over: [sum, reduceMax, reduceMin],
    apply(eq, at) {
      const inner = at.is(eq.inputs[0], eq.op);
      if (!inner) return null;
      const first = axesOf(inner);
      const kept = range(inner.inputs[0].type.shape.length).filter((d) => !first.includes(d));
      const axes = [...first, ...axesOf(eq).map((a) => kept[a])].sort((a, b) => a - b);
      return at.emit(eq.op, inner.inputs, { axes });
    },
  },
  {
    name: "reduce-of-transpose",
    why: "A reduction over permuted axes is one over the axes they were.",
    class: "reassociates",
    roots: [sum, reduceMax, reduceMin],
    over: [transpose],
    apply(eq, at) {
      const inner = at.is(eq.inputs[0], transpose);
      if (!inner) return null;
      const perm = numbers(inner.params, "perm");
      const axes = axesOf(eq).map((a) => perm[a]);
      const kept = perm.filter((p) => !axes.includes(p));
      // The axes that stay must stand in their old order, or the permutation would only move outwards.
      if (kept.some((p, i) => i > 0 && p < kept[i - 1])) return null;
      return at.emit(eq.op, inner.inputs, { axes: axes.sort((a, b) => a - b) });
    },
  },
  {
    name: "reduce-of-reshape",
    why: "A reduction of all elements does not see their shape.",
    class: "reassociates",
    roots: [sum, reduceMax, reduceMin],
    over: [reshape],
    apply(eq, at) {
      const inner = at.is(eq.inputs[0], reshape);
      if (!inner || axesOf(eq).length !== eq.inputs[0].type.shape.length) return null;
      return at.emit(eq.op, inner.inputs, { axes: range(inner.inputs[0].type.shape.length) });
    },
  },
  {
    name: "sum-of-padding",
    why: "Zeros around an array add nothing to sums over the padded axes.",
    class: "reassociates",
    roots: [sum],
    over: [pad],
    apply(eq, at) {
      const inner = at.is(eq.inputs[0], pad);
      if (!inner || inner.params.fill !== 0) return null;
      const [low, high] = [numbers(inner.params, "low"), numbers(inner.params, "high")];
      const axes = axesOf(eq);
      const all = low.every((n, i) => (n === 0 && high[i] === 0) || axes.includes(i));
      return all ? at.emit(sum, inner.inputs, eq.params) : null;
    },
  },
  {
    name: "sum-of-scaled",
    why: "A factor, divisor or sign common to all terms of a sum is applied once, to the sum.",
    class: "reassociates",
    roots: [sum],
    over: [neg, mul, div, square],
    apply(eq, at) {
      const axes = axesOf(eq);
      if (sizeOf(eq.outputs[0].type.shape) >= sizeOf(eq.inputs[0].type.shape)) return null;
      const { rest, scales } = peel(eq.inputs[0], axes, at);
      return scales.length === 0 ? null : rescale(at.emit(sum, [rest], { axes }), scales, at);
    },
  },
  {
    name: "sum-of-terms",
    why: "Beside scaled terms of one sign, which cannot cancel, the terms of a sum are added up apart: those that are common to all are multiplied by their number, and scales are applied to totals.",
    class: "reassociates",
    roots: [sum],
    over: [add, sub],
    apply(eq, at) {
      const axes = axesOf(eq);
      const [x] = eq.inputs;
      const { dtype, shape } = eq.outputs[0].type;
      if (!isFloat(dtype) || sizeOf(shape) >= sizeOf(x.type.shape)) return null;
      const terms = termsOf(x, at);
      if (terms.length < 2) return null;
      const total = (v: Value): Value => at.emit(sum, [v], { axes });
      const count = axes.reduce((n, d) => n * x.type.shape[d], 1);
      const apart: Term[] = [];
      const others: Term[] = [];
      let scaled = false;
      for (const { v, minus } of terms) {
        const shift = invariant(v, axes, at);
        if (shift) {
          apart.push({ v: at.emit(mul, [shift, countOf(count, dtype, shape, at)]), minus });
          continue;
        }
        // y - mu must not become sum(y) - sum(mu); -z^2/2 - log s may.
        const { rest, scales } = peel(v, axes, at);
        if (scales.length === 0 || !nonNegative(rest, at)) others.push({ v, minus });
        else {
          scaled = true;
          apart.push({ v: rescale(total(rest), scales, at), minus });
        }
      }
      if (!scaled) return null;
      const rest = others.length === 0 ? [] : [{ v: total(addUp(others, at)), minus: false }];
      return addUp([...rest, ...apart], at);
    },
  },
  {
    name: "scatter-of-scaled",
    why: "A factor common to all updates of a scatter into zeros is applied once per target.",
    class: "reassociates",
    roots: [scatterAdd],
    apply(eq, at) {
      const [x, index, updates] = eq.inputs;
      const { shape } = x.type;
      if (at.splat(x) !== 0 || sizeOf(shape) >= sizeOf(updates.type.shape)) return null;
      const { rest, scales } = peel(updates, range(updates.type.shape.length), at);
      if (scales.length === 0) return null;
      const total = at.emit(scatterAdd, [x, index, rest], eq.params);
      return rescaleArray(total, scales, at);
    },
  },
  {
    name: "matmul-of-scaled",
    why: "A factor common to all elements of a matrix is applied to the product instead, where that is smaller.",
    class: "reassociates",
    roots: [matmul],
    over: [neg, mul, div, square],
    apply(eq, at) {
      const { shape } = eq.outputs[0].type;
      for (const i of [0, 1]) {
        const x = eq.inputs[i];
        if (sizeOf(shape) >= sizeOf(x.type.shape)) continue;
        const { rest, scales } = peel(x, range(x.type.shape.length), at);
        if (scales.length === 0) continue;
        const total = at.emit(matmul, i === 0 ? [rest, eq.inputs[1]] : [eq.inputs[0], rest]);
        return rescaleArray(total, scales, at);
      }
      return null;
    },
  },
];
