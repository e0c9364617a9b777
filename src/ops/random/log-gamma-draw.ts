// Row of logGammaDraw: the logarithm of a gamma draw tied to its concentration, so that pathwise gradients can pass.
import type { Value } from "../../ir/types.js";
import { sameType } from "../../ir/types.js";
import { liftAll } from "../define/batching.js";
import { Calculus } from "../define/calculus.js";
import { checkCount, checkKind, typeError } from "../define/check.js";
import { special } from "../define/special.js";
import { first } from "../control/attach.js";

/** Below this logarithm the distribution function is x^a / gamma(a + 1) to the last place. */
const TINY = -37;

/**
 * With the probability F(a, x) of the draw held fixed, d log x / d a = -(dF / da) / (x f(x)) (Figurnov, Mohamed and Mnih,
 * Implicit reparameterization gradients, 2018).
 */
function slope(m: Calculus, a: Value, log: Value): Value {
  const x = m.apply("exp", log);
  const tiny = m.compare("lt", log, TINY);
  const safe = m.where(tiny, a, x);
  const below = m.sub(m.apply("digamma", m.add(a, 1)), log);
  return m.div(m.where(tiny, below, m.op("gammaDrift", [a, safe])), a);
}

export const logGammaDraw = special({
  name: "logGammaDraw",
  doc: "The first input, log of a draw from the gamma distribution with the second input as concentration; its derivative by that keeps the draw's probability.",
  // Parameter `graph` hands the first input through: compiled, it is only a name.
  lowering: "call",
  infer(inputs) {
    checkCount("logGammaDraw", inputs, 2);
    checkKind("logGammaDraw", inputs, 0, "float");
    if (!sameType(inputs[0], inputs[1]))
      throw typeError(
        "logGammaDraw",
        inputs,
        "the operands differ",
        "broadcast the concentration to the draws",
      );
    return [inputs[0]];
  },
  evaluate: ([log]) => [log.slice()],
  jvp(e, at, [, t]) {
    if (!t) return [null];
    const m = new Calculus(e);
    return [m.mul(t, slope(m, at.inputs[1], at.outputs[0]))];
  },
  vjp(e, at, [ct], guarded) {
    if (ct === null) return [null, null];
    const m = new Calculus(e);
    const product = m.mul(ct, slope(m, at.inputs[1], at.outputs[0]));
    return [null, guarded ? m.where(m.compare("eq", ct, 0), 0, product) : product];
  },
  vmap(e, inputs, batched, params, size) {
    if (!batched.includes(true)) return { outputs: e.all(logGammaDraw, inputs, params), batched: [false] };
    const wide = liftAll(e, inputs, batched, size);
    return { outputs: e.all(logGammaDraw, wide, { graph: first(wide.map((v) => v.type)) }), batched: [true] };
  },
});
