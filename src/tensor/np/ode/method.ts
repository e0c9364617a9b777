// What an integration method gives to the stepping loop: one step with an error estimate, and values inside of it.
import type { Tensor } from "../../tensor.js";

/** dy/dt at (t, y), of y's shape and dtype. */
export type Field = (t: Tensor, y: Tensor) => Tensor;

export interface Step {
  readonly y: Tensor;
  /** The derivative at the end of the step. */
  readonly slope: Tensor;
  /** Difference from the embedded method of lower order. */
  readonly error: Tensor;
  /** What the interpolant needs besides both ends. */
  readonly dense: readonly Tensor[];
}

/** An accepted step, both ends. */
export interface Span {
  readonly width: Tensor;
  readonly from: { readonly y: Tensor; readonly slope: Tensor };
  readonly to: { readonly y: Tensor; readonly slope: Tensor };
  readonly dense: readonly Tensor[];
}

export interface Method {
  readonly name: string;
  step(field: Field, t: Tensor, y: Tensor, slope: Tensor, h: Tensor): Step;
  /** The solution at the fraction theta of the step. */
  at(theta: Tensor, span: Span): Tensor;
  /** How many dense tensors a step gives. */
  readonly dense: number;
  /** A step changes by error^-exponent times (error of the step before)^memory (Gustafsson 1991; 0: no memory). */
  readonly exponent: number;
  readonly memory: number;
  /** The order of the error estimate plus one, for the first step. */
  readonly order: number;
}
