// Rows of gather (elements at indices along one axis) and scatterAdd (sums into them): each other's transpose.
import type { Data, Params, Type, Value } from "../ir/types.js";
import { allocate, isFloat, sameShape, sizeOf } from "../ir/types.js";
import { Calculus } from "./define/calculus.js";
import { lift, liftAll } from "./define/batching.js";
import { checkAxis, checkCount, checkKind, checkSameDtype, integer, typeError } from "./define/check.js";
import { shiftedVmap, special } from "./define/special.js";

export interface Plan {
  readonly axis: number;
  readonly batch: number;
  /** The shape of gather's result, and of scatterAdd's updates. */
  readonly picked: readonly number[];
}

export function planOf(name: string, inputs: readonly Type[], params: Params): Plan {
  const [x, idx] = inputs;
  const [axis, batch] = [integer(name, params, "axis"), integer(name, params, "batch")];
  checkAxis(name, inputs, axis, x.shape.length);
  if (idx.dtype !== "i32")
    throw typeError(name, inputs, `indices are ${idx.dtype}`, "convert them to i32 first");
  const agree = batch >= 0 && batch <= axis && sameShape(x.shape.slice(0, batch), idx.shape.slice(0, batch));
  if (!agree || batch > idx.shape.length)
    throw typeError(
      name,
      inputs,
      `the first ${batch} axes are not a common batch before axis ${axis}`,
      "give a batch count at most the axis, over which both agree",
    );
  const picked = [...x.shape.slice(0, axis), ...idx.shape.slice(batch), ...x.shape.slice(axis + 1)];
  if (x.shape[axis] === 0 && sizeOf(picked) > 0)
    throw typeError(
      name,
      inputs,
      `axis ${axis} is empty`,
      "there is no element to index; use a non-empty array",
    );
  return { axis, batch, picked };
}

/** Calls visit(position in x, position in the picked array) for each element, indices clamped into range. */
export function walk(
  x: Type,
  idx: Type,
  index: Data,
  { axis, batch }: Plan,
  visit: (x: number, p: number) => void,
): void {
  const batches = sizeOf(x.shape.slice(0, batch));
  const before = sizeOf(x.shape.slice(batch, axis));
  const after = sizeOf(x.shape.slice(axis + 1));
  const count = sizeOf(idx.shape.slice(batch));
  const length = x.shape[axis];
  let p = 0;
  for (let b = 0; b < batches; b++)
    for (let o = 0; o < before; o++)
      for (let j = 0; j < count; j++) {
        const at = Math.min(Math.max(index[b * count + j], 0), length - 1);
        const base = ((b * before + o) * length + at) * after;
        for (let r = 0; r < after; r++) visit(base + r, p++);
      }
}

export const gather = special({
  name: "gather",
  doc: "x at the indices along an axis, after leading batch axes that x and the indices share; indices are clamped into range (`inRange` promises that they already are).",
  lowering: "gather",
  infer(inputs, params) {
    checkCount("gather", inputs, 2);
    return [{ dtype: inputs[0].dtype, shape: planOf("gather", inputs, params).picked }];
  },
  evaluate([x, index], params, { inputs, outputs }) {
    const out = allocate(outputs[0]);
    const words = inputs[0].dtype === "key" ? 2 : 1;
    walk(inputs[0], inputs[1], index, planOf("gather", inputs, params), (from, to) => {
      for (let w = 0; w < words; w++) out[words * to + w] = x[words * from + w];
    });
    return [out];
  },
  jvp: (e, at, [t]) => [t === null ? null : e(gather, [t, at.inputs[1]], at.params)],
  vjp(e, at, [ct]) {
    const [x, idx] = at.inputs;
    if (ct === null || !isFloat(x.type.dtype)) return [null, null];
    return [e(scatterAdd, [new Calculus(e).fill(0, x.type), idx, ct], at.params), null];
  },
  vmap(e, [x, idx], [onX, onIdx], params, size) {
    const [axis, batch] = [integer("gather", params, "axis"), integer("gather", params, "batch")];
    if (!onX && !onIdx) return { outputs: e.all(gather, [x, idx], params), batched: [false] };
    if (batch === 0 && !onIdx)
      return { outputs: e.all(gather, [x, idx], { ...params, axis: axis + 1 }), batched: [true] };
    if (batch === 0 && !onX) {
      // The batch axis of the indices lands at `axis`; move it to the front.
      const out: Value = e(gather, [x, idx], params);
      const rest = out.type.shape.map((_, i) => i).filter((i) => i !== axis);
      return { outputs: [new Calculus(e).transpose(out, [axis, ...rest])], batched: [true] };
    }
    const inputs = [onX ? x : lift(e, x, size), onIdx ? idx : lift(e, idx, size)];
    return {
      outputs: e.all(gather, inputs, { ...params, axis: axis + 1, batch: batch + 1 }),
      batched: [true],
    };
  },
});

export const scatterAdd = special({
  name: "scatterAdd",
  doc: "x with the updates, shaped as gather's result, added at the indices along an axis; indices are clamped into range.",
  lowering: "scatterAdd",
  infer(inputs, params) {
    checkCount("scatterAdd", inputs, 3);
    checkKind("scatterAdd", inputs, 0, "numeric");
    checkSameDtype("scatterAdd", [inputs[0], inputs[2]]);
    const { picked } = planOf("scatterAdd", inputs, params);
    if (!sameShape(picked, inputs[2].shape))
      throw typeError(
        "scatterAdd",
        inputs,
        `the updates are not shaped [${picked.join(",")}] as what they add to`,
        "broadcast or reshape them first",
      );
    return [inputs[0]];
  },
  evaluate([x, index, updates], params, { inputs }) {
    const out = x.slice();
    walk(inputs[0], inputs[1], index, planOf("scatterAdd", inputs, params), (to, from) => {
      out[to] += updates[from];
    });
    return [out];
  },
  jvp(e, at, [x, , updates]) {
    if (x === null && updates === null) return [null];
    const m = new Calculus(e);
    const [tx, tu] = [x ?? m.fill(0, at.inputs[0].type), updates ?? m.fill(0, at.inputs[2].type)];
    return [e(scatterAdd, [tx, at.inputs[1], tu], at.params)];
  },
  vjp(e, at, [ct]) {
    if (ct === null) return [null, null, null];
    return [ct, null, e(gather, [ct, at.inputs[1]], at.params)];
  },
  vmap(e, inputs, batched, params, size) {
    // A shared index over a batch needs no copies of the indices when there is no batch yet.
    if (!batched[1] && params.batch === 0 && batched.includes(true)) {
      const all = liftAll(e, inputs, [batched[0], true, batched[2]], size);
      return {
        outputs: e.all(scatterAdd, all, { ...params, axis: integer("scatterAdd", params, "axis") + 1 }),
        batched: [true],
      };
    }
    return shiftedVmap(
      () => scatterAdd,
      (p) => ({ axis: integer("scatterAdd", p, "axis") + 1, batch: integer("scatterAdd", p, "batch") + 1 }),
    )(e, inputs, batched, params, size);
  },
});
