// One particle's estimate as a function of a key in; that of several particles, stacked along a first axis, out.
import { handlers, within, type Message } from "../../handlers/index.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { currentTrace } from "../../trace/trace.js";
import { vmap } from "../../trace/vmap.js";
import { wholeNumber } from "../known-options.js";

/** Options of every ELBO. */
export interface ParticleOptions {
  /** Draws averaged per step. Default 1. */
  readonly particles?: number;
  /** true: in compiled steps the particles are one batch axis; false: a loop, which needs less memory. Default true. */
  readonly vectorizeParticles?: boolean;
}

export const PARTICLE_OPTIONS = ["particles", "vectorizeParticles"] as const;

type Estimates = Readonly<Record<string, Tensor>>;

/** Runs one particle, or many. */
export type Particles = <E extends Estimates>(one: (key: Tensor) => E, key: Tensor) => E;

/** The results of `one`, each with a first axis that counts the particles. */
export function particlesOf(where: string, options: ParticleOptions): Particles {
  const count = wholeNumber(where, "particles", options.particles ?? 1, 1);
  const { vectorizeParticles = true } = options;
  return <E extends Estimates>(one: (key: Tensor) => E, key: Tensor): E => {
    if (count === 1) return stack([one(key)]);
    const keys = random.split(key, count);
    const trace = currentTrace();
    return within({ name: where, guard: [], before: (msg) => refuseMutable(msg, count) }, () => {
      if (!trace || trace.eager) return stack(Array.from({ length: count }, (_, i) => one(keys.at(i))));
      if (vectorizeParticles) return vmap(one)(keys);
      // The sites of a particle are its own: the scan would take those of model and guide for two of one name.
      const alone = handlers.block(one, ({ type }) => type === "sample" || type === "deterministic");
      return np.scan((carry: Tensor, k: Tensor) => [carry, alone(k)], np.array(0), keys)[1] as E;
    });
  };
}

function refuseMutable(msg: Message, count: number): void {
  if (msg.type === "mutable")
    throw new Error(
      `mutable "${msg.name}": each of the ${count} particles would leave a value of its own; use particles: 1.`,
    );
}

function stack<E extends Estimates>(rows: readonly E[]): E {
  return Object.fromEntries(
    Object.keys(rows[0]).map((name) => [name, np.stack(rows.map((row) => row[name]))]),
  ) as E;
}
