// A family's own facts (parameters, support, draw, log density, moments) -> its callable: positional or named arguments, no `new`.
import { constraints, type Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, Tensor, type Shape, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";
import { stretch } from "./shapes.js";
import { namedParameters } from "./named-parameters.js";
import { wholeCdf, wholeQuantile } from "./borders.js";
import { firstViolation, isCheckable } from "./validation.js";

/** A parameter's set and, where NumPyro has one, its default. */
export interface Parameter {
  readonly constraint: Constraint;
  readonly default?: number;
}

/** Parameters as the family's functions see them: tensors as given, not yet broadcast. */
export type Values<R extends string, O extends string> = { readonly [K in R]: Tensor } & {
  readonly [K in O]?: Tensor;
};

export interface Spec<R extends string, O extends string> {
  /** In NumPyro's positional order. */
  readonly parameters: Readonly<Record<R, Parameter>>;
  /** Alternatives, of which exactly one must be given; they follow in positional order. */
  readonly oneOf?: Readonly<Record<O, Parameter>>;
  /** True only if draws carry gradients to every parameter; gamma draws carry none to their concentration. */
  readonly hasRsample: boolean;
  support(p: Values<R, O>): Constraint;
  eventShape?(p: Values<R, O>): Shape;
  /** Throws when parameters do not go together (sizes, order). */
  check?(p: Values<R, O>): void;
  draw(p: Values<R, O>, key: Key, shape: Shape): Tensor;
  /** The log density inside the support, x a float tensor; parameters alone in terms of their own (see docs of the base). */
  logDensity(p: Values<R, O>, x: Tensor): Tensor;
  mean?(p: Values<R, O>): Tensor;
  variance?(p: Values<R, O>): Tensor;
  entropy?(p: Values<R, O>): Tensor;
  cdf?(p: Values<R, O>, x: Tensor): Tensor;
  icdf?(p: Values<R, O>, q: Tensor): Tensor;
  /** All values along a first axis. */
  enumerate?(p: Values<R, O>): Tensor;
}

export type NamedArguments<R extends string, O extends string> = { readonly [K in R | O]?: TensorLike };

export interface Family<R extends string, O extends string> {
  (...positional: readonly TensorLike[]): FamilyDistribution<R, O>;
  /** Parameters by name, after any that are given in order: `dist.Binomial(10, { logits })`. */
  (...mixed: readonly [...TensorLike[], NamedArguments<R, O>]): FamilyDistribution<R, O>;
  readonly familyName: string;
  /** The parameters by name, in positional order. */
  readonly parameters: Readonly<Record<R, Parameter>>;
  /** Alternatives, of which exactly one is given; they follow the parameters. */
  readonly oneOf: Readonly<Record<string, Parameter>>;
}

/** For families that have alternatives only. */
export const noParameters: Readonly<Record<never, Parameter>> = {};

/** Makes the callable of a family. */
export function family<R extends string, O extends string = never>(
  name: string,
  spec: Spec<R, O>,
): Family<R, O> {
  const all: Record<string, Parameter> = { ...spec.parameters, ...spec.oneOf };
  const names = Object.keys(all);
  // Not an arrow: \`new dist.Normal(0, 1)\` gives the same object.
  const make = function (...args: readonly unknown[]): FamilyDistribution<R, O> {
    const given = namedParameters(name, names, args);
    const values: Record<string, Tensor> = {};
    const weak = new Set<string>();
    for (const key of names) {
      const raw = given[key] ?? all[key]!.default;
      if (raw === undefined) continue;
      values[key] = toParameter(name, key, raw, all[key]!.constraint);
      if (typeof raw === "number") weak.add(key);
    }
    for (const key of Object.keys(spec.parameters))
      if (!(key in values))
        throw new Error(`${name}: the parameter ${key} is missing; it takes ${names.join(", ")}.`);
    const options = Object.keys(spec.oneOf ?? {});
    const chosen = options.filter((key) => key in values);
    if (options.length > 0 && chosen.length !== 1)
      throw new Error(
        `${name}: give exactly one of ${options.join(", ")}; got ${chosen.join(" and ") || "none"}.`,
      );
    const p = values as Values<R, O>;
    spec.check?.(p);
    const batches = Object.entries(values).map(([key, v]) =>
      v.shape.slice(0, v.ndim - all[key]!.constraint.eventDim),
    );
    return new FamilyDistribution(name, spec, p, broadcastShapes(name, ...batches), weak);
  };
  const { parameters, oneOf = {} } = spec;
  return Object.assign(make as Family<R, O>, { familyName: name, parameters, oneOf });
}

/** One distribution of a family. `expand` keeps the parameters as they are and only widens the batch shape. */
export class FamilyDistribution<R extends string, O extends string> extends Distribution {
  override readonly argConstraints: Readonly<Record<string, Constraint>>;
  override readonly hasEnumerateSupport: boolean;

  constructor(
    name: string,
    private readonly spec: Spec<R, O>,
    /** The parameters, as tensors. */
    readonly params: Values<R, O>,
    batchShape: Shape,
    /** Parameters given as plain numbers: they take the precision of the values that they meet. */
    private readonly weak: ReadonlySet<string> = new Set(),
  ) {
    super(name, batchShape, spec.eventShape?.(params) ?? []);
    const all: Record<string, Parameter> = { ...spec.parameters, ...spec.oneOf };
    this.argConstraints = Object.fromEntries(Object.entries(all).map(([key, p]) => [key, p.constraint]));
    this.hasEnumerateSupport = spec.enumerate !== undefined;
  }

  get support(): Constraint {
    return this.spec.support(this.params);
  }

  get hasRsample(): boolean {
    return this.spec.hasRsample;
  }

  protected draw(key: Key, shape: Shape): Tensor {
    return this.spec.draw(this.params, key, shape);
  }

  protected logDensity(x: Tensor): Tensor {
    return this.spec.logDensity(this.paramsFor(x), x);
  }

  private paramsFor(x: Tensor): Values<R, O> {
    if (x.dtype !== "f32" || this.weak.size === 0) return this.params;
    const narrow = [...this.weak].map((key) => {
      const value = (this.params as Readonly<Record<string, Tensor>>)[key]!;
      return [key, np.array(value, { dtype: "f32" })] as const;
    });
    return { ...this.params, ...(Object.fromEntries(narrow) as Partial<Values<R, O>>) };
  }

  protected withBatch(shape: Shape): Distribution {
    return new FamilyDistribution(this.name, this.spec, this.params, shape, this.weak);
  }

  override get mean(): Tensor {
    return this.spec.mean ? this.full(this.spec.mean(this.params)) : super.mean;
  }

  override get variance(): Tensor {
    return this.spec.variance ? this.full(this.spec.variance(this.params)) : super.variance;
  }

  override entropy(): Tensor {
    return this.spec.entropy ? stretch(this.spec.entropy(this.params), this.batchShape) : super.entropy();
  }

  override cdf(x: TensorLike): Tensor {
    if (!this.spec.cdf) return super.cdf(x);
    const value = this.valueOf(x);
    const shape = broadcastShapes(`${this.name}.cdf`, value.shape, this.batchShape);
    const { cdf } = this.spec;
    const p = this.paramsFor(value);
    return stretch(
      wholeCdf(value, this.support, (x) => cdf(p, x)),
      shape,
    );
  }

  override icdf(q: TensorLike): Tensor {
    const { icdf } = this.spec;
    if (!icdf) return super.icdf(q);
    const value = this.probabilityOf(q);
    const shape = broadcastShapes(`${this.name}.icdf`, value.shape, this.batchShape);
    const p = this.paramsFor(value);
    return stretch(
      wholeQuantile(value, this.support, (x) => icdf(p, x)),
      shape,
    );
  }

  override enumerateSupport({ expand = true }: { expand?: boolean } = {}): Tensor {
    if (!this.spec.enumerate) return super.enumerateSupport();
    const values = this.spec.enumerate(this.params);
    const count = values.shape[0]!;
    const thin = values.reshape([count, ...this.batchShape.map(() => 1), ...values.shape.slice(1)]);
    return expand ? stretch(thin, [count, ...this.batchShape, ...this.eventShape]) : thin;
  }

  private full(x: Tensor): Tensor {
    return stretch(x, [...this.batchShape, ...this.eventShape]);
  }
}

function toParameter(name: string, key: string, raw: unknown, constraint: Constraint): Tensor {
  if (raw instanceof Distribution)
    throw new TypeError(
      `${name}: ${key} is a distribution (${raw.name}); a parameter is a value: draw it with sample("${key}", dist.${raw.name}(...)).`,
    );
  const given = raw instanceof Tensor ? raw : np.array(raw as TensorLike);
  // One number for a whole vector, as NumPyro's default loc = 0 of a multivariate normal.
  const value = given.ndim === 0 && constraint === constraints.realVector ? given.reshape([1]) : given;
  const float = value.dtype === "f64" || value.dtype === "f32" ? value : np.array(value, { dtype: "f64" });
  if (float.ndim < constraint.eventDim)
    throw new Error(
      `${name}: ${key} needs at least ${constraint.eventDim} axes (${constraint.name}), got shape [${float.shape.join(", ")}].`,
    );
  if (isCheckable(float)) {
    const bad = firstViolation(float, constraint);
    if (bad !== null) throw new RangeError(`${name}: ${key} must be ${constraint.name}, got ${bad}.`);
  }
  return float;
}
