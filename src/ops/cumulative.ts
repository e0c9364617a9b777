// Rows of running folds along one axis: cumsum, cumprod, cummax, cumlogsumexp. `reverse` runs from the end.
import type { Emit, Site, Special } from "../ir/op.js";
import type { Data, DType, Params, Value } from "../ir/types.js";
import { allocate, isFloat } from "../ir/types.js";
import { addAlong, takeAlong } from "./along.js";
import { Calculus } from "./define/calculus.js";
import type { Kinds } from "./define/check.js";
import { checkAxis, checkCount, checkKind, flag, integer } from "./define/check.js";
import { eachLine } from "./define/lines.js";
import { shiftedVmap, special } from "./define/special.js";
import { runningLogSumExp } from "./running-log-sum-exp.js";

interface Running {
  readonly axis: number;
  readonly reverse: boolean;
}

const runningOf = (name: string, params: Params): Running => ({
  axis: integer(name, params, "axis"),
  reverse: flag(params, "reverse"),
});

interface CumulativeSpec {
  readonly name: string;
  readonly doc: string;
  readonly takes: Kinds;
  /** Writes the running fold of `count` elements from `from`, `stride` apart. */
  readonly run: (x: Data, out: Data, from: number, stride: number, count: number, dtype: DType) => void;
  readonly jvp: (m: Calculus, at: Site, tangent: Value, how: Running) => Value;
  readonly vjp: (m: Calculus, at: Site, ct: Value, how: Running) => Value;
}

function cumulative(spec: CumulativeSpec): Special {
  const { name } = spec;
  const op = special({
    name,
    doc: spec.doc,
    lowering: "cumulative",
    infer(inputs, params) {
      checkCount(name, inputs, 1);
      checkKind(name, inputs, 0, spec.takes);
      checkAxis(name, inputs, integer(name, params, "axis"), inputs[0].shape.length);
      return [inputs[0]];
    },
    evaluate([x], params, { inputs: [type] }) {
      const out = allocate(type);
      const { axis, reverse } = runningOf(name, params);
      eachLine(type, axis, (from, stride, count) =>
        reverse
          ? spec.run(x, out, from + stride * (count - 1), -stride, count, type.dtype)
          : spec.run(x, out, from, stride, count, type.dtype),
      );
      return [out];
    },
    jvp: (e: Emit, at, [t]) => [
      t === null ? null : spec.jvp(new Calculus(e), at, t, runningOf(name, at.params)),
    ],
    vjp(e: Emit, at, [ct]) {
      if (ct === null || !isFloat(ct.type.dtype)) return [null];
      return [spec.vjp(new Calculus(e), at, ct, runningOf(name, at.params))];
    },
    vmap: shiftedVmap(
      () => op,
      (params) => ({ ...params, axis: integer(name, params, "axis") + 1 }),
    ),
  });
  return op;
}

const roundedTo = (d: DType): ((x: number) => number) =>
  d === "f32" ? Math.fround : d === "f64" ? (x) => x : (x) => x | 0;

export const cumsum = cumulative({
  name: "cumsum",
  doc: "Running sums along an axis.",
  takes: "numeric",
  run(x, out, from, stride, count, dtype) {
    const round = roundedTo(dtype);
    let sum = 0;
    for (let i = 0, p = from; i < count; i++, p += stride) out[p] = sum = round(sum + x[p]);
  },
  jvp: (m, _at, t, how) => m.op("cumsum", [t], { ...how }),
  vjp: (m, _at, ct, how) => m.op("cumsum", [ct], { ...how, reverse: !how.reverse }),
});

/** With one zero on the line so far, only its own derivative lives; with two, none. */
interface ZeroSplit {
  readonly zeros: Value;
  /** The first zero of its line. */
  readonly first: Value;
  /** x with every zero replaced by one. */
  readonly safe: Value;
  /** The running product without the first zero. */
  readonly rest: Value;
}

function splitZeros(m: Calculus, x: Value, how: Running): ZeroSplit {
  const isZero = m.compare("eq", x, 0);
  const zeros = m.op("cumsum", [m.convert(isZero, "i32")], { ...how });
  const first = m.both("and", isZero, m.compare("eq", zeros, 1));
  const rest = m.op("cumprod", [m.where(first, 1, x)], { ...how });
  return { zeros, first, safe: m.where(isZero, 1, x), rest };
}

