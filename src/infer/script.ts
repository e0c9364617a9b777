// `script` for models: the reader of sources (src/script) with np, the distributions and the primitives that it lowers to.
import { bijectors, constraints } from "../bijectors/index.js";
import { Choice, Deferred, dist, Distribution } from "../dist/index.js";
import {
  activeFrames,
  deterministic,
  factor,
  handlers,
  param,
  plate,
  sample,
  sampleJointly,
  subsample,
} from "../handlers/index.js";
import { makeScript } from "../script/script.js";
import type { Host } from "../script/host.js";
import { unvalidated } from "./density/choose.js";
import { np, random, vmap, type Tensor } from "../tensor/index.js";
import { abstractly } from "../trace/abstract.js";

/** np functions of one element at a time: every method of a tensor that keeps its shape, and a few more. */
const elementwise = [
  ..."add subtract sub multiply mul divide div negative neg absolute abs sign minimum maximum square reciprocal power pow mod".split(
    " ",
  ),
  ..."remainder floorDivide sqrt exp expm1 log log1p log2 log10 sin cos tan arcsin asin arccos acos arctan atan arctan2 atan2".split(
    " ",
  ),
  ..."sinh cosh tanh arcsinh asinh arccosh acosh arctanh atanh sigmoid logaddexp floor ceil round trunc".split(
    " ",
  ),
  ..."less lessEqual greater greaterEqual equal notEqual logicalAnd logicalOr logicalXor logicalNot".split(
    " ",
  ),
  ..."isnan isfinite isinf where clip stopGradient".split(" "),
];
const arrays = np as unknown as Record<string, unknown>;
/** What np.special has besides. */
const alongAxes = new Set<unknown>([np.special.logsumexp, np.special.softmax, np.special.logSoftmax]);

const host: Host = {
  np: np as unknown as Host["np"],
  vmap: vmap as unknown as Host["vmap"],
  isDistribution: (x): x is Distribution => x instanceof Distribution,
  families: new Set<unknown>(Object.values(dist)),
  elementwise: new Set([
    ...elementwise.map((name) => arrays[name]),
    ...Object.values(np.special).filter((f) => !alongAxes.has(f)),
  ]),
  unchecked: unvalidated,
  sample: sample as unknown as Host["sample"],
  factor: factor as unknown as Host["factor"],
  deterministic: deterministic as unknown as Host["deterministic"],
  sampleJointly: sampleJointly as unknown as Host["sampleJointly"],
  deferred: ((like: Distribution, lead: readonly number[]) => {
    // Bounds that were made while the sites were looked for cannot be used: this throws then.
    like.support.check(np.zeros([...like.batchShape, ...like.eventShape]));
    return new Deferred(like, lead);
  }) as unknown as Host["deferred"],
  choice: ((test: Tensor, yes: Distribution, no: Distribution) =>
    new Choice(test, yes, no)) as unknown as Host["choice"],
  draw: ((d: Distribution, key: Tensor) => d.sample(key)) as unknown as Host["draw"],
  foldIn: random.foldIn as unknown as Host["foldIn"],
  abstractly: abstractly as unknown as Host["abstractly"],
  plateShape: () => {
    const frames = activeFrames();
    const depth = Math.max(0, ...frames.map((f) => -f.dim));
    return Array.from(
      { length: depth },
      (_, i) => frames.find((f) => f.dim === i - depth)?.subsampleSize ?? 1,
    );
  },
  param: param as unknown as Host["param"],
  plate: plate as unknown as Host["plate"],
  scope: {
    np,
    random,
    dist,
    constraints,
    bijectors,
    handlers,
    sample,
    param,
    plate,
    factor,
    deterministic,
    subsample,
  },
};

/**
 * fn compiled from its source, with its `if`, `for` and `while` kept: operators work on tensors, loops over elements become array
 * operations, a sample statement in a loop becomes one site. The result is called, traced and differentiated like fn.
 * Names from outside are given as `captures`; sinter's own public names are known. Throws ScriptError with the place in the source.
 */
export const script = makeScript(host);
