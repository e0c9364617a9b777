// What a variable of a script may hold besides plain JavaScript values and tensors: values that differ between the iterations
// of a loop that is carried out all at once.
import type { Tensor } from "../tensor/tensor.js";

/**
 * A loop whose iterations run together ("lane", one lane per iteration), or one at a time inside a compiled loop ("step").
 * Iteration p (from 0) has the loop variable start + step * p.
 */
export interface Axis {
  readonly kind: "lane" | "step";
  readonly size: number;
  readonly start: number;
  readonly step: number;
  /** The loop variable's name, for errors. */
  readonly name: string;
  /** Outer loops have smaller numbers: the order of axes in a tensor. */
  readonly order: number;
  /** p of the iteration being recorded, for "step". */
  readonly position?: Tensor;
}

/** A different value in each lane: tensor.shape is the sizes of the axes, outermost first, then the shape of one value. */
export class Lane {
  constructor(
    readonly tensor: Tensor,
    readonly axes: readonly Axis[],
  ) {}

  /** The shape of one lane's value. */
  get shape(): readonly number[] {
    return this.tensor.shape.slice(this.axes.length);
  }
}

/** A whole number that is affine in loop variables: offset + sum of factor * p. Indices stay in this form as long as they can. */
export class Affine {
  constructor(
    readonly terms: ReadonlyMap<Axis, number>,
    readonly offset: number,
  ) {}

  static of(axis: Axis): Affine {
    return new Affine(new Map([[axis, axis.step]]), axis.start);
  }

  plus(other: Affine | number, sign = 1): Affine | number {
    if (typeof other === "number") return new Affine(this.terms, this.offset + sign * other);
    const terms = new Map(this.terms);
    for (const [axis, k] of other.terms) {
      const sum = (terms.get(axis) ?? 0) + sign * k;
      if (sum === 0) terms.delete(axis);
      else terms.set(axis, sum);
    }
    const offset = this.offset + sign * other.offset;
    return terms.size === 0 ? offset : new Affine(terms, offset);
  }

  times(k: number): Affine | number {
    if (k === 0) return 0;
    return new Affine(new Map([...this.terms].map(([axis, c]) => [axis, c * k])), this.offset * k);
  }

  /** The least and the greatest value over all iterations. */
  range(): [number, number] {
    let [low, high] = [this.offset, this.offset];
    for (const [axis, k] of this.terms) {
      const far = k * (axis.size - 1);
      if (far < 0) low += far;
      else high += far;
    }
    return [low, high];
  }
}

/** A string that differs between lanes only by loop variables: the name of a site in a loop. */
export class LaneText {
  constructor(
    /** The text with the loop variables taken out: `y` of `y_${t}`. */
    readonly base: string,
    readonly axes: readonly Axis[],
  ) {}
}

/** A variable that was written on some of the paths that lead here; reading it is an error. */
export class Unassigned {}
export const unassigned = new Unassigned();

/** A place that is read on those paths only that have written it: what another path leaves there does not matter. */
export const vacant: unique symbol = Symbol("vacant");

export const sortAxes = (axes: Iterable<Axis>): Axis[] =>
  [...new Set(axes)].sort((a, b) => a.order - b.order);

/** Lane axes that a value varies over. */
export function axesOf(value: unknown): readonly Axis[] {
  if (value instanceof Lane || value instanceof LaneText) return value.axes;
  if (value instanceof Affine) return [...value.terms.keys()].filter((a) => a.kind === "lane");
  return [];
}

/** A plain object, as `{}` makes it. */
export const isRecord = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;
