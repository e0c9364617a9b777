// A model whose discrete sites are marked for enumeration in; the model with those sites at likely values, given the rest, out.
import {
  chooseIndices,
  eliminateChains,
  EnumeratedRun,
  handlers,
  logSumExp,
  maximum,
  nestingOf,
  select,
  valuesAt,
  wantsEnumeration,
  within,
  type Message,
  type NamedTensor,
  type Nesting,
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
    const { axes, crossings, carries } = nestingOf(() => fn(...args));
    const first = -1 - (maxPlateNesting ?? axes);
    const run = new EnumeratedRun(first, first, crossings, true);
    const chosen = handlers.block(() => chooseValues(() => fn(...args), run, carries, temperature, root))();
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
  carries: Nesting["carries"],
  temperature: 0 | 1,
  key: Tensor,
): ReadonlyMap<string, Tensor> {
  const keys = random.split(key, 2);
  const values = new Map<string, Tensor>();
  const before = (msg: Message): void => {
    if (wantsEnumeration(msg)) msg.value = run.values(msg);
  };
  const after = (msg: Message): void => {
    if (msg.type !== "sample") {
      if (msg.type === "plate") values.set(msg.name, msg.value!);
      return;
    }
    if (!run.sites.has(msg.name) && !msg.isObserved) {
      if (run.touches(msg.value!.shape.slice(0, msg.value!.ndim - msg.fn!.eventDim)))
        throw new Error(
          `infer.inferDiscrete: site "${msg.name}" is latent and depends on enumerated sites. Decide it first: handlers.condition(model, { ${msg.name}: ... }).`,
        );
      values.set(msg.name, msg.value!);
    }
    run.score(msg);
  };
  handlers.seed(() => within({ name: "inferDiscrete", guard: [], carries, before, after }, fn), keys.at(0))();
  const ring = temperature === 0 ? maximum : logSumExp;
  const { steps } = eliminateChains(run.factors, run.bound, [], ring, run.chains);
  const indices = chooseIndices(steps, (variable, joint, known, choice) => {
    let left: NamedTensor = joint;
    for (const axis of joint.axes)
      if (axis !== variable && known.has(axis)) left = select(left, axis, known.get(axis)!);
    const at = left.axes.indexOf(variable);
    const axes = left.axes.filter((axis) => axis !== variable);
    const last = np.transpose(left.tensor, [...axes.map((axis) => left.axes.indexOf(axis)), at]);
    const own = choice.reduce((k: Tensor, n) => random.foldIn(k, n), keys.at(1));
    const tensor = temperature === 0 ? np.argmax(last, -1) : random.categorical(own, last);
    return { tensor, axes };
  });
  for (const variable of run.variables) {
    const index = indices.get(variable.name);
    if (index) values.set(variable.name, valuesAt(variable.support, index, variable.frames));
  }
  for (const loop of run.loops)
    for (const [name, value] of loop.values(indices, steps)) values.set(name, value);
  return values;
}
