// Vectors of f64 at addresses in; loops over them, two lanes at a time, in one function out.
import type { FunctionBuilder } from "../function.js";
import { upTo } from "../routines/loops.js";
import { held } from "../routines/updates.js";
import type { Local, Operand, WasmValue } from "../value.js";

/** An address: known, or in a local. */
export type Base = number | WasmValue;

export interface Point {
  readonly q: Base;
  readonly g: Base;
}

/** A place in every vector: bytes from its start, and whether one number is left instead of two. */
export interface At {
  readonly counter: Operand;
  readonly offset: number;
  readonly single: boolean;
}

/** Pairs up to which a loop is written out. */
const WRITTEN_OUT = 1;

export class Vectors {
  constructor(
    readonly f: FunctionBuilder,
    readonly dim: number,
  ) {}

  /** Runs the body for every pair of numbers, and for the one that may be left. */
  each(body: (at: At) => void): void {
    const pairs = Math.floor(this.dim / 2);
    if (pairs <= WRITTEN_OUT)
      for (let i = 0; i < pairs; i++) body({ counter: 0, offset: 16 * i, single: false });
    else upTo(this.f, 0, 16 * pairs, (counter) => body({ counter, offset: 0, single: false }), 16);
    if (this.dim % 2 === 1) body({ counter: 0, offset: 16 * pairs, single: true });
  }

  /** The numbers of a vector there; the second lane is 0 where one is left. */
  load(base: Base, at: At): Local {
    const [address, offset] = this.place(base, at);
    return this.f.load(at.single ? "v128.load64_zero" : "v128.load", address, offset, 8);
  }

  store(base: Base, at: At, value: Operand): void {
    const [address, offset] = this.place(base, at);
    if (at.single) this.f.storeLane("v128.store64_lane", address, value, 0, offset, 8);
    else this.f.store("v128.store", address, value, offset, 8);
  }

  private place(base: Base, { counter, offset }: At): [Operand, number] {
    if (typeof base === "number") return [counter, base + offset];
    return [counter === 0 ? base : this.f.op("i32.add", base, counter), offset];
  }

  add = (a: Operand, b: Operand): Local => this.f.op("f64x2.add", a, b);
  sub = (a: Operand, b: Operand): Local => this.f.op("f64x2.sub", a, b);
  mul = (a: Operand, b: Operand): Local => this.f.op("f64x2.mul", a, b);
  splat = (x: Operand): Local => held(this.f, this.f.op("f64x2.splat", x));

  /** A running sum of pairs, 0 at first. */
  accumulator(): Local {
    return held(this.f, this.f.op("f64x2.splat", 0));
  }

  accumulate(into: Local, a: Operand, b: Operand): void {
    this.f.set(into, this.add(into, this.mul(a, b)));
  }

  /** Both lanes together. */
  total(sum: Local): Local {
    return this.f.op("f64.add", this.f.extract("f64x2.extract_lane", sum, 0), this.f.extract("f64x2.extract_lane", sum, 1)); // prettier-ignore
  }

  copy(to: Base, from: Base): void {
    this.each((at) => this.store(to, at, this.load(from, at)));
  }

  /** A position with the gradient there. */
  copyPoint(to: Base | Point, from: Base | Point): void {
    const [a, b] = [this.point(to), this.point(from)];
    this.each((at) => {
      this.store(a.q, at, this.load(b.q, at));
      this.store(a.g, at, this.load(b.g, at));
    });
  }

  /** A point that is named by its position has its gradient behind it. */
  private point(x: Base | Point): Point {
    if (typeof x === "object" && "q" in x) return x;
    const g = typeof x === "number" ? x + 8 * this.dim : held(this.f, this.f.op("i32.add", x, 8 * this.dim));
    return { q: x, g };
  }
}
