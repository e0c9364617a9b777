// A model whose discrete sites are marked for enumeration in; the model with those sites at likely values, given the rest, out.
import {
  eliminate,
  EnumeratedRun,
  handlers,
  logSumExp,
  maximum,
  nestingOf,
  select,
  wantsEnumeration,
  within,
  type Enumerated,
  type Factor,
  type Message,
  type NamedTensor,
} from "../handlers/index.js";
import { checkOptions, np, random, type Tensor } from "../tensor/index.js";

/** Options of `infer.inferDiscrete`. */
export interface InferDiscreteOptions {
  /** 1: a draw from the exact joint posterior of the marked sites. 0: their most probable joint values. Default 1. */
  readonly temperature?: 0 | 1;
  /** A random key or a number, for draws and for sites that nothing decides. Default 0. */
  readonly key?: Tensor | number;
  /** Batch axes that plates use. Default: found by a run without contents. */
  readonly maxPlateNesting?: number;
}

/**
 * The model with every site marked `{ infer: { enumerate: "parallel" } }` (see `infer.configEnumerate`) set to a draw from its
 * posterior, or to the mode, given the observations and the other sites. Condition or replay inside: what is not decided there is
 * drawn with `key`.
 *
 * @example infer.inferDiscrete(infer.configEnumerate(handlers.condition(hmm, draws)), { temperature: 0 })(data)
 */
export function inferDiscrete<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: InferDiscreteOptions = {},
): (...args: A) => R {
  checkOptions("infer.inferDiscrete", options, ["temperature", "key", "maxPlateNesting"]);
  const { temperature = 1, key = 0, maxPlateNesting } = options;
  if (temperature !== 0 && temperature !== 1)
    throw new RangeError(`infer.inferDiscrete: temperature must be 0 or 1, got ${String(temperature)}.`);
  const decided = (...args: A): R => {
    const root = typeof key === "number" ? random.key(key) : key;
    const { axes, crossings } = nestingOf(() => fn(...args));
    const first = -1 - (maxPlateNesting ?? axes);
    const run = new EnumeratedRun(first, first, crossings);
    const chosen = handlers.block(() => chooseValues(() => fn(...args), run, temperature, root))();
    return handlers.substitute(fn, (msg) => chosen.get(msg.name))(...args);
  };
  made.add(decided);
  return decided;
}

/** What `inferDiscrete` made: it asks nobody outside for the values of sites. */
const made = new WeakSet<object>();
export const infersDiscrete = (model: object): boolean => made.has(model);

function chooseValues(
  fn: () => unknown,
  run: EnumeratedRun,
  temperature: 0 | 1,
  key: Tensor,
): ReadonlyMap<string, Tensor> {
  const keys = random.split(key, 2);
  const factors: Factor[] = [];
  const values = new Map<string, Tensor>();
  const before = (msg: Message): void => {
    if (wantsEnumeration(msg)) msg.value = run.values(msg);
  };
  const after = (msg: Message): void => {
    if (msg.type !== "sample") {
      if (msg.type === "plate") values.set(msg.name, msg.value!);
      return;
    }
    const marked = run.variables.some((v) => v.name === msg.name);
    if (!marked && !msg.isObserved) {
      if (run.touches(msg.value!.shape.slice(0, msg.value!.ndim - msg.fn!.eventDim)))
        throw new Error(
          `infer.inferDiscrete: site "${msg.name}" is latent and depends on enumerated sites. Decide it first: handlers.condition(model, { ${msg.name}: ... }).`,
        );
      values.set(msg.name, msg.value!);
    }
    factors.push(run.factor(msg));
  };
  handlers.seed(() => within({ name: "inferDiscrete", guard: [], before, after }, fn), keys.at(0))();
  const ring = temperature === 0 ? maximum : logSumExp;
  const { steps } = eliminate(factors, run.variables, [], ring);
  // The last variable summed out depends on none; going back, each depends on those that are known by then.
  const indices = new Map<string, NamedTensor>();
  const names = new Set(run.variables.map((v) => v.name));
  [...steps].reverse().forEach(({ variable, joint }, i) => {
    let left: NamedTensor = joint;
    for (const axis of joint.axes)
      if (axis !== variable && names.has(axis)) left = select(left, axis, indices.get(axis)!);
    const at = left.axes.indexOf(variable);
    const axes = left.axes.filter((axis) => axis !== variable);
    const last = np.transpose(left.tensor, [...axes.map((axis) => left.axes.indexOf(axis)), at]);
    const tensor =
      temperature === 0 ? np.argmax(last, -1) : random.categorical(random.foldIn(keys.at(1), i), last);
    indices.set(variable, { tensor, axes });
  });
  for (const variable of run.variables) {
    const index = indices.get(variable.name);
    if (index) values.set(variable.name, valueAt(variable, index));
  }
  return values;
}

/** The values of the support at the indices, in the batch shape of the site. */
function valueAt({ frames, support }: Enumerated, { tensor, axes }: NamedTensor): Tensor {
  const ordered = [...frames].sort((a, b) => a.dim - b.dim);
  const moved = np.transpose(
    tensor,
    ordered.map((frame) => axes.indexOf(frame.name)),
  );
  const rank = Math.max(0, ...frames.map((frame) => -frame.dim));
  const batch = Array.from({ length: rank }, () => 1);
  for (const frame of frames) batch[rank + frame.dim] = frame.subsampleSize;
  return np.take(support, moved, 0).reshape([...batch, ...support.shape.slice(1)]);
}
