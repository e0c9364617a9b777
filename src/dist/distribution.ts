// What every distribution has: shapes, support, draws, log density, moments; the parts that follow from others are here.
// Shapes are NumPyro's: a draw has shape sample ++ batch ++ event, a log density sample ++ batch.
import { constraints, type Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, Tensor, type Shape, type TensorLike } from "../tensor/index.js";
import { wholeQuantile } from "./borders.js";
import { countQuantile } from "./count-quantile.js";
import { equalShapes, fits, showShape, stretch } from "./shapes.js";
import { firstViolation, insideOf, isCheckable, outside } from "./validation.js";

/** A random key made by random.key or random.split. */
export type Key = Tensor;

/** What the wrappers (toEvent, mask) need; registered by their files so that this one does not import them. */
export interface Wrappers {
  independent(base: Distribution, n: number): Distribution;
  masked(base: Distribution, mask: TensorLike): Distribution;
}

let wrappers: Wrappers | null = null;
export function registerWrappers(w: Wrappers): void {
  wrappers = w;
}

/** What every distribution has: shapes, support, draws, log density; moments, cdf and entropy where they are known. */
export abstract class Distribution {
  constructor(
    /** The family, as in NumPyro. */
    readonly name: string,
    readonly batchShape: Shape,
    readonly eventShape: Shape,
  ) {}

  abstract readonly support: Constraint;
  /** Whether draws are differentiable functions of the parameters. */
  abstract readonly hasRsample: boolean;
  /** Constraints of the parameters, by name. */
  readonly argConstraints: Readonly<Record<string, Constraint>> = {};
  /** Whether enumerateSupport lists all values. */
  readonly hasEnumerateSupport: boolean = false;

  get eventDim(): number {
    return this.eventShape.length;
  }

  get isDiscrete(): boolean {
    return this.support.isDiscrete;
  }

  /** A draw of shape `shape` ++ eventShape, independent over all of `shape` (sample axes, then the batch axes). */
  protected abstract draw(key: Key, shape: Shape): Tensor;

  /** The log density for values in the support; may still lack batch axes along which it is constant. */
  protected abstract logDensity(x: Tensor): Tensor;

  /** The same distribution with a batch shape that the present one broadcasts to. */
  protected abstract withBatch(shape: Shape): Distribution;

  /** Draws of shape `shape` ++ batchShape ++ eventShape. */
  sample(key: Key, shape: number | Shape = []): Tensor {
    return this.draw(key, [...(typeof shape === "number" ? [shape] : shape), ...this.batchShape]);
  }

  /**
   * The log density, of the batch shape that value and distribution broadcast to.
   * Outside the support a concrete value throws (see setValidation), a traced one gives -Infinity.
   */
  logProb(x: TensorLike): Tensor {
    const value = this.valueOf(x);
    if (isCheckable(value)) {
      const bad = firstViolation(value, this.support);
      if (bad !== null)
        throw new RangeError(
          `${this.name}.logProb: the value ${bad} is outside the support, ${this.support.name}.`,
        );
    }
    const inside = insideOf(value, this.support);
    const density = this.logProbWithin(value);
    return inside === null ? density : np.where(inside, density, outside(value, this.eventDim));
  }

  /** The log density of values known to be in the support: no test is made, and none is compiled. */
  logProbWithin(x: TensorLike): Tensor {
    const value = this.valueOf(x);
    const batch = value.shape.slice(0, value.ndim - this.eventDim);
    return stretch(this.logDensity(value), broadcastShapes(`${this.name}.logProb`, batch, this.batchShape));
  }

