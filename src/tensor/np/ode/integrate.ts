// A method, a field, a start and output times in; the solution at those times out. Steps adapt to the error; the grid that
// results is taken as given when differentiating, so derivatives are those of the method on that grid.
import type { Tensor } from "../../tensor.js";
import { filled } from "../../tensor.js";
import * as e from "../elementwise.js";
import { scan, whileLoop } from "../control.js";
import { max } from "../reductions.js";
import { cast } from "../../../trace/promote.js";
import type { Field, Method, Span, State } from "./method.js";

export interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
  readonly maxSteps: number;
  readonly firstStep: number;
}

interface Progress {
  /** Where the accepted steps have come to. */
  readonly t: Tensor;
  readonly y: State;
  readonly slope: State;
  /** The step to try next. */
  readonly h: Tensor;
  /** The last accepted step began here. */
  readonly from: Tensor;
  readonly fromY: State;
  readonly fromSlope: State;
  readonly width: Tensor;
  readonly dense: readonly State[];
  readonly tries: Tensor;
}

const SAFETY = 0.9;
/** A step shrinks or grows at once by no more than this. */
const MOST = 5;

const fixed = e.stopGradient;

/** The largest error in units of what is allowed for it: atol + rtol (|y| + |h dy/dt|). */
function ratio(error: State, y: State, slope: State, h: Tensor, { rtol, atol }: Tolerances): Tensor {
  const parts = error.map((part, i) => {
    const scale = fixed(y[i]!).abs().add(fixed(slope[i]!).mul(h).abs()).mul(rtol).add(atol);
    return max(fixed(part).abs().div(scale));
  });
  return parts.reduce((a, b) => e.maximum(a, b));
}

/** Tries one step; on success the state moves. Step control as in Boost's odeint, which Stan uses. */
function attempt(method: Method, field: Field, s: Progress, end: Tensor, tol: Tolerances): Progress {
  const left = end.sub(fixed(s.t));
  const h = fixed(e.minimum(s.h, left));
  const next = method.step(field, s.t, s.y, s.slope, h);
  const found = ratio(next.error, s.y, s.slope, h, tol);
  // Where the field is not finite the step is refused and shrinks as far as it may.
  const error = e.where(e.isfinite(found), found, 1e10);
  const accept = error.le(1);
  // One power serves both cases: only one of them happens.
  const [up, down] = [-1 / method.order, -1 / (method.errorOrder - 1)];
  const scaled = e.power(e.maximum(error, MOST ** -method.order), e.where(accept, up, down)).mul(SAFETY);
  const factor = e.where(accept, e.where(error.lt(0.5), scaled, 1), e.maximum(scaled, 1 / MOST));
  const pick = (a: Tensor, b: Tensor): Tensor => e.where(accept, a, b);
  const each = (a: State, b: State): State => a.map((x, i) => pick(x, b[i]!));
  return {
    t: pick(s.t.add(h), s.t),
    y: each(next.y, s.y),
    slope: each(next.slope, s.slope),
    h: cast(fixed(h.mul(factor)), s.h.dtype),
    from: pick(s.t, s.from),
    fromY: each(s.y, s.fromY),
    fromSlope: each(s.slope, s.fromSlope),
    width: pick(h, s.width),
    dense: next.dense.map((d, i) => each(d, s.dense[i]!)),
    tries: s.tries.add(1),
  };
}

/** The state at the times ts >= t0, each part with a leading axis of them; NaN from where `maxSteps` steps did not reach. */
export function integrate(
  method: Method,
  field: Field,
  y: State,
  t: Tensor,
  ts: Tensor,
  tol: Tolerances,
): { ys: State; reached: Tensor; tries: Tensor } {
  const slope = field(t, y);
  const end = fixed(max(ts));
  const start: Progress = {
    ...{ t, y, slope, from: t, fromY: y, fromSlope: slope, dense: method.dense(slope) },
    h: filled(tol.firstStep, t.dtype),
    width: filled(1, t.dtype),
    tries: filled(0, "i32"),
  };
  const goesOn = (s: Progress, goal: Tensor): Tensor =>
    s.t.lt(goal).and(s.tries.lt(tol.maxSteps)).and(s.t.add(s.h).gt(s.t));
  const [last, ys] = scan(
    (s: unknown, goal): [unknown, State] => {
      const moved = whileLoop(
        (c: unknown) => goesOn(c as Progress, goal),
        (c: unknown) => attempt(method, field, c as Progress, end, tol),
        s,
        { limit: tol.maxSteps },
      ) as Progress;
      const span: Span = {
        width: moved.width,
        from: { y: moved.fromY, slope: moved.fromSlope },
        to: { y: moved.y, slope: moved.slope },
        dense: moved.dense,
      };
      const theta = e.divide(e.subtract(goal, moved.from), moved.width);
      const inside = moved.t.ge(goal).and(moved.from.le(goal));
      return [moved, method.at(theta, span).map((x) => e.where(inside, x, NaN))];
    },
    start as unknown,
    ts,
  ) as unknown as [Progress, State];
  return { ys, reached: last.t, tries: last.tries };
}
