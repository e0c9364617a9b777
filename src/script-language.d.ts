// The public names as the inside of a script sees them: values that operators, indices and loops work on under stock TypeScript.
// `import { script, sample, dist, np } from "sinter/script"` is `from "sinter"` at run time.
import type * as sinter from "./index.js";

/** A number: known while compiling, or not. */
export type Scalar = number;

/** Numbers in a row. Arithmetic on whole vectors acts element by element, and gives a `number` to TypeScript's eyes. */
export type Vector = number & Elements<number>;

/** Rows of numbers. */
export type Matrix = number & Elements<Vector>;

interface Elements<T> {
  readonly length: number;
  readonly shape: readonly number[];
  [index: number]: T;
  [Symbol.iterator](): Iterator<T>;
}

/** A distribution over values of type T. */
export interface Dist<T> {
  logProb(x: unknown): number;
  /** One batch axis makes vectors, two make matrices. */
  expand(shape: readonly [number]): Dist<T extends Elements<number> ? Matrix : Vector>;
  expand(shape: readonly [number, number]): Dist<Matrix>;
  expand(shape: readonly number[]): Dist<Vector>;
  toEvent(n?: number): Dist<T>;
  mask(on: unknown): Dist<T>;
  readonly mean: T;
  readonly variance: T;
}

type Argument = number | boolean | Vector | Matrix | readonly (number | readonly number[])[] | object;
type VectorFamily =
  "Dirichlet" | "MultivariateNormal" | "LowRankMultivariateNormal" | "Multinomial" | "DirichletMultinomial";
type MatrixFamily = "LKJCholesky";

export declare const dist: {
  readonly [K in Exclude<keyof typeof sinter.dist, "ImproperUniform">]: (
    ...parameters: readonly Argument[]
  ) => Dist<K extends VectorFamily ? Vector : K extends MatrixFamily ? Matrix : number>;
} & {
  ImproperUniform(
    constraint: sinter.Constraint,
    batchShape: readonly [] | readonly number[],
    eventShape: readonly [number],
  ): Dist<Vector>;
  ImproperUniform(
    constraint: sinter.Constraint,
    batchShape: readonly number[],
    eventShape: readonly [],
  ): Dist<number>;
};

export declare function sample<T>(name: string, d: Dist<T>, options?: { obs?: unknown; infer?: object }): T;
export declare function factor(name: string, logWeight: number): void;
export declare function deterministic<T>(name: string, value: T): T;
export declare function param(
  name: string,
  init: Argument,
  options?: { constraint?: sinter.Constraint },
): Vector;
export declare function plate<R>(
  name: string,
  size: number,
  body: (indices: Vector) => R,
  options?: object,
): R;

/** One number for all elements, or, along an axis, what is left of the others. */
interface Reduce {
  (x: unknown): number;
  (x: unknown, axis: number | readonly number[], options?: object): Vector;
}

/** Functions that give one number when they are given no axis. */
type Reduction = "sum" | "prod" | "mean" | "max" | "min" | "logsumexp" | "all" | "any" | "std" | "var";

export declare const np: {
  readonly [K in Exclude<keyof typeof sinter.np, "zeros" | "ode">]: K extends Reduction
    ? Reduce
    : (typeof sinter.np)[K] extends (...args: never[]) => unknown
      ? (...args: readonly unknown[]) => Vector
      : (typeof sinter.np)[K];
} & {
  zeros(shape: readonly [number]): Vector;
  zeros(shape: readonly [number, number]): Matrix;
  readonly ode: { readonly rk45: Solver; readonly bdf: Solver };
};

/** The solution at the times ts, one row each; f gives dy/dt, an array of one number for each of y. */
type Solver = (
  f: (t: number, y: Vector) => Vector | readonly number[],
  y0: Vector | readonly number[],
  t0: number,
  ts: Vector | readonly number[],
  options?: { rtol?: number; atol?: number; maxSteps?: number; firstStep?: number },
) => Matrix;

/** What a script's argument is to its callers. */
type Outside<T> = T extends number ? sinter.TensorLike : T;

/** See `script` of "sinter". Inside, arguments are numbers, vectors and matrices; outside, tensors and whatever makes one. */
export declare function script<A extends unknown[], R>(
  fn: (...args: A) => R,
  captures?: Readonly<Record<string, unknown>>,
): (...args: { [K in keyof A]: Outside<A[K]> }) => R extends number ? sinter.Tensor : R;

export { bijectors, constraints, handlers, random } from "./index.js";
