// A seed in, a well-typed random Graph out: made from the rows, over a few small shapes, some of them empty.
import { Builder } from "../../src/ir/builder.js";
import type { Elementwise, Op } from "../../src/ir/op.js";
import type { DType, Graph, Params, Shape, Type, Value } from "../../src/ir/types.js";
import { isFloat, sizeOf } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";

export interface GraphOptions {
  /** Elementwise rows to draw from. */
  readonly elementwise: readonly Elementwise[];
  readonly equations: number;
  /** Element types of the inputs. */
  readonly dtypes: readonly DType[];
  /** Adds axes of length zero. */
  readonly empty: boolean;
}

/** Every elementwise row of the table. */
export const allElementwise: readonly Elementwise[] = [...ops.opTable.values()].filter(
  (op): op is Elementwise => op.kind === "elementwise",
);

/** Rows whose results stay of moderate size and do not amplify rounding errors. */
export const smoothElementwise: readonly Elementwise[] = [
  ...[ops.add, ops.sub, ops.mul, ops.add, ops.sub, ops.mul, ops.neg, ops.abs, ops.square],
  ...[ops.tanh, ops.sin, ops.cos, ops.sigmoid, ops.softplus, ops.max, ops.tanh, ops.sigmoid],
];

export function randomGraph(random: () => number, options: GraphOptions): Graph {
  return new GraphGenerator(random, options).run();
}

/** Draws one equation at a time; random-program.ts adds control flow to it. */
export class GraphGenerator {
  protected readonly builder = new Builder("random");
  protected readonly pool: Value[] = [];
  protected readonly e = ops.emitInto(this.builder);

  constructor(
    protected readonly random: () => number,
    protected readonly options: GraphOptions,
  ) {}

  run(): Graph {
    const { dtypes, equations } = this.options;
    const inputs = 2 + this.below(3);
    for (let i = 0; i < inputs; i++)
      this.pool.push(this.builder.input({ dtype: dtypes[i % dtypes.length], shape: this.shape() }));
    while (this.builder.equations.length < equations) this.step();
    const outputs = Array.from({ length: 1 + this.below(3) }, () => this.late());
    return this.builder.finish([...outputs, this.pool[this.pool.length - 1]]);
  }

  protected below(n: number): number {
    return Math.floor(this.random() * n);
  }
  protected pick<T>(xs: readonly T[]): T {
    return xs[this.below(xs.length)];
  }
  /** Newer values are drawn more often, so that graphs grow deep. */
  protected late(): Value {
    const n = this.pool.length;
    return this.pool[n - 1 - Math.floor(this.random() ** 2 * n)];
  }
  protected shape(): Shape {
    const lengths = this.options.empty ? [1, 2, 3, 4, 0] : [1, 2, 3, 4];
    return Array.from({ length: this.below(4) }, () => this.pick(lengths));
  }
  protected add(op: Op, inputs: readonly Value[], params?: Params): void {
    this.pool.push(...this.e.all(op, inputs, params));
  }

  protected step(): void {
    const kind = this.random();
    if (kind < 0.5) this.elementwise();
    else if (kind < 0.75) this.movement();
    else if (kind < 0.87) this.reduction();
    else this.special();
  }

  /** Some value, brought to the type. */
  protected like({ dtype, shape }: Type): Value {
    const fits = this.pool.filter((v) => v.type.dtype === dtype && v.type.shape.join() === shape.join());
    const choice = this.random();
    if (fits.length > 0 && choice < 0.6) return this.pick(fits);
    if (choice < 0.8 && dtype !== "key") {
      const numbers = isFloat(dtype) ? [0, 1, -1, 2, 0.5, 3, -0.25] : [0, 1];
      return this.e.literal(this.pick(numbers), dtype, shape);
    }
    // A scalar or a lower-dimensional value repeated, where there is one.
    const small = this.pool.filter((v) => v.type.dtype === dtype && v.type.shape.length < shape.length);
    for (const v of small.sort(() => this.random() - 0.5)) {
      const dims: number[] = [];
      shape.forEach((d, i) => {
        if (v.type.shape[dims.length] === d) dims.push(i);
      });
      if (dims.length === v.type.shape.length) return this.e(ops.broadcast, [v], { shape, dims });
    }
    return this.e.literal(1, dtype, shape);
  }

