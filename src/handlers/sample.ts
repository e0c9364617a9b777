// sample(name, distribution, { obs }): a random choice of the model, or an observation.
import { Distribution, firstViolation, isCheckable } from "../dist/index.js";
import { np, Tensor, type TensorLike } from "../tensor/index.js";
import { withOrigin } from "../trace/trace.js";
import { deterministic } from "./deterministic.js";
import { nextKey } from "./global-seed.js";
import { message, showSite, type Message } from "./message.js";
import { send } from "./stack.js";

/** Options of `sample`. */
export interface SampleOptions {
  /** The observed value; absent or null means that the site is latent. */
  readonly obs?: TensorLike | null;
  /** Per element of `obs`, whether it was observed; the others become latent. */
  readonly obsMask?: TensorLike | null;
  /** Notes for inference algorithms. */
  readonly infer?: Readonly<Record<string, unknown>>;
}

const OPTIONS = new Set(["obs", "obsMask", "infer"]);

/** Returns the observed value, or one that the enclosing handlers choose, or a draw. */
export function sample(name: string, fn: Distribution, options: SampleOptions = {}): Tensor {
  if (typeof name !== "string")
    throw new TypeError(
      `sample: the first argument is the name of the site, a string; got ${describeOther(name)}. Write sample("x", dist.Normal(0, 1)).`,
    );
  if (!(fn instanceof Distribution))
    throw new TypeError(
      `site "${name}": sample needs a distribution such as dist.Normal(0, 1), got ${describeOther(fn)}.`,
    );
  if (typeof options !== "object" || options instanceof Tensor || Array.isArray(options))
    throw new TypeError(
      `site "${name}": the third argument of sample holds options; an observed value is given as { obs: value }.`,
    );
  for (const key of Object.keys(options))
    if (!OPTIONS.has(key))
      throw new Error(`site "${name}": sample has no option ${key}; it knows ${[...OPTIONS].join(", ")}.`);
  const { obs, obsMask, infer = {} } = options;
  if (obsMask !== undefined && obsMask !== null) return partlyObserved(name, fn, obs, obsMask, infer);
  const isObserved = obs !== undefined && obs !== null;
  const msg = message("sample", name, {
    fn,
    isObserved,
    untrusted: isObserved,
    value: isObserved ? toTensor(obs) : undefined,
    infer: { ...infer },
    compute: settle,
  });
  return withOrigin(name, () => send(msg)).value!;
}

/** A value for the site: the one it has, checked, or a draw. */
export function settle(msg: Message): Tensor {
  const fn = msg.fn!;
  if (msg.value === undefined) return fn.sample(msg.key ?? nextKey(showSite(msg)));
  fits(msg, fn);
  if (msg.isObserved) checkSupport(msg, fn, msg.value);
  return msg.value;
}

function fits(msg: Message, fn: Distribution): void {
  try {
    fn.valueOf(msg.value!);
  } catch (error) {
    const plates = msg.frames.map((f) => `"${f.name}" (dim ${f.dim}, size ${f.subsampleSize})`);
    const where = plates.length > 0 ? ` Plates around it: ${plates.join(", ")}.` : "";
    throw new Error(`${showSite(msg)}: ${(error as Error).message}${where}`, { cause: error });
  }
}

/** Observations are tested where they are known; under a false mask they may be anything. */
function checkSupport(msg: Message, fn: Distribution, value: Tensor): void {
  if (!isCheckable(value)) return;
  const { mask } = msg;
  if (mask?.link) return;
  const { support } = fn;
  const tested = mask
    ? {
        ...support,
        element: undefined,
        check: (x: Tensor) => np.logicalOr(support.check(x), np.logicalNot(mask)),
      }
    : support;
  const bad = firstViolation(fn.valueOf(value), tested);
  if (bad !== null)
    throw new RangeError(
      `${showSite(msg)}: the observed value ${bad} is outside the support of ${fn.name}, ${support.name}.`,
    );
}

/** Two sites, <name>_observed and <name>_unobserved, each counted where the mask says, merged under the name. */
function partlyObserved(
  name: string,
  fn: Distribution,
  obs: TensorLike | null | undefined,
  obsMask: TensorLike,
  infer: Readonly<Record<string, unknown>>,
): Tensor {
  if (obs === undefined || obs === null)
    throw new Error(`site "${name}": obsMask needs obs, the partly observed value.`);
  const mask = np.array(obsMask, { dtype: "bool" });
  const observed = sample(`${name}_observed`, fn.mask(mask), { obs, infer });
  const latent = sample(`${name}_unobserved`, fn.mask(np.logicalNot(mask)), { infer });
  const wide = mask.reshape([...mask.shape, ...fn.eventShape.map(() => 1)]);
  return deterministic(name, np.where(wide, observed, latent));
}

const toTensor = (x: TensorLike): Tensor => (x instanceof Tensor ? x : np.array(x));

function describeOther(x: unknown): string {
  if (typeof x === "function") return "a function (call it: dist.Normal(0, 1))";
  return x instanceof Tensor ? "a tensor" : String(x);
}
