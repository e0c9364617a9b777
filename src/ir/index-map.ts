// How a movement reads its input: each input axis as an integer expression of the output's indices.

/**
 * Integer expressions over loop indices. `axis` is the output index on that axis.
 * `div` and `mod` are floor division and remainder by a positive constant on non-negative operands.
 */
export type Index =
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "axis"; readonly axis: number }
  | { readonly kind: "add"; readonly a: Index; readonly b: Index }
  | { readonly kind: "scale"; readonly a: Index; readonly by: number }
  | { readonly kind: "div"; readonly a: Index; readonly by: number }
  | { readonly kind: "mod"; readonly a: Index; readonly by: number };

/** Where output element reads the input; outside `within` (half-open output ranges per axis) the element is `fill`. */
export interface IndexMap {
  /** One expression per input axis. */
  readonly index: readonly Index[];
  /** Present for padding only: per output axis the half-open range that reads the input. */
  readonly within?: readonly (readonly [number, number])[];
  readonly fill?: number;
}
