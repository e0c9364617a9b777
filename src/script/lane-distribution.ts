// A distribution whose parameters differ between the iterations of a loop: one distribution with the loop's axes in its batch.
import type { Tensor } from "../tensor/tensor.js";
import type { DistributionLike, Host } from "./host.js";
import { holdsDynamic, isDynamic, spread, tensorOf } from "./lanes.js";
import { readElement } from "./read-element.js";
import { axesOf, isRecord, Lane, sortAxes, type Axis } from "./values.js";

type Make = (axes: readonly Axis[], pad: number) => DistributionLike;

/** The first lane's part of a value. */
function first(host: Host, value: unknown): unknown {
  const x =
    isDynamic(value) || (Array.isArray(value) && holdsDynamic(value)) ? tensorOf(host.np, value) : value;
  if (!(x instanceof Lane)) return x;
  let t: Tensor = x.tensor;
  for (let k = 0; k < x.axes.length; k++) t = readElement(host.np, t, 0, false) as Tensor;
  return t;
}

export class LaneDistribution {
  constructor(
    private readonly host: Host,
    readonly axes: readonly Axis[],
    /** The distribution over the axes (length 1 where a parameter does not vary), with `pad` ones before each lane's own batch. */
    private readonly make: Make,
    /** The distribution of one lane, for its shapes. */
    readonly one: DistributionLike,
  ) {}

  /** dist.F(...args) with arguments that differ between lanes. */
  static call(
    host: Host,
    family: (...args: unknown[]) => DistributionLike,
    args: readonly unknown[],
  ): LaneDistribution {
    const last = args[args.length - 1];
    const named = isRecord(last) ? Object.entries(last) : [];
    const placed = isRecord(last) ? args.slice(0, -1) : args;
    const axes = sortAxes([...placed, ...named.map(([, v]) => v)].flatMap((v) => axesOf(lifted(host, v))));
    const built = (f: (v: unknown, key: string | number) => unknown): DistributionLike =>
      family(
        ...placed.map(f),
        ...(isRecord(last) ? [Object.fromEntries(named.map(([key, v]) => [key, f(v, key)]))] : []),
      );
    const one = built((v) => first(host, v));
    const positions = Object.values(one.argConstraints);
    const make: Make = (over, pad) =>
      built((v, key) => {
        const x = lifted(host, v);
        if (!(x instanceof Lane) || axesOf(x).length === 0) return v;
        const eventDim = (typeof key === "string" ? one.argConstraints[key] : positions[key])?.eventDim ?? 0;
        const batch = x.shape.length - eventDim;
        return spread(host.np, x, over, one.batchShape.length - batch + pad);
      });
    return new LaneDistribution(host, axes, make, one);
  }

  /** A distribution that is the same in all lanes. */
  static same(host: Host, d: DistributionLike): LaneDistribution {
    const make: Make = (over, pad) =>
      d.expand([...over.map(() => 1), ...Array.from({ length: pad }, () => 1), ...d.batchShape]);
    return new LaneDistribution(host, [], make, d);
  }

  get name(): string {
    return this.one.name;
  }

  /** One distribution over all of the axes, each of its full length. */
  over(axes: readonly Axis[]): DistributionLike {
    const d = this.make(axes, 0);
    return d.expand([...axes.map((a) => a.size), ...this.one.batchShape]);
  }

  /** A value of the lanes, brought to the shape that `over` expects. */
  value(x: unknown, axes: readonly Axis[]): Tensor {
    return this.aligned(
      tensorOf(this.host.np, x),
      axes,
      this.one.batchShape.length + this.one.eventShape.length,
    );
  }

  private aligned(t: Tensor | Lane, axes: readonly Axis[], rank: number): Tensor {
    const thin = spread(this.host.np, t, axes, Math.max(0, rank - t.shape.length));
    const shape = [...axes.map((a) => a.size), ...thin.shape.slice(axes.length)];
    return thin.shape.join() === shape.join() ? thin : this.host.np.broadcastTo(thin, shape);
  }

  /** A property or a method. */
  member(key: string): unknown {
    const methods: Record<string, (...args: unknown[]) => unknown> = {
      logProb: (x) => this.apply("logProb", x),
      cdf: (x) => this.apply("cdf", x),
      icdf: (x) => this.apply("icdf", x),
      expand: (shape) => this.expand(shape as readonly number[]),
      toEvent: (n) => this.toEvent(n as number | undefined),
      mask: (on) => this.mask(on),
    };
    if (key in methods) return methods[key];
    if (key === "batchShape" || key === "eventShape" || key === "name") return this.one[key];
    if (key === "mean" || key === "variance") {
      const d = this.make(this.axes, 0) as unknown as Record<string, Tensor>;
      return new Lane(this.aligned(d[key]!, [], 0), this.axes);
    }
    throw new Error(`a distribution made in a loop has no ${key} there`);
  }

  private apply(method: "logProb" | "cdf" | "icdf", x: unknown): Lane {
    const t = tensorOf(this.host.np, x);
    const axes = sortAxes([...this.axes, ...axesOf(t)]);
    const rank = this.one.batchShape.length + this.one.eventShape.length;
    const pad = Math.max(0, t.shape.length - rank);
    const d = this.make(axes, pad) as unknown as Record<string, (x: Tensor) => Tensor>;
    return new Lane(d[method]!(this.aligned(t, axes, rank)), axes);
  }

  private expand(shape: readonly number[]): LaneDistribution {
    const grown = shape.length - this.one.batchShape.length;
    const make: Make = (over, pad) => {
      const d = this.make(over, pad + grown);
      return d.expand([...d.batchShape.slice(0, over.length + pad), ...shape]);
    };
    return new LaneDistribution(this.host, this.axes, make, this.one.expand(shape));
  }

  private mask(on: unknown): LaneDistribution {
    const test = tensorOf(this.host.np, on);
    const make: Make = (over, pad) =>
      this.make(over, pad).mask(
        spread(this.host.np, test, over, pad + this.one.batchShape.length - test.shape.length),
      );
    const one = this.one.mask(first(this.host, on));
    return new LaneDistribution(this.host, sortAxes([...this.axes, ...axesOf(test)]), make, one);
  }

  private toEvent(n?: number): LaneDistribution {
    const count = n ?? this.one.batchShape.length;
    return new LaneDistribution(
      this.host,
      this.axes,
      (over, pad) => this.make(over, pad).toEvent(count),
      this.one.toEvent(count),
    );
  }
}

function lifted(host: Host, v: unknown): unknown {
  return isDynamic(v) || (Array.isArray(v) && holdsDynamic(v)) ? tensorOf(host.np, v) : v;
}
