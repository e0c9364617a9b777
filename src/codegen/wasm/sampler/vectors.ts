// Vectors of f64 at addresses in; loops over them, two lanes at a time, in one function out.
import type { FunctionBuilder } from "../function.js";
import { held } from "../routines/updates.js";
import type { Local, Operand, WasmValue } from "../value.js";

/** An address: known, or in a local. */
export type Base = number | WasmValue;

export interface Point {
  readonly q: Base;
  readonly g: Base;
}

/** A place in every vector: bytes from its start. */
export type At = Local;

/** The first lanes of two pairs, and the second ones. */
const [FIRST, SECOND] = [0, 8].map((from) =>
  [0, 16].flatMap((of) => Array.from({ length: 8 }, (_, i) => of + from + i)),
) as [number[], number[]];

export class Vectors {
  constructor(
    readonly f: FunctionBuilder,
    /** Bytes of a vector, which is a whole number of pairs: the second of an odd number of coordinates' last one is 0, or 1 of a scale. */
    readonly stride: number,
  ) {}

  /** Runs the body for every pair of numbers. */
  each(body: (at: At) => void): void {
    const { f } = this;
    const at = held(f, f.constant("i32", 0));
    f.loop((again) => {
      body(at);
      f.set(at, f.op("i32.add", at, 16));
      f.brIf(again, f.op("i32.lt_s", at, this.stride));
    });
  }

  /** The numbers of a vector there. */
  load(base: Base, at: At): Local {
    return this.f.load("v128.load", ...this.place(base, at), 8);
  }

  store(base: Base, at: At, value: Operand): void {
    const [address, offset] = this.place(base, at);
    this.f.store("v128.store", address, value, offset, 8);
  }

  private place(base: Base, at: At): [Operand, number] {
    return typeof base === "number" ? [at, base] : [this.f.op("i32.add", base, at), 0];
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

  /** Of two sums, in a lane each, whether both lanes together are greater than 0: not where they are not a number. */
  positive(a: Local, b: Local): Local {
    const { f } = this;
    return f.op("f64x2.gt", this.add(f.shuffle(a, b, FIRST), f.shuffle(a, b, SECOND)), f.splat("f64x2", 0));
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
  point(x: Base | Point): Point {
    if (typeof x === "object" && "q" in x) return x;
    return { q: x, g: held(this.f, this.f.op("i32.add", x, this.stride)) };
  }
}
