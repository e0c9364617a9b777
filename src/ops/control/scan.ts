// Row of scan: a loop of fixed length with carries, elements read and results stacked along leading axes.
import type { Emit, Site } from "../../ir/op.js";
import type { Data, Graph, Params, Type, Value } from "../../ir/types.js";
import { allocate, sizeOf } from "../../ir/types.js";
import { Calculus, axesFrom } from "../define/calculus.js";
import { flag, integer } from "../define/check.js";
import { special } from "../define/special.js";
import {
  build,
  checkTypes,
  forceBatched,
  graphParam,
  isFloatValue,
  pick,
  reached,
  settle,
  spread,
  stacked,
  trimmed,
  typesOf,
} from "./bodies.js";
import { partResiduals } from "./residuals.js";
import { zeroIfNull } from "./zero.js";

interface Loop {
  readonly body: Graph;
  /** The first inputs: the same at every step. */
  readonly consts: number;
  readonly carries: number;
  readonly length: number;
  readonly reverse: boolean;
}

function loopOf(params: Params): Loop {
  return {
    body: graphParam("scan", params, "body"),
    consts: integer("scan", params, "consts"),
    carries: integer("scan", params, "carries"),
    length: integer("scan", params, "length"),
    reverse: flag(params, "reverse"),
  };
}
const paramsOf = (loop: Loop): Params => ({ ...loop });

/** consts, carries and the rest of a list in the operands' order. */
function parts<T>(xs: readonly T[], { consts, carries }: Loop): readonly [T[], T[], T[]] {
  return [xs.slice(0, consts), xs.slice(consts, consts + carries), xs.slice(consts + carries)];
}

const element = (t: Type): Type => ({ dtype: t.dtype, shape: t.shape.slice(1) });

export const scan = special({
  name: "scan",
  doc: "length steps of body(consts, carries, elements) -> (carries, results); gives the last carries and the stacked results.",
  lowering: "scan",
  infer(inputs, params) {
    const loop = loopOf(params);
    const { body, length } = loop;
    if (length < 0) throw new Error(`scan: length ${length} is negative.`);
    const [consts, carries, xs] = parts(inputs, loop);
    for (const t of xs)
      if (t.shape.length === 0 || t.shape[0] !== length)
        checkTypes("scan", "the arrays to step over", [t], [stacked(element(t), length)]);
    checkTypes(
      "scan",
      "the body's operands",
      [...consts, ...carries, ...xs.map(element)],
      typesOf(body.inputs),
    );
    const out = typesOf(body.outputs);
    checkTypes("scan", "the body's new carries", out.slice(0, loop.carries), carries);
    return [...carries, ...out.slice(loop.carries).map((t) => stacked(t, length))];
  },
  evaluate(inputs, params, types, host) {
    const loop = loopOf(params);
    const [consts, init, xs] = parts(inputs, loop);
    const xTypes = parts(types.inputs, loop)[2].map(element);
    const yTypes = types.outputs.slice(loop.carries).map(element);
    const ys = types.outputs.slice(loop.carries).map(allocate);
    const words = (t: Type) => sizeOf(t.shape) * (t.dtype === "key" ? 2 : 1);
    let carry: readonly Data[] = init;
    for (let n = 0; n < loop.length; n++) {
      const i = loop.reverse ? loop.length - 1 - n : n;
      const at = xs.map((x, j) => x.slice(i * words(xTypes[j]), (i + 1) * words(xTypes[j])));
      const out = host.interpret(loop.body, [...consts, ...carry, ...at]);
      carry = out.slice(0, loop.carries);
      ys.forEach((y, j) => y.set(out[loop.carries + j], i * words(yTypes[j])));
    }
    return [...carry.map((c) => c.slice()), ...ys];
  },
  jvp(e, at, tangents) {
    if (tangents.every((t) => t === null)) return at.outputs.map(() => null);
    return jvpOfScan(e, at, tangents);
  },
  vjp: (e, at, cotangents, guarded, wanted) => vjpOfScan(e, at, cotangents, guarded, wanted),
  vmap(e, inputs, batched, params, size) {
    const loop = loopOf(params);
    const [onConsts, onInit, onXs] = parts(batched, loop);
    const step = (carry: readonly boolean[]) =>
      e.transforms.vmap(loop.body, [...onConsts, ...carry, ...onXs], size, false);
    const carry = settle(onInit, (c) => step(c).batched);
    const { graph, batched: out } = step(carry);
    const onYs = out.slice(loop.carries);
    const body = forceBatched(e, graph, out, [...carry, ...onYs], size);
    const m = new Calculus(e);
    const [consts, init, xs] = parts(inputs, loop);
    // Elements are stepped over on the leading axis, so the batch stands second in xs and in ys.
    const swapFirst = (x: Value) => m.transpose(x, [1, 0, ...axesFrom(2, x.type.shape.length)]);
    const wide = init.map((x, i) =>
      carry[i] && !onInit[i]
        ? m.broadcast(x, [size, ...x.type.shape], axesFrom(1, x.type.shape.length + 1))
        : x,
    );
    const results = e.all(
      scan,
      [...consts, ...wide, ...xs.map((x, i) => (onXs[i] ? swapFirst(x) : x))],
      paramsOf({ ...loop, body }),
    );
    const outputs = results.map((y, i) => (i >= loop.carries && onYs[i - loop.carries] ? swapFirst(y) : y));
    return { outputs, batched: [...carry, ...onYs] };
  },
});