  /** A value as a float tensor whose shape fits; throws naming both shapes otherwise. */
  valueOf(x: TensorLike): Tensor {
    const given = x instanceof Tensor ? x : np.array(x);
    const value = given.dtype === "f64" || given.dtype === "f32" ? given : np.array(given, { dtype: "f64" });
    const split = value.ndim - this.eventDim;
    const event = value.shape.slice(Math.max(0, split));
    const batch = value.shape.slice(0, Math.max(0, split));
    if (split < 0 || !equalShapes(event, this.eventShape) || !broadcastable(batch, this.batchShape))
      throw new Error(
        `${this.name}: a value of shape ${showShape(value.shape)} does not fit batch shape ${showShape(this.batchShape)} ` +
          `and event shape ${showShape(this.eventShape)}.`,
      );
    return value;
  }

  /** Expected value, of shape batchShape ++ eventShape; NaN where it does not exist. */
  get mean(): Tensor {
    return this.missing("mean");
  }

  /** Variance of each element, of shape batchShape ++ eventShape. */
  get variance(): Tensor {
    return this.missing("variance");
  }

  /** Differential entropy (discrete: Shannon's), in nats, of shape batchShape. */
  entropy(): Tensor {
    return this.missing("entropy");
  }

  /** P(X <= x), elementwise. */
  cdf(_x: TensorLike): Tensor {
    return this.missing("cdf");
  }

  /** The quantile function, elementwise. That of counts is found from their cdf where there is one. */
  icdf(q: TensorLike): Tensor {
    if (!this.isDiscrete || this.eventDim > 0 || this.cdf === Distribution.prototype.cdf)
      return this.missing("icdf");
    const { bounds } = this.support;
    const value = this.probabilityOf(q);
    const shape = broadcastShapes(`${this.name}.icdf`, value.shape, this.batchShape);
    const inside = (p: Tensor): Tensor =>
      countQuantile(p, shape, bounds?.low ?? 0, bounds?.high, (k) => this.cdf(k));
    return stretch(wholeQuantile(value, this.support, inside), shape);
  }

  /** Probabilities as a float tensor that fits the batch; known ones outside of [0, 1] throw. */
  protected probabilityOf(q: TensorLike): Tensor {
    const value = this.valueOf(q);
    const bad = isCheckable(value) ? firstViolation(value, constraints.unitInterval) : null;
    if (bad !== null) throw new RangeError(`${this.name}.icdf: the probability ${bad} is not in [0, 1].`);
    return value;
  }

  /** All values, along a new first axis: [count, ...batch] with `expand` (the default), else [count, 1, ..., 1]. */
  enumerateSupport(_options: { expand?: boolean } = {}): Tensor {
    return this.missing("enumerateSupport");
  }

  /** The same distribution repeated independently to a larger batch shape. */
  expand(shape: Shape): Distribution {
    if (!fits(this.batchShape, shape))
      throw new Error(
        `${this.name}.expand: batch shape ${showShape(this.batchShape)} cannot become ${showShape(shape)}.`,
      );
    return this.withBatch(shape);
  }

  /** Reads the last n batch axes (all of them by default) as part of the event: the log density sums over them. */
  toEvent(n: number = this.batchShape.length): Distribution {
    if (!Number.isInteger(n) || n < 0 || n > this.batchShape.length)
      throw new Error(
        `${this.name}.toEvent(${n}): the batch shape ${showShape(this.batchShape)} has only ${this.batchShape.length} axes.`,
      );
    return n === 0 ? this : wrappers!.independent(this, n);
  }

  /** The same draws; the log density counts only where the mask is true. */
  mask(mask: TensorLike): Distribution {
    return wrappers!.masked(this, mask);
  }

  toString(): string {
    return `${this.name}(batch ${showShape(this.batchShape)}, event ${showShape(this.eventShape)})`;
  }

  protected missing(what: string): never {
    throw new Error(
      `${this.name} has no ${what} here: no closed form is implemented. Estimate it from draws: ${this.name}(...).sample(key, [1000]).`,
    );
  }
}

/** Whether two shapes broadcast together. */
function broadcastable(a: Shape, b: Shape): boolean {
  const n = Math.min(a.length, b.length);
  for (let i = 1; i <= n; i++) {
    const x = a[a.length - i]!;
    const y = b[b.length - i]!;
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}
