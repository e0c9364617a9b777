// The names of this room: primitives, the parameter store, and `handlers`.
import { block } from "./block.js";
import { collapse } from "./collapse.js";
import { condition } from "./condition.js";
import { do_ } from "./do.js";
import { enumerate } from "./enumerate.js";
import { inferConfig } from "./infer-config.js";
import { lift } from "./lift.js";
import { mask } from "./mask.js";
import { reparam } from "./reparam.js";
import { replay } from "./replay.js";
import { scale } from "./scale.js";
import { scope } from "./scope.js";
import { seed } from "./seed.js";
import { substitute } from "./substitute.js";
import { trace } from "./trace.js";
import { uncondition } from "./uncondition.js";

import "./branch-sites.js";
import "./scan-sites.js";

export { deterministic } from "./deterministic.js";
export { wantsEnumeration } from "./enumerate.js";
export { chooseIndices, eliminateChains } from "./enumeration/eliminate-chains.js";
export { logSumExp, maximum, type Factor } from "./enumeration/eliminate.js";
export {
  add as addNamed,
  alignAll as alignNamed,
  select,
  type Named as NamedTensor,
} from "./enumeration/named.js";
export { valuesAt } from "./enumeration/values-at.js";
export { nestingOf, type Nesting } from "./enumeration/nesting.js";
export { EnumeratedRun, type Enumerated } from "./enumeration/run.js";
export { factor } from "./factor.js";
export { setSeed } from "./global-seed.js";
export { markov } from "./markov.js";
export { heldBy, mutable, type Mutable } from "./mutable.js";
export { param, type ParamOptions } from "./param.js";
export { clearParamStore, getParamStore, type ParamStore } from "./param-store.js";
export { plate, type PlateOptions } from "./plate.js";
export { sampleJointly, type Decision, type JointSite } from "./sample-jointly.js";
export { sample, type SampleOptions } from "./sample.js";
export { subsample } from "./subsample.js";
export {
  activeFrames,
  activeHandlers,
  apart,
  handle,
  lastStatement,
  send,
  within,
  type Handler,
} from "./stack.js";
export { message, type Frame, type Message, type SiteType } from "./message.js";
export { logProb, logProbSum } from "./score.js";
export type { SiteTrace, TraceNode } from "./trace.js";
export type { SiteValues } from "./values.js";
export type { Strategy } from "./reparam.js";

/** Lets each say which argument is wrong where its first one is not a function. */
function onFunctions(all: Record<string, (...args: never[]) => unknown>): void {
  for (const [name, handler] of Object.entries(all))
    all[name] = (...args) => {
      const fn: unknown = args[0];
      if (typeof fn === "function") return handler(...args);
      throw new TypeError(
        `handlers.${name}: the first argument must be the function whose sites it handles, got ${fn === null ? "null" : typeof fn}.`,
      );
    };
}

/** Effect handlers: each takes a function and gives one whose statements it watches or changes. */
export const handlers = {
  block,
  collapse,
  condition,
  do_,
  enumerate,
  inferConfig,
  lift,
  mask,
  reparam,
  replay,
  scale,
  scope,
  seed,
  substitute,
  trace,
  uncondition,
};
onFunctions(handlers);
