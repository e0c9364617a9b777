// Rows of order: argmax, argmin, sort, argsort along one axis. NaN counts as the greatest, as in NumPy; ties keep their order.
import type { Special } from "../ir/op.js";
import type { Data, Type } from "../ir/types.js";
import { allocate, isFloat } from "../ir/types.js";
import { addAlong, takeAlong } from "./along.js";
import { Calculus } from "./define/calculus.js";
import { checkAxis, checkCount, checkKind, integer, typeError } from "./define/check.js";
import { eachLine } from "./define/lines.js";
import { shiftedVmap, special } from "./define/special.js";

function checked(name: string, inputs: readonly Type[], axis: number): Type {
  checkCount(name, inputs, 1);
  checkKind(name, inputs, 0, "numeric");
  checkAxis(name, inputs, axis, inputs[0].shape.length);
  return inputs[0];
}

/** Negative when a comes before b. */
const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : Number(a !== a) - Number(b !== b));

function extremum(name: string, doc: string, better: (a: number, b: number) => boolean): Special {
  const op: Special = special({
    name,
    doc,
    lowering: "sort",
    infer(inputs, params) {
      const axis = integer(name, params, "axis");
      const { shape } = checked(name, inputs, axis);
      if (shape[axis] === 0)
        throw typeError(
          name,
          inputs,
          `axis ${axis} is empty`,
          "there is no element to point at; use a longer array",
        );
      return [{ dtype: "i32", shape: shape.filter((_, i) => i !== axis) }];
    },
    evaluate([x], params, { inputs: [type], outputs: [to] }) {
      const out = allocate(to);
      let line = 0;
      eachLine(type, integer(name, params, "axis"), (from, stride, count) => {
        let best = 0;
        for (let i = 1; i < count; i++) {
          const [a, b] = [x[from + i * stride], x[from + best * stride]];
          // The first NaN wins.
          if (b === b && (a !== a || better(a, b))) best = i;
        }
        out[line++] = best;
      });
      return [out];
    },
    vmap: shiftedVmap(
      () => op,
      (params) => ({ axis: integer(name, params, "axis") + 1 }),
    ),
  });
  return op;
}

export const argmax = extremum(
  "argmax",
  "The index of the greatest element along an axis: the first of equals; the first NaN if there is one.",
  (a, b) => a > b,
);
export const argmin = extremum(
  "argmin",
  "The index of the least element along an axis: the first of equals; the first NaN if there is one.",
  (a, b) => a < b,
);

/** The positions of one line in ascending order. */
function ranked(x: Data, from: number, stride: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => i).sort((i, j) =>
    order(x[from + i * stride], x[from + j * stride]),
  );
}

export const argsort = special({
  name: "argsort",
  doc: "The indices that put an axis in ascending order, NaN last; equal elements keep their order.",
  lowering: "sort",
  infer(inputs, params) {
    const { shape } = checked("argsort", inputs, integer("argsort", params, "axis"));
    return [{ dtype: "i32", shape }];
  },
  evaluate([x], params, { inputs: [type], outputs: [to] }) {
    const out = allocate(to);
    eachLine(type, integer("argsort", params, "axis"), (from, stride, count) =>
      ranked(x, from, stride, count).forEach((r, i) => (out[from + i * stride] = r)),
    );
    return [out];
  },
  vmap: shiftedVmap(
    () => argsort,
    (params) => ({ axis: integer("argsort", params, "axis") + 1 }),
  ),
});

export const sort = special({
  name: "sort",
  doc: "An axis in ascending order, NaN last; derivatives follow the elements.",
  lowering: "sort",
  infer: (inputs, params) => [checked("sort", inputs, integer("sort", params, "axis"))],
  evaluate([x], params, { inputs: [type] }) {
    const out = allocate(type);
    eachLine(type, integer("sort", params, "axis"), (from, stride, count) =>
      ranked(x, from, stride, count).forEach((r, i) => (out[from + i * stride] = x[from + r * stride])),
    );
    return [out];
  },
  jvp(e, at, [t]) {
    if (t === null) return [null];
    const index = e(argsort, [at.inputs[0]], at.params);
    return [takeAlong(new Calculus(e), t, index, integer("sort", at.params, "axis"))];
  },
  vjp(e, at, [ct]) {
    if (ct === null || !isFloat(ct.type.dtype)) return [null];
    const index = e(argsort, [at.inputs[0]], at.params);
    return [addAlong(new Calculus(e), ct, index, integer("sort", at.params, "axis"))];
  },
  vmap: shiftedVmap(
    () => sort,
    (params) => ({ axis: integer("sort", params, "axis") + 1 }),
  ),
});
