// The partial derivatives of a solution by forward sensitivities: each obeys a linear differential equation beside y, and the
// step control watches all of them (as Stan does), so that a gradient is as accurate as the tolerances say.
import { isFloat, type Graph } from "../../../ir/types.js";
import * as ops from "../../../ops/index.js";
import { apply } from "../../../trace/apply.js";
import { runGraph, type Traced } from "../../../trace/traced.js";
import { jvp as forwardGraph, vmap as batchGraph } from "../../../transform/transforms.js";
import type { Tensor } from "../../tensor.js";
import { eye, zeros } from "../creation.js";
import { equal, negative, where } from "../elementwise.js";
import { slice } from "../indexing.js";
import { arange } from "../creation.js";
import { broadcastTo, concatenate, moveaxis, reshape } from "../shape.js";
import { integrate, type Tolerances } from "./integrate.js";
import type { Field, Method } from "./method.js";

const sizeOf = (t: Tensor): number => t.size;

/** What the solution may be differentiated by: traced floats of y's dtype. */
export const isVariable = (t: Tensor, y: Tensor): boolean => t.link !== null && t.dtype === y.dtype;

/** The solution [T, ...y.shape] with its partial derivatives attached to y0, t0, ts and the captures of the traced field. */
export function solveWithSensitivities(
  method: Method,
  traced: Traced,
  y0: Tensor,
  t0: Tensor,
  ts: Tensor,
  tol: Tolerances,
): Tensor {
  const { graph, captures } = traced;
  const by = captures.filter((c) => isVariable(c, y0));
  const ofStart = isVariable(y0, y0);
  const ofTime = isVariable(t0, y0);
  const slopeAt = (t: Tensor, y: Tensor): Tensor => runGraph(graph, [t, y, ...captures], method.name)[0]!;
  const blocks = [...(ofStart ? [y0] : []), ...(ofTime ? [t0] : []), ...by];
  const count = blocks.reduce((n, b) => n + sizeOf(b), 0);
  const pieces = (b: Tensor, piece: Tensor): Tensor[] =>
    blocks.map((other) => (other === b ? piece : zeros([sizeOf(other), ...piece.shape.slice(1)], { dtype: y0.dtype }))); // prettier-ignore
  const join = (ts_: Tensor[]): Tensor => (ts_.length === 1 ? ts_[0]! : concatenate(ts_, 0));
  const unit = (b: Tensor): Tensor => reshape(eye(sizeOf(b), sizeOf(b), 0, { dtype: y0.dtype }), [sizeOf(b), ...b.shape]); // prettier-ignore
  // Every direction moves one number of one block.
  const directions = by.map((b) => join(pieces(b, unit(b))));
  const active = [false, true, ...captures.map((c) => by.includes(c))];
  const derived = forwardGraph(graph, active);
  const flags = [...graph.inputs.map(() => false), ...active.filter(Boolean).map(() => true)];
  const wide: Graph = batchGraph(derived, flags, count, false).graph;
  const batched = batchGraph(derived, flags, count, false).batched;
  const field: Field = (t, [y, s]) => {
    const [slope, change] = runGraph(wide, [t, y!, ...captures, s!, ...directions], method.name);
    return [slope!, batched[1] ? change! : broadcastTo(change!, s!.shape)];
  };
  const own = [count, ...y0.shape];
  const early = slopeAt(t0, y0);
  const starts = blocks.map((b): Tensor => {
    if (ofStart && b === y0) return unit(y0);
    if (ofTime && b === t0) return reshape(negative(early), [1, ...y0.shape]);
    return zeros([sizeOf(b), ...y0.shape], { dtype: y0.dtype });
  });
  const s0 = broadcastTo(join(starts), own);
  const { ys } = integrate(method, field, [y0, s0], t0, ts, tol);
  const [values, partials] = ys as [Tensor, Tensor];
  const inputs: Tensor[] = [values];
  // [T, count, y] -> [count, T, y], cut into blocks.
  const leading = moveaxis(partials, 1, 0);
  let at = 0;
  for (const b of blocks) {
    const part = slice(leading, [at, at + sizeOf(b)]);
    inputs.push(b, reshape(part, [...b.shape, ...values.shape]));
    at += sizeOf(b);
  }
  if (isVariable(ts, y0)) inputs.push(ts, alongTime(slopes(slopeAt, ts, values), ts));
  return apply(ops.attach, inputs, { batch: 0, graph: ops.first(inputs.map((t) => t.type)) }, method.name);
}

/** dy/dt at every output. */
function slopes(slopeAt: (t: Tensor, y: Tensor) => Tensor, ts: Tensor, values: Tensor): Tensor {
  const rows = Array.from({ length: ts.size }, (_, i) => reshape(slopeAt(ts.at(i), values.at(i)), [1, ...values.shape.slice(1)])); // prettier-ignore
  return concatenate(rows, 0);
}

/** Each output moves with its own time only: [T, T, y], zero off the diagonal. */
function alongTime(slope: Tensor, ts: Tensor): Tensor {
  const n = ts.size;
  const index = arange(n);
  const own = equal(reshape(index, [n, 1]), index);
  const shape = [n, n, ...slope.shape.slice(1)];
  const mask = broadcastTo(reshape(own, [n, n, ...slope.shape.slice(1).map(() => 1)]), shape);
  return where(mask, broadcastTo(slope, shape), 0);
}

/** How many sensitivities there would be. */
export const countOf = (traced: Traced, y0: Tensor, t0: Tensor): number =>
  [y0, t0, ...traced.captures]
    .filter((x) => isFloat(x.dtype) && isVariable(x, y0))
    .reduce((n, x) => n + x.size, 0);
