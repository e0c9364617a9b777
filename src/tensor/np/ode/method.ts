// What an integration method gives to the stepping loop: one step with an error estimate, and values inside of it.
import type { Tensor } from "../../tensor.js";

/** The state: y alone, or y and its sensitivities. */
export type State = readonly Tensor[];

/** The derivative of each part of the state by time. */
export type Field = (t: Tensor, y: State) => State;

export interface Step {
  readonly y: State;
  /** The derivative at the end of the step. */
  readonly slope: State;
  /** Difference from the embedded method of lower order. */
  readonly error: State;
  /** What the interpolant needs besides both ends, each for the whole state. */
  readonly dense: readonly State[];
}

/** An accepted step, both ends. */
export interface Span {
  readonly width: Tensor;
  readonly from: { readonly y: State; readonly slope: State };
  readonly to: { readonly y: State; readonly slope: State };
  readonly dense: readonly State[];
}

export interface Method {
  readonly name: string;
  step(field: Field, t: Tensor, y: State, slope: State, h: Tensor): Step;
  /** The solution at the fraction theta of the step. */
  at(theta: Tensor, span: Span): State;
  /** Before the first step, when the interpolant has to be the tangent at the start. */
  dense(slope: State): readonly State[];
  /** The order of the solution, and of the error estimate. */
  readonly order: number;
  readonly errorOrder: number;
}
