// Rules of movements: identities dropped, chains composed, movements of repeated values moved to what they repeat.
import type { Equation, Value } from "../../ir/types.js";
import { sameShape, sameType, sizeOf } from "../../ir/types.js";
import { broadcast, concatenate, constant, flip, pad, reshape, slice, transpose } from "../../ops/index.js";
import { numbers, range, repeated, sameNumbers, spread } from "../read.js";
import type { Context, Rule } from "../rule.js";

interface Box {
  readonly start: readonly number[];
  readonly stop: readonly number[];
  readonly step: readonly number[];
}
const boxOf = ({ params }: Equation): Box => ({
  start: numbers(params, "start"),
  stop: numbers(params, "stop"),
  step: numbers(params, "step"),
});
const emitSlice = (x: Value, { start, stop, step }: Box, at: Context): Value =>
  at.emit(slice, [x], { start, stop, step });

export const movementRules: readonly Rule[] = [
  {
    name: "still-movement",
    why: "A movement that leaves every element in place is its operand.",
    class: "exact",
    roots: [broadcast, reshape, transpose, slice, flip, pad],
    apply(eq) {
      const [x] = eq.inputs;
      if (!sameType(x.type, eq.outputs[0].type)) return null;
      const { shape } = x.type;
      if (eq.op === transpose) return sameNumbers(numbers(eq.params, "perm"), range(shape.length)) ? x : null;
      if (eq.op === flip) return numbers(eq.params, "axes").every((a) => shape[a] <= 1) ? x : null;
      // A broadcast, reshape, slice or pad to the same shape can only be the identity.
      return x;
    },
  },
  {
    name: "move-filled",
    why: "A filled constant stays filled wherever it is moved.",
    class: "exact",
    roots: [broadcast, reshape, transpose, slice, flip],
    over: [constant],
    apply({ inputs: [x], outputs: [y] }, at) {
      const fill = at.splat(x);
      return fill === null ? null : at.literal(fill, y.type.dtype, y.type.shape);
    },
  },
  {
    name: "reshape-reshape",
    why: "Of two reshapes only the last counts.",
    class: "exact",
    roots: [reshape],
    over: [reshape],
    apply({ inputs: [x], params }, at) {
      const inner = at.is(x, reshape);
      return inner && at.emit(reshape, inner.inputs, params);
    },
  },
  {
    name: "transpose-transpose",
    why: "Two permutations of axes are one.",
    class: "exact",
    roots: [transpose],
    over: [transpose],
    apply({ inputs: [x], params }, at) {
      const inner = at.is(x, transpose);
      if (!inner) return null;
      const first = numbers(inner.params, "perm");
      return at.emit(transpose, inner.inputs, { perm: numbers(params, "perm").map((p) => first[p]) });
    },
  },
  {
    name: "flip-flip",
    why: "Axes reversed twice are as they were.",
    class: "exact",
    roots: [flip],
    over: [flip],
    apply({ inputs: [x], params }, at) {
      const inner = at.is(x, flip);
      if (!inner) return null;
      const [a, b] = [numbers(inner.params, "axes"), numbers(params, "axes")];
      const axes = range(x.type.shape.length).filter((i) => a.includes(i) !== b.includes(i));
      return at.emit(flip, inner.inputs, { axes });
    },
  },
  {
    name: "broadcast-broadcast",
    why: "A repeated value repeated again is one broadcast.",
    class: "exact",
    roots: [broadcast],
    over: [broadcast],
    apply({ inputs: [x], params }, at) {
      const r = repeated(x, at);
      if (!r) return null;
      const outer = numbers(params, "dims");
      return at.emit(broadcast, [r.source], { shape: params.shape, dims: r.dims.map((d) => outer[d]) });
    },
  },
  {
    name: "slice-slice",
    why: "A box out of a box is a box of the first array.",
    class: "exact",
    roots: [slice],
    over: [slice],
    apply(eq, at) {
      const inner = at.is(eq.inputs[0], slice);
      if (!inner) return null;
      const [a, b] = [boxOf(inner), boxOf(eq)];
      const { shape } = eq.outputs[0].type;
      // An empty box may start behind the end of the first array; any other place is as good.
      const start = a.start.map((s, i) => (shape[i] === 0 ? 0 : s + b.start[i] * a.step[i]));
      const step = a.step.map((s, i) => s * b.step[i]);
      const stop = start.map((s, i) => (shape[i] === 0 ? s : s + (shape[i] - 1) * step[i] + 1));
      return emitSlice(inner.inputs[0], { start, stop, step }, at);
    },
  },
  {
    name: "slice-of-broadcast",
    why: "A box of a repeated value repeats a box of that value.",
    class: "exact",
    roots: [slice],
    over: [broadcast],
    apply(eq, at) {
      const r = repeated(eq.inputs[0], at);
      if (!r) return null;
      const { start, stop, step } = boxOf(eq);
      const pick = (xs: readonly number[]): number[] => r.dims.map((d) => xs[d]);
      const small = emitSlice(r.source, { start: pick(start), stop: pick(stop), step: pick(step) }, at);
      return spread(small, eq.outputs[0].type.shape, r.dims, at);
    },
  },
  {
    name: "slice-of-concatenate",
    why: "A box that lies within one part is a box of that part.",
    class: "exact",
    roots: [slice],
    over: [concatenate],
    apply(eq, at) {
      const whole = at.is(eq.inputs[0], concatenate);
      if (!whole || sizeOf(eq.outputs[0].type.shape) === 0) return null;
      const axis = whole.params.axis as number;
      const { start, stop, step } = boxOf(eq);
      const last = start[axis] + (eq.outputs[0].type.shape[axis] - 1) * step[axis];
      let before = 0;
      for (const part of whole.inputs) {
        const length = part.type.shape[axis];
        if (start[axis] >= before && last < before + length) {
          const shift = (xs: readonly number[]): number[] => xs.map((x, i) => (i === axis ? x - before : x));
          const inside = shift(stop).map((x, i) => (i === axis ? Math.min(x, length) : x));
          return emitSlice(part, { start: shift(start), stop: inside, step }, at);
        }
        before += length;
      }
      return null;
    },
  },
  {
    name: "reshape-of-broadcast",
    why: "A value repeated along axes of length one alone is a reshape, and so is a reshape of it.",
    class: "exact",
    roots: [reshape],
    over: [broadcast],
    apply({ inputs: [x], params }, at) {
      const r = repeated(x, at);
      if (!r || sizeOf(r.source.type.shape) !== sizeOf(x.type.shape) || sizeOf(x.type.shape) === 0)
        return null;
      return at.emit(reshape, [r.source], params);
    },
  },
  {
    name: "transpose-of-broadcast",
    why: "Permuting the axes of a repeated value repeats the value, its own axes permuted, along other axes.",
    class: "exact",
    roots: [transpose],
    over: [broadcast],
    apply({ inputs: [x], params, outputs: [y] }, at) {
      const r = repeated(x, at);
      if (!r) return null;
      const perm = numbers(params, "perm");
      // Output axis i is axis perm[i] of x; the source's axes appear in this order.
      const dims = range(perm.length).filter((i) => r.dims.includes(perm[i]));
      const inner = dims.map((i) => r.dims.indexOf(perm[i]));
      const source = sameNumbers(inner, range(inner.length))
        ? r.source
        : at.emit(transpose, [r.source], { perm: inner });
      return spread(source, y.type.shape, dims, at);
    },
  },
  {
    name: "concatenate-one",
    why: "A single part is the whole.",
    class: "exact",
    roots: [concatenate],
    apply({ inputs, outputs: [y] }) {
      const full = inputs.filter((v) => sizeOf(v.type.shape) > 0);
      return full.length === 1 && sameShape(full[0].type.shape, y.type.shape) ? full[0] : null;
    },
  },
  {
    name: "concatenate-slices",
    why: "Neighbouring boxes of one array laid side by side are one box.",
    class: "exact",
    roots: [concatenate],
    apply({ inputs, params }, at) {
      const axis = params.axis as number;
      const parts = inputs.map((v) => at.is(v, slice));
      const first = parts[0];
      if (!first || !parts.every((p) => p !== null && p.inputs[0] === first.inputs[0])) return null;
      const boxes = parts.map((p) => boxOf(p!));
      const fits = boxes.every(
        (b, i) =>
          b.step.every((s) => s === 1) &&
          (i === 0 ||
            b.start.every((s, k) =>
              k === axis
                ? s === boxes[i - 1].stop[k]
                : s === boxes[0].start[k] && b.stop[k] === boxes[0].stop[k],
            )),
      );
      if (!fits) return null;
      const stop = boxes[0].stop.map((s, k) => (k === axis ? boxes[boxes.length - 1].stop[k] : s));
      return emitSlice(first.inputs[0], { start: boxes[0].start, stop, step: boxes[0].step }, at);
    },
  },
];
