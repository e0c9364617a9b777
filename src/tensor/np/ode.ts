// Initial value problems dy/dt = f(t, y): adaptive solvers whose results differentiate to y0, t0, ts and what f closes over.
import * as ops from "../../ops/index.js";
import { applyAll } from "../../trace/apply.js";
import { checkOptions } from "../../trace/known-options.js";
import { cast, same, tensor } from "../../trace/promote.js";
import { runGraph, traceGraph } from "../../trace/traced.js";
import { currentTrace } from "../../trace/trace.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { dormandPrince } from "./ode/dormand-prince.js";
import { integrate, type Tolerances } from "./ode/integrate.js";
import type { Field, Method } from "./ode/method.js";
import { rodas } from "./ode/rodas.js";
import { countOf, solveWithSensitivities } from "./ode/sensitivities.js";
import { reshape } from "./shape.js";

/** Tolerances and limits of the solvers. */
export interface OdeOptions {
  /**
   * Allowed error of a step: atol + rtol (|y| + |h dy/dt|) for each number of the state, and where the solution is
   * differentiated for each of its sensitivities. Defaults 1e-6 and 1e-8.
   */
  readonly rtol?: number;
  readonly atol?: number;
  /** Most steps tried in all; what lies beyond is NaN. Default 4096. */
  readonly maxSteps?: number;
  /** The first step tried; default 0.1. A bad guess costs a few refused steps. */
  readonly firstStep?: number;
}

/** With more numbers than this to differentiate by, reverse mode goes back over taped steps instead. */
const MANY = 64;

type Solver = (
  f: (t: Tensor, y: Tensor) => TensorLike,
  y0: TensorLike,
  t0: TensorLike,
  ts: TensorLike,
  options?: OdeOptions,
) => Tensor;

function solver(method: Method): Solver {
  const { name } = method;
  return (f, y0, t0, ts, options = {}) => {
    checkOptions(name, options, ["rtol", "atol", "maxSteps", "firstStep"]);
    const { rtol = 1e-6, atol = 1e-8, maxSteps = 4096, firstStep = 0.1 } = options;
    for (const [key, value] of Object.entries({ rtol, atol, maxSteps, firstStep }))
      if (!(value > 0 && value < Infinity))
        throw new RangeError(`${name}: ${key} must be a positive number, got ${value}.`);
    const [y, start, times] = same("float", name, [y0, t0, ts]) as [Tensor, Tensor, Tensor];
    if (start.size !== 1 || times.ndim !== 1 || times.size === 0)
      throw new Error(
        `${name}: t0 must be one number and ts a vector of at least one time, got shapes [${start.shape.join(",")}] and [${times.shape.join(",")}].`,
      );
    checkTimes(name, start, times);
    const tol: Tolerances = { rtol, atol, maxSteps, firstStep };
    const slopeOf = (t: Tensor, x: Tensor): Tensor => {
      const slope = tensor(f(t, x), `${name}: the result of f`);
      if (slope.shape.join() !== x.shape.join())
        throw new Error(
          `${name}: f returned shape [${slope.shape.join(",")}] for y of shape [${x.shape.join(",")}]; it must return dy/dt, one number for each of y.`,
        );
      return cast(slope, x.dtype);
    };
    const origin = reshape(start, []);
    if (currentTrace() === null) {
      const field: Field = (t, [x]) => [slopeOf(t, x!)];
      const { ys, reached, tries } = integrate(method, field, [y], origin, times, tol);
      const end = Math.max(...(times.data() as Float64Array));
      if (reached.item() < end)
        throw new Error(
          `${name}: the solution was followed to t = ${reached.item()} of ${end} in ${tries.item()} steps (maxSteps ${maxSteps}, next step too small or too many). ` +
            `Loosen rtol = ${rtol} and atol = ${atol}, raise maxSteps, ${method === dormandPrince ? "use np.ode.bdf if the system is stiff, " : ""}or look for a singularity of f there.`,
        );
      return ys[0]!;
    }
    // f is recorded once; every stage repeats what was recorded.
    const traced = traceGraph(`${name}'s f`, [origin.type, y.type], ([t, x]) => [slopeOf(t!, x!)]);
    const sensitivities = countOf(traced, y, origin);
    if (method === dormandPrince && sensitivities > 0 && sensitivities <= MANY)
      return solveWithSensitivities(method, traced, y, origin, times, tol);
    const inputs = [y, origin, times, ...traced.captures];
    const { graph, captures } = traceGraph(
      name,
      inputs.map((t) => t.type),
      ([a, b, c, ...held]) => {
        const field: Field = (t, [x]) => [runGraph(traced.graph, [t, x!, ...held], name)[0]!];
        return [integrate(method, field, [a!], b!, c!, tol).ys[0]!];
      },
    );
    return applyAll(ops.forwardCall, [...inputs, ...captures], { graph }, name)[0]!;
  };
}

/** Known times must not fall back: steps go forwards only. */
function checkTimes(name: string, start: Tensor, times: Tensor): void {
  if (start.link || times.link) return;
  const all = [start.item(), ...(times.data() as Float64Array)];
  const back = all.findIndex((t, i) => i > 0 && !(t >= all[i - 1]!));
  if (back > 0)
    throw new RangeError(
      `${name}: times must not decrease from t0 on, but ${all[back]} follows ${all[back - 1]}; integrate backwards by writing s = -t.`,
    );
}

/**
 * The solution of dy/dt = f(t, y), y(t0) = y0 at the times ts, [ts.length, ...y0.shape]: Dormand-Prince 5(4) with adaptive
 * steps. For systems that are not stiff.
 */
export const rk45 = solver(dormandPrince);

/**
 * As rk45, for stiff systems: a linearly implicit L-stable method of order 4 (Rodas, in the place of backward differences),
 * with the exact Jacobian of f and one factorisation a step.
 */
export const bdf = solver(rodas);
