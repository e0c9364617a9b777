// EulerMaruyama(t, sde, initDist): paths of a stochastic differential equation at the times t, each step a Gaussian.
import { constraints, type Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, random, Tensor, vmap, type Shape, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";
import { stretch } from "./shapes.js";
import { LOG_SQRT_2PI } from "./standardise.js";

/** State and time -> drift and diffusion, each of the state's shape or one that broadcasts to it. */
export type Sde = (state: Tensor, t: Tensor) => readonly [TensorLike, TensorLike];

interface Steps {
  readonly z: Tensor;
  readonly at: Tensor;
  readonly dt: Tensor;
}

const product = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

export class Path extends Distribution {
  readonly support: Constraint;

  constructor(
    readonly t: Tensor,
    readonly sde: Sde,
    readonly initial: Distribution,
    batchShape: Shape,
  ) {
    super("EulerMaruyama", batchShape, [t.shape.at(-1)!, ...initial.eventShape]);
    this.support = constraints.independent(constraints.real, this.eventDim);
  }

  get hasRsample(): boolean {
    return this.initial.hasRsample;
  }

  /** Drift and diffusion of states [...lead, ...state] at times [...lead], in the states' shape. */
  private fields(x: Tensor, t: Tensor): [Tensor, Tensor] {
    const state = this.initial.eventShape;
    const lead = x.shape.slice(0, x.ndim - state.length);
    const one = (y: Tensor, at: Tensor): [Tensor, Tensor] => {
      const [drift, diffusion] = this.sde(y, at);
      return [stretch(np.array(drift), y.shape), stretch(np.array(diffusion), y.shape)];
    };
    if (lead.length === 0) return one(x, t);
    const n = product(lead);
    const [f, g] = vmap(one)(x.reshape([n, ...state]), stretch(t, lead).reshape([n]));
    return [f.reshape(x.shape), g.reshape(x.shape)];
  }

  /** The lengths of the steps, of shape [...lead, steps] with ones for the axes of a state. */
  private steps(t: Tensor): Tensor {
    const dt = np.diff(t, 1, -1);
    return dt.reshape([...dt.shape, ...this.initial.eventShape.map(() => 1)]);
  }

  protected draw(key: Key, shape: Shape): Tensor {
    const keys = random.split(key, 2);
    const state = this.initial.eventShape;
    const n = this.t.shape.at(-1)!;
    const start = this.initial.expand(shape).sample(keys.at(0));
    const times = stretch(this.t, [...shape, n]);
    const before = times.slice(...shape.map(() => null), [0, n - 1]);
    const noise = random.normal(keys.at(1), [...shape, n - 1, ...state]);
    const first = (x: Tensor): Tensor => np.moveaxis(x, shape.length, 0);
    const advance = (y: Tensor, { z, at, dt }: Steps): [Tensor, Tensor] => {
      const [f, g] = this.fields(y, at);
      const next = y.add(dt.mul(f)).add(np.sqrt(dt).mul(g).mul(z));
      return [next, next];
    };
    const [, path] = np.scan(advance, start, {
      z: first(noise),
      at: first(before),
      dt: first(this.steps(times)),
    });
    return np.concatenate(
      [np.expandDims(start, shape.length), np.moveaxis(path, 0, shape.length)],
      shape.length,
    );
  }

  protected logDensity(x: Tensor): Tensor {
    const lead = x.shape.slice(0, x.ndim - this.eventDim);
    const n = this.t.shape.at(-1)!;
    const times = stretch(this.t, [...broadcastShapes("EulerMaruyama", lead, this.t.shape.slice(0, -1)), n]);
    const whole = stretch(x, [...times.shape, ...this.initial.eventShape]);
    const all = times.shape.slice(0, -1).map(() => null);
    const [before, after] = [whole.slice(...all, [0, n - 1]), whole.slice(...all, [1, n])];
    const [f, g] = this.fields(before, times.slice(...all, [0, n - 1]));
    const dt = this.steps(times);
    const scale = np.sqrt(dt).mul(g);
    const z = after.sub(before.add(dt.mul(f))).div(scale);
    const axes = Array.from({ length: this.eventDim }, (_, i) => -1 - i);
    const density = np.sum(np.square(z).mul(-0.5).sub(np.log(scale)).sub(LOG_SQRT_2PI), axes);
    return density.add(this.initial.logProbWithin(np.take(whole, 0, all.length)));
  }

  protected withBatch(shape: Shape): Distribution {
    return new Path(this.t, this.sde, this.initial, shape);
  }
}

/** EulerMaruyama(t, sde, initDist): `sde(state, t)` gives drift and diffusion; the state at t[0] is a draw of initDist, and t must rise. */
export function EulerMaruyama(t: TensorLike, sde: Sde, initDist: Distribution): Distribution {
  if (typeof sde !== "function")
    throw new TypeError("EulerMaruyama: the second argument is a function (state, t) => [drift, diffusion].");
  if (!(initDist instanceof Distribution))
    throw new TypeError("EulerMaruyama: initDist must be a distribution, such as dist.Normal(0, 1).");
  const times = t instanceof Tensor ? t : np.array(t, { dtype: "f64" });
  const n = times.shape.at(-1) ?? 0;
  if (n < 2) throw new Error(`EulerMaruyama: t must hold two times or more, got ${n}.`);
  if (!times.link && !(np.min(np.diff(times, 1, -1)).item() > 0))
    throw new RangeError("EulerMaruyama: the times t must rise.");
  return new Path(
    times,
    sde,
    initDist,
    broadcastShapes("EulerMaruyama", times.shape.slice(0, -1), initDist.batchShape),
  );
}
