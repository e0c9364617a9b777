// A method, a field, a start and output times in; the solution at those times out. Steps adapt to the error; the grid that
// results is taken as given when differentiating, so derivatives are those of the method on that grid.
import type { Tensor } from "../../tensor.js";
import { filled } from "../../tensor.js";
import * as e from "../elementwise.js";
import { scan, whileLoop } from "../control.js";
import { max, mean } from "../reductions.js";
import { cast } from "../../../trace/promote.js";
import type { Field, Method, Span } from "./method.js";

export interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
  readonly maxSteps: number;
}

interface State {
  /** Where the accepted steps have come to. */
  readonly t: Tensor;
  readonly y: Tensor;
  readonly slope: Tensor;
  /** The step to try next. */
  readonly h: Tensor;
  /** The last accepted step began here. */
  readonly from: Tensor;
  readonly fromY: Tensor;
  readonly fromSlope: Tensor;
  readonly width: Tensor;
  readonly dense: readonly Tensor[];
  /** Its error, and whether a step was refused since. */
  readonly lastError: Tensor;
  readonly refused: Tensor;
  readonly tries: Tensor;
}

const SAFETY = 0.9;
/** A step shrinks or grows by no more than this. */
const [SHRINK, GROW] = [5, 10];

const fixed = e.stopGradient;
/** Root of the mean square of x in units of its tolerance at y. */
const size = (x: Tensor, y: Tensor, { rtol, atol }: Tolerances): Tensor =>
  e.sqrt(mean(e.square(fixed(x).div(fixed(y).abs().mul(rtol).add(atol)))));

/** Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.4: a step of about 1% error growth. */
function firstStep(
  method: Method,
  field: Field,
  t: Tensor,
  y: Tensor,
  slope: Tensor,
  tol: Tolerances,
): Tensor {
  const [d0, d1] = [size(y, y, tol), size(slope, y, tol)];
  const tiny = d0.lt(1e-5).or(d1.lt(1e-5));
  const h0 = e.where(tiny, 1e-6, d0.mul(0.01).div(e.where(tiny, 1, d1)));
  const ahead = field(fixed(t).add(h0), fixed(y).add(fixed(slope).mul(h0)));
  const d2 = size(ahead.sub(slope), y, tol).div(h0);
  const most = e.maximum(d1, d2);
  const h1 = e.where(
    most.le(1e-15),
    e.maximum(1e-6, h0.mul(1e-3)),
    e.power(e.divide(0.01, e.maximum(most, 1e-15)), 1 / method.order),
  );
  const h = e.minimum(h0.mul(100), h1);
  return fixed(e.where(e.isfinite(h), h, h0.mul(1e-3)));
}

/** Tries one step from the state; on success the state moves. */
function attempt(method: Method, field: Field, s: State, end: Tensor, tol: Tolerances): State {
  const left = end.sub(fixed(s.t));
  const h = fixed(e.where(s.h.mul(1.01).ge(left), left, s.h));
  const next = method.step(field, s.t, s.y, s.slope, h);
  const scale = e.maximum(fixed(s.y).abs(), fixed(next.y).abs());
  const found = size(next.error, scale, tol);
  // Where the field is not finite the step is refused and made as small as a refusal may.
  const error = e.where(e.isfinite(found), found, 1e10);
  const accept = error.le(1);
  const grown = e.power(error, method.exponent);
  const remembered = method.memory === 0 ? grown : grown.div(e.power(s.lastError, method.memory));
  const ratio = e.where(accept, e.clip(remembered.div(SAFETY), 1 / GROW, SHRINK), e.minimum(grown.div(SAFETY), SHRINK)); // prettier-ignore
  // Directly after a refusal a step does not grow.
  const held = e.where(s.refused, e.maximum(ratio, 1), ratio);
  const pick = (a: Tensor, b: Tensor): Tensor => e.where(accept, a, b);
  return {
    t: pick(s.t.add(h), s.t),
    y: pick(next.y, s.y),
    slope: pick(next.slope, s.slope),
    h: fixed(h.div(held)),
    from: pick(s.t, s.from),
    fromY: pick(s.y, s.fromY),
    fromSlope: pick(s.slope, s.fromSlope),
    width: pick(h, s.width),
    dense: next.dense.map((d, i) => pick(d, s.dense[i]!)),
    lastError: pick(e.maximum(error, 1e-4), s.lastError),
    refused: accept.not(),
    tries: s.tries.add(1),
  };
}

/** The solution at the times ts >= t0 [T, ...y.shape]; NaN from where `maxSteps` steps did not reach. */
export function integrate(
  method: Method,
  field: Field,
  y: Tensor,
  t: Tensor,
  ts: Tensor,
  tol: Tolerances,
): { ys: Tensor; reached: Tensor; tries: Tensor } {
  const slope = field(t, y);
  const end = fixed(max(ts));
  const one = filled(1, y.dtype);
  // Before the first step the interpolant is the tangent at the start.
  const dense = Array.from({ length: method.dense }, (_, i) => (i === 0 && method.dense === 2 ? slope : e.zerosLike(y))); // prettier-ignore
  const start: State = {
    ...{ t, y, slope, from: t, fromY: y, fromSlope: slope, dense },
    h: cast(firstStep(method, field, t, y, slope, tol), y.dtype),
    width: one,
    lastError: cast(filled(1e-4, "f64"), y.dtype),
    refused: filled(false, "bool"),
    tries: filled(0, "i32"),
  };
  const [last, ys] = scan(
    (s, goal): [State, Tensor] => {
      const moved = whileLoop(
        (c) =>
          (c as State).t
            .lt(goal)
            .and((c as State).tries.lt(tol.maxSteps))
            .and((c as State).t.add((c as State).h).gt((c as State).t)),
        (c) => attempt(method, field, c as State, end, tol),
        s as State,
        { limit: tol.maxSteps },
      ) as State;
      const span: Span = {
        width: moved.width,
        from: { y: moved.fromY, slope: moved.fromSlope },
        to: { y: moved.y, slope: moved.slope },
        dense: moved.dense,
      };
      const theta = e.divide(e.subtract(goal, moved.from), moved.width);
      const inside = moved.t.ge(goal).and(moved.from.le(goal));
      return [moved, e.where(inside, method.at(theta, span), NaN)];
    },
    start,
    ts,
  ) as [State, Tensor];
  return { ys, reached: last.t, tries: last.tries };
}
