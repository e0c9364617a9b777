// A seed in, a random Graph with control flow, longer axes and keys out: what the backends are compared on.
import { Builder } from "../../src/ir/builder.js";
import type { Elementwise } from "../../src/ir/op.js";
import type { Graph, Shape, Type, Value } from "../../src/ir/types.js";
import { sameType, sizeOf } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";
import { GraphGenerator, type GraphOptions } from "./random-graph.js";

/** Rows that take small whole numbers to whole numbers, so that every order of summation gives the same bits. */
export const exactElementwise: readonly Elementwise[] = [
  ...[ops.add, ops.sub, ops.add, ops.sub, ops.mul, ops.neg, ops.abs, ops.sign, ops.min, ops.max, ops.floor],
  ...[ops.lt, ops.le, ops.gt, ops.ge, ops.eq, ops.ne, ops.and, ops.or, ops.not, ops.where, ops.where],
  ...[ops.convert, ops.idiv, ops.irem, ops.stopGradient],
];

export interface ProgramOptions extends GraphOptions {
  /** How many levels of sub-graphs may be nested. */
  readonly depth: number;
  /** Leaves out sums and products, whose bits depend on the order. */
  readonly orderFree?: boolean;
}

/** A graph whose outputs include inputs, constants and repeats. */
export function randomProgram(random: () => number, options: ProgramOptions): Graph {
  return new ProgramGenerator(random, options).program();
}

const largest = 600;

class ProgramGenerator extends GraphGenerator {
  /** Few lengths a graph, so that statements find loops to share. */
  private readonly lengths: readonly number[];

  constructor(
    random: () => number,
    protected override readonly options: ProgramOptions,
  ) {
    super(random, options);
    const some = Array.from({ length: 1 + this.below(3) }, () => this.pick([1, 2, 3, 4, 5, 7, 8, 33]));
    this.lengths = options.empty && this.random() < 0.2 ? [...some, 0] : some;
  }

  program(): Graph {
    const { dtypes, equations } = this.options;
    const inputs = 1 + this.below(4);
    for (let i = 0; i < inputs; i++)
      this.pool.push(this.builder.input({ dtype: this.pick(dtypes), shape: this.shape() }));
    // Some steps make nothing; give up after enough of them.
    for (let n = 0; n < 4 * equations && this.builder.equations.length < equations; n++) this.step();
    const outputs = Array.from({ length: 1 + this.below(equations) }, () =>
      this.random() < 0.1 ? this.pick(this.pool) : this.late(),
    );
    if (this.random() < 0.2) outputs.push(outputs[0]);
    return this.builder.finish([...outputs, this.pool[this.pool.length - 1]]);
  }

  protected override shape(): Shape {
    let shape = Array.from({ length: this.below(4) }, () => this.pick(this.lengths));
    while (sizeOf(shape) > largest) shape = shape.slice(1);
    return shape;
  }

  protected override add(...[op, inputs, params]: Parameters<GraphGenerator["add"]>): void {
    const made = op.infer(
      inputs.map((v) => v.type),
      params ?? {},
    );
    if (made.every((t) => sizeOf(t.shape) <= 4 * largest)) super.add(op, inputs, params);
  }

  protected override reduction(): void {
    if (!this.options.orderFree) return super.reduction();
    const x = this.late();
    if (x.type.dtype === "key") return;
    const axes = x.type.shape.map((_, i) => i).filter(() => this.random() < 0.6);
    const op =
      x.type.dtype === "bool" ? this.pick([ops.any, ops.all]) : this.pick([ops.reduceMax, ops.reduceMin]);
    this.add(op, [x], { axes });
  }

  protected override special(): void {
    const choice = this.random();
    if (this.options.depth > 0 && choice < 0.5) return this.control();
    if (choice < 0.6) return this.random() < 0.3 ? this.randomness() : this.lookup();
    if (this.options.orderFree) return choice < 0.8 ? this.sorted() : this.lookup();
    if (choice < 0.7) return this.sorted();
    super.special();
  }