  protected elementwise(): void {
    const x = this.late();
    const op = this.pick(this.options.elementwise);
    const arity = op.range.length;
    const params: Params = op === ops.convert ? { dtype: this.pick(["f64", "i32", "bool"]) } : {};
    const same = Array.from({ length: arity }, () => x.type);
    const bool: Type = { dtype: "bool", shape: x.type.shape };
    const candidates = arity === 3 ? [same, [bool, x.type, x.type]] : [same];
    for (const types of candidates) {
      if (!accepts(op, types, params)) continue;
      this.add(
        op,
        types.map((t, i) => (i === types.length - 1 ? x : this.like(t))),
        params,
      );
      return;
    }
  }

  protected movement(): void {
    const x = this.late();
    const { shape } = x.type;
    const n = shape.length;
    const each = (f: (d: number, i: number) => number): number[] => shape.map(f);
    switch (this.below(6)) {
      case 0: {
        if (n > 2) return;
        const at = this.below(n + 1);
        const wide = [...shape.slice(0, at), this.pick([1, 2, 3]), ...shape.slice(at)];
        const dims = each((_, i) => (i < at ? i : i + 1));
        return this.add(ops.broadcast, [x], { shape: wide, dims });
      }
      case 1: {
        const size = sizeOf(shape);
        const shapes: Shape[] = [[size], [1, size], [size, 1], shape.filter((d) => d !== 1)];
        return this.add(ops.reshape, [x], { shape: this.pick(shapes) });
      }
      case 2: {
        const perm = each((_, i) => i).sort(() => this.random() - 0.5);
        return this.add(ops.transpose, [x], { perm });
      }
      case 3: {
        const start = each((d) => this.below(d + 1));
        const stop = each((d, i) => start[i] + this.below(d - start[i] + 1));
        return this.add(ops.slice, [x], { start, stop, step: each(() => 1 + this.below(2)) });
      }
      case 4:
        return this.add(ops.flip, [x], { axes: each((_, i) => i).filter(() => this.random() < 0.5) });
      default: {
        if (x.type.dtype === "key" || sizeOf(shape) > 60) return;
        const [low, high] = [each(() => this.below(2)), each(() => this.below(2))];
        return this.add(ops.pad, [x], { low, high, fill: 0 });
      }
    }
  }

  protected reduction(): void {
    const x = this.late();
    const axes = x.type.shape.map((_, i) => i).filter(() => this.random() < 0.6);
    const op = this.pick([
      ops.sum,
      ops.sum,
      ops.sum,
      ops.reduceMax,
      ops.reduceMin,
      ops.prod,
      ops.any,
      ops.all,
    ]);
    if (accepts(op, [x.type], { axes })) this.add(op, [x], { axes });
  }

  protected special(): void {
    const x = this.late();
    const { dtype, shape } = x.type;
    const n = shape.length;
    switch (this.below(5)) {
      case 0: {
        if (n === 0) return;
        const axis = this.below(n);
        const start = shape.map(() => 0);
        const stop = shape.map((d, i) => (i === axis ? this.below(d + 1) : d));
        const part = this.e(ops.slice, [x], { start, stop, step: shape.map(() => 1) });
        return this.add(ops.concatenate, [part, x], { axis });
      }
      case 1: {
        if (n === 0 || shape[0] === 0) return;
        const index = this.e(ops.constant, [], { type: "i32", shape: [3], data: new Int32Array([1, 0, 1]) });
        return this.add(ops.gather, [x, index], { axis: 0, batch: 0 });
      }
      case 2: {
        if (n !== 1 || dtype !== "f64" || shape[0] === 0) return;
        const index = this.e(ops.iota, [], { dtype: "i32", shape, axis: 0 });
        const target = this.e.literal(0, "f64", [2]);
        return this.add(ops.scatterAdd, [target, index, x], { axis: 0, batch: 0 });
      }
      case 3: {
        if (n < 2 || dtype !== "f64") return;
        const other = this.like({ dtype, shape: [...shape.slice(0, -2), shape[n - 1], this.pick([1, 2])] });
        return this.add(ops.matmul, [x, other]);
      }
      default:
        if (n > 0 && dtype === "f64")
          this.add(ops.cumsum, [x], { axis: n - 1, reverse: this.random() < 0.5 });
    }
  }
}

function accepts(op: Op, types: readonly Type[], params: Params): boolean {
  try {
    op.infer(types, params);
    return true;
  } catch {
    return false;
  }
}