export const cumprod = cumulative({
  name: "cumprod",
  doc: "Running products along an axis.",
  takes: "numeric",
  run(x, out, from, stride, count, dtype) {
    let product = 1;
    for (let i = 0, p = from; i < count; i++, p += stride) {
      if (dtype === "f64") product *= x[p];
      else product = dtype === "f32" ? Math.fround(product * x[p]) : Math.imul(product, x[p]);
      out[p] = product;
    }
  },
  jvp(m, at, t, how) {
    const { zeros, first, safe, rest } = splitZeros(m, at.inputs[0], how);
    const relative = m.op("cumsum", [m.div(t, safe)], { ...how });
    const alone = m.op("cumsum", [m.where(first, t, 0)], { ...how });
    return m.where(m.compare("eq", zeros, 0), m.mul(at.outputs[0], relative), m.mul(rest, alone));
  },
  vjp(m, at, ct, how) {
    const { zeros, first, safe, rest } = splitZeros(m, at.inputs[0], how);
    const back = { ...how, reverse: !how.reverse };
    const relative = m.div(m.op("cumsum", [m.mul(ct, at.outputs[0])], back), safe);
    const alone = m.op("cumsum", [m.mul(ct, rest)], back);
    return m.where(first, alone, m.where(m.compare("eq", zeros, 0), relative, 0));
  },
});

/** The index, along the axis, of the element that the running maximum comes from (the first of equals). */
function leader(m: Calculus, at: Site, how: Running): Value {
  const [x] = at.inputs;
  const { shape } = x.type;
  const index = m.iota("i32", shape, how.axis);
  // An element leads where the maximum before it is less: the running maximum shifted by one, -Infinity coming in.
  const [low, high] = [shape.map(() => 0), shape.map(() => 0)];
  (how.reverse ? high : low)[how.axis] = 1;
  const padded = m.op("pad", [at.outputs[0]], { low, high, fill: -Infinity });
  const start = shape.map((_, i) => (i === how.axis && how.reverse ? 1 : 0));
  const before = m.op("slice", [padded], {
    start,
    stop: shape.map((d, i) => start[i] + d),
    step: shape.map(() => 1),
  });
  const end = shape[how.axis] - 1;
  const order = how.reverse ? m.sub(m.fill(end, index.type), index) : index;
  const led = m.where(m.compare("gt", x, before), order, 0);
  const running = m.op("cummax", [led], { ...how });
  return how.reverse ? m.sub(m.fill(end, index.type), running) : running;
}

export const cummax = cumulative({
  name: "cummax",
  doc: "Running maxima along an axis, NaN from the first NaN on; the derivative goes to the first of equal elements.",
  takes: "numeric",
  run(x, out, from, stride, count, dtype) {
    let top = dtype === "f64" || dtype === "f32" ? -Infinity : -(2 ** 31);
    for (let i = 0, p = from; i < count; i++, p += stride) out[p] = top = Math.max(top, x[p]);
  },
  jvp: (m, at, t, how) => takeAlong(m, t, leader(m, at, how), how.axis),
  vjp: (m, at, ct, how) => addAlong(m, ct, leader(m, at, how), how.axis),
});

export const cumlogsumexp = cumulative({
  name: "cumlogsumexp",
  doc: "Running log(sum(exp(x))) along an axis, without overflow.",
  takes: "float",
  run: runningLogSumExp,
  jvp: (m, at, t, how) =>
    inLogSpace(m, t, (logT) => {
      const total = m.op("cumlogsumexp", [m.add(logT, at.inputs[0])], { ...how });
      return m.apply("exp", m.sub(total, finiteFold(m, at)));
    }),
  vjp: (m, at, ct, how) =>
    inLogSpace(m, ct, (logCt) => {
      const back = { ...how, reverse: !how.reverse };
      const total = m.op("cumlogsumexp", [m.sub(logCt, finiteFold(m, at))], back);
      return m.apply("exp", m.add(total, at.inputs[0]));
    }),
});

/**
 * The fold, 0 where nothing but -Infinity has been met: there every weight is 0 because the elements are -Infinity. Second
 * derivatives come here, whose operands are logarithms of cotangents of one sign.
 */
function finiteFold(m: Calculus, at: Site): Value {
  const [out] = at.outputs;
  return m.where(m.compare("eq", out, -Infinity), 0, out);
}

/** A linear map that has a stable form for logarithms of positive arguments, applied to both signs apart. */
function inLogSpace(m: Calculus, x: Value, f: (logX: Value) => Value): Value {
  const side = (y: Value) => {
    const positive = m.compare("gt", y, 0);
    return f(m.where(positive, m.apply("log", m.where(positive, y, 1)), -Infinity));
  };
  return m.sub(side(x), side(m.neg(x)));
}