  /** Gather, scatter or one slice replaced along any axis, with computed indices that may lie outside. */
  private lookup(): void {
    const x = this.late();
    const { shape, dtype } = x.type;
    if (shape.length === 0) return;
    const axis = this.below(shape.length);
    if (shape[axis] === 0) return;
    const batch = this.below(axis + 1);
    if (this.random() < 0.4) {
      const index = this.like({ dtype: "i32", shape: shape.slice(0, batch) });
      const slice = this.like({ dtype, shape: [...shape.slice(0, axis), ...shape.slice(axis + 1)] });
      return this.add(ops.setAt, [x, index, slice], { axis, batch });
    }
    const at: Shape = [...shape.slice(0, batch), ...this.pick([[], [3], [2, 3], [7], [0]])];
    const index = this.like({ dtype: "i32", shape: at });
    if (this.random() < 0.6 || this.options.orderFree || dtype === "bool" || dtype === "key")
      return this.add(ops.gather, [x, index], { axis, batch });
    const updates: Type = {
      dtype,
      shape: [...shape.slice(0, axis), ...at.slice(batch), ...shape.slice(axis + 1)],
    };
    this.add(ops.scatterAdd, [x, index, this.like(updates)], { axis, batch });
  }

  private sorted(): void {
    const x = this.late();
    const { shape, dtype } = x.type;
    if (shape.length === 0 || dtype === "bool" || dtype === "key") return;
    const axis = this.below(shape.length);
    if (shape[axis] === 0) return;
    this.add(this.pick([ops.sort, ops.argsort, ops.argmax, ops.argmin]), [x], { axis });
  }

  private randomness(): void {
    const keys = this.pool.filter((v) => v.type.dtype === "key");
    if (keys.length === 0) {
      const seed = this.pool.find((v) => v.type.dtype === "i32" || v.type.dtype === "u32");
      if (seed) this.add(ops.seedKey, [seed]);
      return;
    }
    const key = this.pick(keys);
    if (this.random() < 0.5) this.add(ops.splitKey, [key], { n: 1 + this.below(3) });
    else this.add(ops.randomBits, [key], { shape: this.pick([[], [3], [2, 5]]) });
  }

  // ---- control flow -----------------------------------------------------------------------------------------------

  private control(): void {
    switch (this.below(4)) {
      case 0:
        return this.conditional();
      case 1:
        return this.whileLoop();
      case 2:
        return this.scanned();
      default: {
        const inputs = this.operands(3);
        return this.add(ops.call, inputs, { graph: this.sub("called", inputs, [null, null]) });
      }
    }
  }

  private operands(most: number): Value[] {
    return Array.from({ length: this.below(most + 1) }, () => this.late());
  }

  /** A closed graph on values of the types of `inputs`; null leaves an output's type open. */
  private sub(
    name: string,
    inputs: readonly { readonly type: Type }[],
    outputs: readonly (Type | null)[],
  ): Graph {
    const child = new ProgramGenerator(this.random, {
      ...this.options,
      depth: this.options.depth - 1,
      equations: 1 + this.below(5),
    });
    return child.closed(name, inputs, outputs);
  }

  private closed(
    name: string,
    inputs: readonly { readonly type: Type }[],
    outputs: readonly (Type | null)[],
  ): Graph {
    for (const v of inputs) this.pool.push(this.builder.input(v.type));
    if (this.pool.length === 0) this.pool.push(this.e.literal(2, "f64", [3]));
    const { equations } = this.options;
    for (let n = 0; n < 3 * equations && this.builder.equations.length < equations; n++) this.step();
    const results = outputs.map((t) => (t ? this.exactly(t) : this.late()));
    return { ...this.builder.finish(results), name };
  }

  /** A value of the type: often a swap of inputs, sometimes a new one. */
  private exactly(type: Type): Value {
    const fits = this.pool.filter((v) => sameType(v.type, type));
    if (fits.length > 0 && (type.dtype === "key" || this.random() < 0.9)) return this.pick(fits);
    return this.like(type);
  }