function jvpOfScan(e: Emit, at: Site, tangents: readonly (Value | null)[]): readonly (Value | null)[] {
  const loop = loopOf(at.params);
  const { body, carries } = loop;
  const [onConsts, onInit, onXs] = parts(
    tangents.map((t) => t !== null),
    loop,
  );
  const carry = settle(onInit, (c) => reached(body, [...onConsts, ...c, ...onXs]).slice(0, carries));
  const active = [...onConsts, ...carry, ...onXs];
  const derived = e.transforms.jvp(body, active);
  // Its inputs are the body's, then the tangents; a scan wants consts, carries and elements together.
  const count = body.inputs.length;
  const [c, k, x] = parts(derived.inputs.slice(0, count), loop);
  const [dc, dk, dx] = parts(spread(active, derived.inputs.slice(count)), loop);
  const live = (vs: readonly (Value | null)[]) => vs.filter((v) => v !== null);
  const [nextCarry, ys] = [derived.outputs.slice(0, carries), body.outputs.slice(carries)];
  const tangentsOut = spread(body.outputs.map(isFloatValue), derived.outputs.slice(body.outputs.length));
  const nextTangents = pick(tangentsOut.slice(0, carries), carry) as Value[];
  const yTangents = live(tangentsOut.slice(carries));
  const step: Graph = {
    ...derived,
    inputs: [...c, ...live(dc), ...k, ...live(dk), ...x, ...live(dx)],
    outputs: [...nextCarry, ...nextTangents, ...yTangents],
  };
  const [consts, init, xs] = parts(at.inputs, loop);
  const [tConsts, tInit, tXs] = parts(tangents, loop);
  const startTangents = init.flatMap((v, i) => (carry[i] ? [zeroIfNull(e, tInit[i], v.type)] : []));
  const results = e.all(
    scan,
    [...consts, ...live(tConsts), ...init, ...startTangents, ...xs, ...live(tXs)],
    paramsOf({
      ...loop,
      body: step,
      consts: loop.consts + live(tConsts).length,
      carries: carries + startTangents.length,
    }),
  );
  return [
    ...spread(carry, results.slice(carries, carries + startTangents.length)),
    ...spread(ys.map(isFloatValue), results.slice(carries + startTangents.length)),
  ];
}

/**
 * Runs the loop once more keeping every carry and what is dear to compute from it, then steps backwards: the carry of the backward loop is the cotangents of
 * the carries and the sums of the constants' cotangents; its results are the cotangents of the elements.
 */
