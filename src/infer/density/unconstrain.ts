// Constrained values of sites in, their unconstrained coordinates out; and draws from the prior.
import { biject } from "../../bijectors/index.js";
import { Deferred, type Distribution } from "../../dist/index.js";
import { handlers, type Message } from "../../handlers/index.js";
import { np, random, type Tensor, type TensorLike } from "../../tensor/index.js";
import { callModel, type Model } from "../model.js";
import { constrained, runChosen, unvalidated } from "./choose.js";
import type { LatentSite } from "./sites.js";

/**
 * Writes the coordinates of the given sites into q. The others keep their coordinates, and where `all` is set they must not
 * exist. Bounds may depend on earlier sites, so the model is run once.
 */
export function placeValues(
  label: string,
  model: Model,
  args: readonly unknown[],
  latent: readonly Pick<LatentSite, "name" | "shape" | "unconstrainedShape" | "offset" | "size">[],
  deterministic: readonly string[],
  values: Readonly<Record<string, TensorLike>>,
  q: Float64Array,
  all: boolean,
): void {
  const names = latent.map((site) => site.name);
  const unknown = Object.keys(values).filter(
    (name) => !names.includes(name) && !deterministic.includes(name),
  );
  if (unknown.length > 0)
    throw new Error(`${label}: no latent site is called ${quoted(unknown)}; the sites are ${quoted(names)}.`);
  const missing = all ? names.filter((name) => !Object.hasOwn(values, name)) : [];
  if (missing.length > 0) throw new Error(`${label}: values are missing for ${quoted(missing)}.`);
  const byName = new Map(latent.map((site) => [site.name, site]));
  const place = {
    // Where sites lie does not depend on which rows a subsampled plate sees.
    plate: (_name: string, _size: number, seen: number): Tensor => np.arange(seen),
    latent(msg: Readonly<Message>): Tensor {
      const site = byName.get(msg.name);
      if (!site) throw new Error(`${label}: site "${msg.name}" appeared in a later run only.`);
      const block = q.subarray(site.offset, site.offset + site.size);
      if (!Object.hasOwn(values, msg.name))
        return constrained(msg, np.array(block.slice()).reshape(site.unconstrainedShape)).value;
      const y = checkedValue(label, msg, np.array(values[msg.name], { dtype: "f64" }), site.shape);
      block.set(biject(msg.fn!.support).inverse(y).data());
      return y;
    },
  };
  unvalidated(() => runChosen(model, args, place));
}

function checkedValue(label: string, msg: Readonly<Message>, y: Tensor, shape: readonly number[]): Tensor {
  if (y.shape.join() !== shape.join())
    throw new Error(
      `${label}: the value of site "${msg.name}" has shape [${y.shape.join(", ")}], the site has [${shape.join(", ")}].`,
    );
  const { support } = msg.fn!;
  if (np.all(support.check(y)).item() === 0)
    throw new RangeError(
      `${label}: the value of site "${msg.name}" is outside its support, ${support.name}: ${String(y)}.`,
    );
  return y;
}

/** One draw of every latent site that can be drawn; sites after an improper one see a value inside its support. */
export function priorDraw(
  model: Model,
  args: readonly unknown[],
  key: Tensor,
  /** A value in place of a draw. */
  instead: (fn: Distribution) => Tensor | undefined = () => undefined,
): Readonly<Record<string, Tensor>> {
  const drawn: Record<string, Tensor> = {};
  /** Sites whose loop draws them step by step. */
  const later: string[] = [];
  let next = 0;
  const choose = (msg: Readonly<Message>): Tensor | undefined => {
    if (msg.type !== "sample" || msg.value !== undefined) return undefined;
    const fn = msg.fn!;
    if (fn.name.includes("ImproperUniform")) {
      const bijector = biject(fn.support);
      return bijector.forward(np.zeros(bijector.inverseShape([...fn.batchShape, ...fn.eventShape])));
    }
    if (fn instanceof Deferred) {
      later.push(msg.name);
      return undefined;
    }
    const value = instead(fn);
    if (value) return (drawn[msg.name] = value);
    return (drawn[msg.name] = fn.sample(random.foldIn(key, next++)));
  };
  const { nodes } = handlers.trace(
    handlers.seed(
      handlers.substitute(() => callModel(model, args), choose),
      random.foldIn(key, 4294967295),
    ),
  )();
  for (const name of later) drawn[name] = nodes[name].value as Tensor;
  return drawn;
}

const quoted = (names: readonly string[]): string => names.map((n) => `"${n}"`).join(", ") || "none";

/** The mean of each site's prior, given the means of those before it; sites without one inside their support are absent. */
export function priorMeans(
  model: Model,
  args: readonly unknown[],
  key: Tensor,
): Readonly<Record<string, Tensor>> {
  const known = new Set<Tensor>();
  const values = priorDraw(model, args, key, (fn) => {
    const mean = meanOf(fn);
    if (mean) known.add(mean);
    return mean;
  });
  return Object.fromEntries(Object.entries(values).filter(([, value]) => known.has(value)));
}

function meanOf(fn: Distribution): Tensor | undefined {
  try {
    const mean = np.broadcastTo(fn.mean, [...fn.batchShape, ...fn.eventShape]).add(0);
    const inside = np.all(fn.support.check(mean)).item() !== 0 && np.all(np.isfinite(mean)).item() !== 0;
    return inside ? mean : undefined;
  } catch {
    // Not every distribution has a mean that is known.
    return undefined;
  }
}