  private test(): Value {
    const bools = this.pool.filter((v) => sameType(v.type, { dtype: "bool", shape: [] }));
    if (bools.length > 0 && this.random() < 0.7) return this.pick(bools);
    const numbers = this.pool.filter((v) => v.type.dtype === "f64");
    if (numbers.length === 0) return this.e.literal(this.random() < 0.5 ? 1 : 0, "bool");
    const x = this.pick(numbers);
    const most = this.e(ops.reduceMax, [x], { axes: x.type.shape.map((_, i) => i) });
    return this.e(ops.gt, [most, this.e.literal(this.below(3) - 1, "f64")]);
  }

  private conditional(): void {
    const inputs = this.operands(3);
    const then = this.sub("then", inputs, [null, null].slice(this.below(2)));
    const otherwise = this.sub(
      "otherwise",
      inputs,
      then.outputs.map((v) => v.type),
    );
    if (then.outputs.some((v) => v.type.dtype === "key" && !otherwise.outputs.length)) return;
    this.add(ops.cond, [this.test(), ...inputs], { then, otherwise });
  }

  /** Carries: one or two of one type, so that they can swap. */
  private carries(): Value[] {
    const first = this.late();
    const more = this.random() < 0.6 ? [this.like(first.type)] : [];
    return first.type.dtype === "key" ? [first] : [first, ...more];
  }

  private whileLoop(): void {
    const consts = this.operands(2);
    const counter = this.e.literal(0, "i32");
    const carry = [counter, ...this.carries()];
    const turns = this.below(5);
    const both = [...consts, ...carry];
    // The counter is the first carry: the test compares it, the body adds one.
    const at = consts.length;
    const test = new Builder("test");
    const tested = both.map((v) => test.input(v.type));
    const e = ops.emitInto(test);
    const below = e(ops.lt, [tested[at], e.literal(turns, "i32")]);
    const body = this.sub(
      "body",
      both,
      carry.map((v) => v.type),
    );
    const step = new Builder("step");
    const stepped = both.map((v) => step.input(v.type));
    const next = ops.emitInto(step).all(ops.call, stepped, { graph: body });
    const one = ops.emitInto(step);
    const params = {
      test: test.finish([below]),
      body: step.finish([one(ops.add, [stepped[at], one.literal(1, "i32")]), ...next.slice(1)]),
      consts: consts.length,
      limit: this.random() < 0.5 ? null : 1 + this.below(4),
    };
    this.add(ops.while_, both, params);
  }

  private scanned(): void {
    const consts = this.operands(2);
    const carry = this.random() < 0.8 ? this.carries() : [];
    const length = this.pick([1, 2, 3, 5, ...(this.options.empty ? [0] : [])]);
    const xs: Value[] = [];
    for (let n = this.below(3); n > 0; n--) {
      const fits = this.pool.filter((v) => v.type.shape[0] === length);
      if (fits.length > 0 && this.random() < 0.7) xs.push(this.pick(fits));
      else {
        // An inline expression: nothing stores it.
        const x = this.late();
        if (sizeOf(x.type.shape) * length > largest) continue;
        const shape = [length, ...x.type.shape];
        xs.push(this.e(ops.broadcast, [x], { shape, dims: x.type.shape.map((_, i) => i + 1) }));
      }
    }
    const inner = [
      ...[...consts, ...carry].map((v) => ({ type: v.type })),
      ...xs.map((v) => ({ type: { dtype: v.type.dtype, shape: v.type.shape.slice(1) } })),
    ];
    const ys: null[] = [null, null, null].slice(this.below(4));
    const body = this.sub("turn", inner, [...carry.map((v) => v.type), ...ys]);
    const params = {
      body,
      consts: consts.length,
      carries: carry.length,
      length,
      reverse: this.random() < 0.4,
    };
    this.add(ops.scan, [...consts, ...carry, ...xs], params);
  }
}
