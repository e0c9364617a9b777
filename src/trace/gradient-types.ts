// The TypeScript types of derivatives (the structure of an argument with tensors for leaves), and their options in both forms.
import type { TensorLike, TypedArray } from "../tensor/array.js";
import type { Tensor } from "../tensor/tensor.js";

/** A tree of tensors and numbers with every leaf a tensor; what np functions take counts as one. */
export type Tensors<T> = unknown extends T ? T : [TensorLike] extends [T] ? Tensor : TreeOfTensors<T>;
type TreeOfTensors<T> = T extends Tensor | number | boolean | TypedArray
  ? Tensor
  : T extends (...args: never[]) => unknown
    ? T
    : T extends object
      ? { -readonly [K in keyof T]: Tensors<T[K]> }
      : T;
export type Gradient<T> = Tensors<T>;

export interface GradOptions {
  /** Which arguments to differentiate by; the first unless told. */
  readonly argnums?: number | readonly number[];
  /** The function returns [value, aux]; aux is passed on as it is. */
  readonly hasAux?: boolean;
}

/** Options, or argnums alone as in JAX. */
export type GradArguments = GradOptions | number | readonly number[];

/** Options from either form. */
export const gradOptions = (given: GradArguments | undefined): GradOptions =>
  typeof given === "number" || Array.isArray(given) ? { argnums: given } : ((given ?? {}) as GradOptions);

type Argnums<O> = O extends number | readonly number[] ? O : O extends { readonly argnums: infer N } ? N : 0;

/** The gradient for one argument, or the list of gradients for several. */
export type GradientBy<A extends readonly unknown[], O> =
  Argnums<O> extends infer N ? (N extends number ? Gradient<A[N]> : Gradient<A[number]>[]) : never;

/** What grad returns: the gradient, and aux beside it when asked for. */
export type GradResult<A extends readonly unknown[], R, O> = O extends { readonly hasAux: true }
  ? [gradient: GradientBy<A, O>, aux: R extends readonly [unknown, infer X] ? X : unknown]
  : GradientBy<A, O>;

/** Trees of results hold trees of arguments. */
export type JacobianOf<R, G> = R extends Tensor | number
  ? G
  : R extends object
    ? { -readonly [K in keyof R]: JacobianOf<R[K], G> }
    : G;
