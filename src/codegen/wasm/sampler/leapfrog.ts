// The last point and a step in, the point one leapfrog step later out; the place of its momentum is the caller's choice.
import type { PortableFunction } from "../portable-function.js";
import type { Local, Operand } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { metricCodes, type MetricCode } from "./metric.js";
import type { At, Base } from "./vectors.js";

/**
 * (step, p, newP, rho, newRho, left) -> energy of the new point: potential and kinetic. The position and gradient are where the
 * density has them; the running sum of momenta grows from rho to newRho. A negative step goes back in time.
 * The point that it leaves is put at `left`.
 */
export const leapfrog = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.leapfrog", PARAMS, ["f64"], (k, ...args) => {
    const { diagonal, whole } = metricCodes(cx);
    const step = (metric: MetricCode): void => k.f.return(body(k, metric, ...(args as Arguments)));
    if (whole) k.f.if(k.on("whole"), () => k.f.return(k.result(k.fn(wholeLeapfrog), ...args)));
    step(diagonal);
  });

const wholeLeapfrog = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.wholeLeapfrog", PARAMS, ["f64"], (k, ...args) =>
    k.f.return(body(k, metricCodes(cx).whole!, ...(args as Arguments))),
  );

const PARAMS = ["f64", "i32", "i32", "i32", "i32", "i32"] as const;
type Arguments = [step: Local, p: Local, newP: Local, rho: Local, newRho: Local, left: Local];

function body(k: Code, metric: MetricCode, ...[step, p, newP, rho, newRho, left]: Arguments): Operand {
  const { f, v, cx } = k;
  const { q, g, value } = cx.places.density;
  const kept = v.point(left);
  const half = v.splat(k.mul(step, k.num(0.5)));
  const whole = v.splat(step);
  const kick = (at: At, from: Base): Local => v.add(v.load(from, at), v.mul(half, metric.slope(k, at)));
  const move = (at: At, p: Local): void => {
    const from = v.load(q, at);
    v.store(kept.q, at, from);
    v.store(kept.g, at, v.load(g, at));
    v.store(q, at, v.add(from, v.mul(whole, metric.velocity(k, at, p))));
  };
  if (metric.velocityNeedsAll) {
    v.each((at) => v.store(newP, at, kick(at, p)));
    metric.velocities(k, newP);
    v.each((at) => move(at, v.load(newP, at)));
  } else
    v.each((at) => {
      const moved = kick(at, p);
      v.store(newP, at, moved);
      move(at, moved);
    });
  k.density();
  metric.slopes(k);
  const square = v.accumulator();
  v.each((at) => {
    const moved = kick(at, newP);
    v.store(newP, at, moved);
    v.store(newRho, at, v.add(v.load(rho, at), moved));
    v.accumulate(square, moved, moved);
  });
  return k.sub(k.mul(v.total(square), k.num(0.5)), f.load("f64.load", 0, value));
}

/** (step, p): after a leapfrog that diverged, where it ended and where it came from. The momentum is used up. */
export const markDivergence = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.markDivergence", ["f64", "i32"], [], (k, step, p) => {
    const { diagonal, whole } = metricCodes(cx);
    k.v.copy(k.at("divergedAt"), k.cx.places.density.q);
    const back = (metric: MetricCode): void => {
      const { v } = k;
      const half = v.splat(k.mul(step, k.num(0.5)));
      const length = v.splat(step);
      v.each((at) => v.store(p, at, v.sub(v.load(p, at), v.mul(half, metric.slope(k, at)))));
      metric.velocities(k, p);
      v.each((at) => {
        const moved = v.mul(length, metric.velocity(k, at, v.load(p, at)));
        v.store(k.at("divergedFrom"), at, v.sub(v.load(cx.places.density.q, at), moved));
      });
    };
    if (whole)
      k.f.if(
        k.on("whole"),
        () => back(whole),
        () => back(diagonal),
      );
    else back(diagonal);
  });

/** Writes a point where the density has it: what `leapfrog` goes on from. */
export function resume(k: Code, point: Base): void {
  const { cx, v } = k;
  v.copyPoint(cx.places.density, point);
  const { diagonal, whole } = metricCodes(cx);
  diagonal.slopes(k);
  if (whole) k.f.if(k.on("whole"), () => whole.slopes(k));
}