function vjpOfScan(
  e: Emit,
  at: Site,
  cotangents: readonly (Value | null)[],
  guarded: boolean,
  wanted: readonly boolean[] | undefined,
): readonly (Value | null)[] {
  const loop = loopOf(at.params);
  const { body, carries } = loop;
  const asked = at.inputs.map((v, i) => isFloatValue(v) && wanted?.[i] !== false);
  const [onConsts, onInit, onXs] = parts(asked, loop);
  const carry = settle(onInit, (c) => reached(body, [...onConsts, ...c, ...onXs]).slice(0, carries));
  const active = [...onConsts, ...carry, ...onXs];
  if (!active.includes(true)) return at.inputs.map(() => null);
  const [consts, init, xs] = parts(at.inputs, loop);

  const steady = body.inputs.map((_, i) => i < loop.consts);
  const carried = body.inputs.map((_, i) => i >= loop.consts && i < loop.consts + carries);
  const count = body.inputs.length;
  const { keep, back } = partResiduals(e.transforms.vjp(body, active, guarded), count, steady, carried);
  const { graph: derived, used } = trimmed(back);
  const [useC, useK, useX] = parts(used.slice(0, body.inputs.length), loop);
  const dearEnd = body.inputs.length + keep.outputs.length;
  const useDear = used.slice(body.inputs.length, dearEnd);
  // Only the carries that the backward step reads are kept, and what is dear to compute from them.
  const dear: Graph = { ...keep, outputs: pick(keep.outputs, useDear) };
  const keeping = build(e, body.name, typesOf(body.inputs), (_inner, x, run) => [
    ...run(body, x).slice(0, carries),
    ...pick(x.slice(loop.consts, loop.consts + carries), useK),
    ...run(dear, x),
  ]);
  const saved =
    keeping.outputs.length > carries
      ? e.all(scan, at.inputs, paramsOf({ ...loop, body: keeping })).slice(carries)
      : [];
  const savedCarries = pick(useK, useK).length;

  const floatYs = body.outputs.slice(carries).map(isFloatValue);
  const fixed = pick(consts, useC);
  const sums = pick(consts, onConsts);
  const moving = pick(init, carry);
  const read = pick(xs, useX);
  const ctYs = pick(
    at.outputs.slice(carries).map((v, i) => zeroIfNull(e, cotangents[carries + i], v.type)),
    floatYs,
  );
  const counts = [fixed, sums, moving, saved, read, ctYs].map((vs) => vs.length);
  const types = [...fixed, ...sums, ...moving]
    .map((v) => v.type)
    .concat([...saved, ...read, ...ctYs].map((v) => element(v.type)));
  const step = build(e, `back_${body.name}`, types, (inner, values, run) => {
    let from = 0;
    const [c, sum, ctCarry, kept, x, ctY] = counts.map((n) => values.slice(from, (from += n)));
    const [k, dearOnes] = [kept.slice(0, savedCarries), kept.slice(savedCarries)];
    // Carries that are floats but do not vary still take a cotangent: it is of no use to anyone, so it is zero.
    const ofCarries = body.outputs.slice(0, carries).flatMap((v, i) => {
      if (!isFloatValue(v)) return [];
      return [carry[i] ? ctCarry[carry.slice(0, i).filter(Boolean).length] : zeroIfNull(inner, null, v.type)];
    });
    const given = pick([...ofCarries, ...ctY], used.slice(dearEnd));
    const cotangentsBack = spread(active, run(derived, [...c, ...k, ...x, ...dearOnes, ...given]));
    const [bc, bk, bx] = parts(cotangentsBack, loop).map((vs) => vs.filter((v) => v !== null));
    const m = new Calculus(inner);
    return [...sum.map((s, i) => m.add(s, bc[i])), ...bk, ...bx];
  });
  const startSums = sums.map((v) => zeroIfNull(e, null, v.type));
  const startCarry = pick(
    init.map((v, i) => zeroIfNull(e, cotangents[i], v.type)),
    carry,
  );
  const results = e.all(
    scan,
    [...fixed, ...startSums, ...startCarry, ...saved, ...read, ...ctYs],
    paramsOf({
      body: step,
      consts: fixed.length,
      carries: sums.length + moving.length,
      length: loop.length,
      reverse: !loop.reverse,
    }),
  );
  return spread(active, results);
}
