// collapse(fn): discrete latent sites are summed out; one factor stands for them and for all that depends on them.
import { Deferred, dist } from "../dist/index.js";
import { broadcastShapes, checkOptions, np, type Tensor } from "../tensor/index.js";
import { eliminateChains } from "./enumeration/eliminate-chains.js";
import { logSumExp } from "./enumeration/eliminate.js";
import { nestingOf } from "./enumeration/nesting.js";
import { EnumeratedRun } from "./enumeration/run.js";
import type { Message } from "./message.js";
import { sample } from "./sample.js";
import { activeFrames, within } from "./stack.js";

/** Options of `handlers.collapse`. */
export interface CollapseOptions {
  /** The name of the factor. Default "collapsed". */
  readonly name?: string;
  /** Batch axes that plates use. Default: found by a run without contents. */
  readonly maxPlateNesting?: number;
}

/**
 * The function with its discrete latent sites summed out exactly, so that gradient-based inference can run it. Their sites, and
 * observed sites that depend on them, are hidden; one factor holds their joint log density. Long chains need `markov`.
 *
 * @example new NUTS(handlers.collapse(mixture))
 */
export function collapse<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CollapseOptions = {},
): (...args: A) => R {
  checkOptions("handlers.collapse", options, ["name", "maxPlateNesting"]);
  return (...args) => {
    const { axes, discrete, crossings, carries } = nestingOf(() => fn(...args));
    if (discrete.length === 0) return fn(...args);
    const [outer] = activeFrames();
    if (outer)
      throw new Error(
        `handlers.collapse: it stands inside plate "${outer.name}", whose axis it cannot sum over; collapse the whole model instead.`,
      );
    const first = -1 - (options.maxPlateNesting ?? axes);
    const run = new EnumeratedRun(first, first, crossings, true);
    const hidden = new Set<Message>();
    const before = (msg: Message, forward: (msg: Message) => Message): void => {
      if (msg.type === "deterministic" && msg.value!.ndim > -1 - run.firstAvailableDim) {
        // A value for every combination of the hidden sites is no draw.
        if (run.touches(msg.value!.shape)) msg.stop = true;
      }
      if (msg.type !== "sample") return;
      const { fn } = msg;
      if (!msg.isObserved && msg.value === undefined && fn!.isDiscrete && fn!.hasEnumerateSupport)
        msg.value = run.values(msg);
      else if (!dependsOnHidden(run, msg)) return;
      else if (!msg.isObserved && msg.value === undefined) msg.value = chosenOutside(run, msg, forward);
      msg.stop = true;
      hidden.add(msg);
    };
    const after = (msg: Message): void => {
      if (hidden.has(msg)) run.score(msg);
    };
    const result = within({ name: "collapse", guard: [fn], carries, before, after }, () => fn(...args));
    const left = eliminateChains(run.factors, run.bound, [], logSumExp, run.chains).factors;
    const total = left.map(({ tensor, scale }) => np.sum(tensor).mul(scale)).reduce((a, b) => a.add(b));
    sample(options.name ?? "collapsed", dist.Unit(total), { obs: 0 });
    return result;
  };
}

function dependsOnHidden(run: EnumeratedRun, msg: Readonly<Message>): boolean {
  if (msg.fn instanceof Deferred) return run.isInChain(msg);
  const { batchShape, eventShape } = msg.fn!;
  const { value } = msg;
  const own = value === undefined ? [] : value.shape.slice(0, value.ndim - eventShape.length);
  return (
    run.touches(batchShape) || (own.length > 0 && run.touches(broadcastShapes("collapse", batchShape, own)))
  );
}

/** A latent site whose distribution depends on hidden ones: handlers outside choose its value, the factor has its density. */
function chosenOutside(run: EnumeratedRun, msg: Message, forward: (msg: Message) => Message): Tensor {
  const fn = msg.fn!;
  if (fn instanceof Deferred)
    return forward({ ...msg, fn: dist.ImproperUniform(fn.support, fn.batchShape, fn.eventShape) }).value!;
  const own = fn.batchShape.slice(Math.max(0, fn.batchShape.length + run.firstAvailableDim + 1));
  // Axes of length 1 in front are there to make room for those of the hidden sites.
  const plates = Math.max(0, ...msg.frames.map((frame) => -frame.dim));
  const rank = Math.max(plates, own.length - leadingOnes(own));
  const batch = own.slice(own.length - rank);
  return forward({ ...msg, fn: dist.ImproperUniform(fn.support, batch, fn.eventShape) }).value!;
}

function leadingOnes(shape: readonly number[]): number {
  const first = shape.findIndex((d) => d !== 1);
  return first < 0 ? shape.length : first;
}
