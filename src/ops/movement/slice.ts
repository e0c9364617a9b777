// Rows of slice (a stepped box out of an array) and pad (an array inside a larger, filled one): each other's transpose.
import type { Index } from "../../ir/index-map.js";
import type { Shape, Type, Value } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { integers, typeError } from "../define/check.js";
import { movement } from "../define/movement.js";

const shifted = (axis: number, by: number, start: number): Index => {
  const at: Index = { kind: "axis", axis };
  const scaled: Index = by === 1 ? at : { kind: "scale", a: at, by };
  return start === 0 ? scaled : { kind: "add", a: scaled, b: { kind: "const", value: start } };
};

export const slice = movement({
  name: "slice",
  doc: "Elements start, start + step, ... below stop on each axis.",
  infer(input, params) {
    const [start, stop, step] = ["start", "stop", "step"].map((k) => integers("slice", params, k));
    const rank = input.shape.length;
    const fits =
      start.length === rank &&
      stop.length === rank &&
      step.length === rank &&
      input.shape.every((d, i) => start[i] >= 0 && start[i] <= stop[i] && stop[i] <= d && step[i] >= 1);
    if (!fits)
      throw typeError(
        "slice",
        [input],
        `start [${start.join(",")}], stop [${stop.join(",")}], step [${step.join(",")}] do not lie in it`,
        "give 0 <= start <= stop <= length and step >= 1 for each axis",
      );
    return { dtype: input.dtype, shape: start.map((s, i) => Math.ceil((stop[i] - s) / step[i])) };
  },
  indexMap(_input, params) {
    const [start, step] = [integers("slice", params, "start"), integers("slice", params, "step")];
    return { index: start.map((s, i) => shifted(i, step[i], s)) };
  },
  transpose(m, ct, input, params) {
    const [start, step] = [integers("slice", params, "start"), integers("slice", params, "step")];
    let x = ct;
    step.forEach((by, axis) => (x = dilate(m, x, axis, by)));
    return place(m, x, start, input.shape);
  },
  batched: (_input, params, size) => ({
    start: [0, ...integers("slice", params, "start")],
    stop: [size, ...integers("slice", params, "stop")],
    step: [1, ...integers("slice", params, "step")],
  }),
});

/** Puts by - 1 zeros behind each element of the axis. */
function dilate(m: Calculus, x: Value, axis: number, by: number): Value {
  const { shape } = x.type;
  if (by === 1) return x;
  const [before, after] = [shape.slice(0, axis + 1), shape.slice(axis + 1)];
  const zeros = [...before, ...after].map(() => 0);
  const high = [...before.map(() => 0), by - 1, ...after.map(() => 0)];
  const wide = m.op("pad", [m.reshape(x, [...before, 1, ...after])], { low: [0, ...zeros], high, fill: 0 });
  return m.reshape(wide, [...shape.slice(0, axis), shape[axis] * by, ...after]);
}

/** x in zeros of the shape, its corner at start; what sticks out at the far side is cut off (it holds zeros). */
function place(m: Calculus, x: Value, start: readonly number[], shape: Shape): Value {
  const length = x.type.shape.map((d, i) => Math.min(d, shape[i] - start[i]));
  const cut = length.some((d, i) => d < x.type.shape[i])
    ? m.op("slice", [x], { start: start.map(() => 0), stop: length, step: start.map(() => 1) })
    : x;
  const high = shape.map((d, i) => d - start[i] - length[i]);
  if (start.every((s) => s === 0) && high.every((h) => h === 0)) return cut;
  return m.op("pad", [cut], { low: start, high, fill: 0 });
}

export const pad = movement({
  name: "pad",
  doc: "The array with low[i] fill values before and high[i] after it on each axis.",
  infer(input: Type, params) {
    const [low, high] = [integers("pad", params, "low"), integers("pad", params, "high")];
    const rank = input.shape.length;
    if (low.length !== rank || high.length !== rank || [...low, ...high].some((n) => n < 0))
      throw typeError(
        "pad",
        [input],
        `low [${low.join(",")}], high [${high.join(",")}] do not fit`,
        "give one non-negative count per axis (slice cuts)",
      );
    if (typeof params.fill !== "number")
      throw new Error(`pad: parameter fill must be a number, got ${String(params.fill)}.`);
    return { dtype: input.dtype, shape: input.shape.map((d, i) => low[i] + d + high[i]) };
  },
  indexMap(input, params) {
    const low = integers("pad", params, "low");
    return {
      index: low.map((l, i) => shifted(i, 1, -l)),
      within: low.map((l, i) => [l, l + input.shape[i]] as const),
      fill: params.fill as number,
    };
  },
  transpose(m, ct, input, params) {
    const low = integers("pad", params, "low");
    return m.op("slice", [ct], {
      start: low,
      stop: low.map((l, i) => l + input.shape[i]),
      step: low.map(() => 1),
    });
  },
  linear: (params) => ({ ...params, fill: 0 }),
  batched: (_input, params) => ({
    low: [0, ...integers("pad", params, "low")],
    high: [0, ...integers("pad", params, "high")],
    fill: params.fill,
  }),
});
