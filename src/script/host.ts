// The functions that scripts are lowered to. This room stands left of np and the modelling half, so they come in as values.
import type { Tensor } from "../tensor/tensor.js";

/** Anything callable, before its arguments are checked. */
export type Callable = (...args: never[]) => unknown;
type Numeric = unknown;
type Elementwise = (...xs: Numeric[]) => Tensor;

/** The np functions that operators, indexing and loops need. */
export interface Arrays {
  readonly array: (x: unknown, options?: { dtype?: "f64" | "i32" | "bool" }) => Tensor;
  readonly astype: (x: unknown, dtype: "f64" | "i32" | "bool") => Tensor;
  readonly arange: (start: number, stop: number, step?: number, options?: { dtype?: "f64" }) => Tensor;
  readonly zeros: (shape: readonly number[]) => Tensor;
  readonly where: Elementwise;
  readonly add: Elementwise;
  readonly multiply: Elementwise;
  readonly greater: Elementwise;
  readonly clip: Elementwise;
  readonly at: (x: Tensor, ...indices: unknown[]) => Tensor;
  readonly slice: (x: Tensor, ...ranges: (readonly [number, number, number?] | null)[]) => Tensor;
  readonly reshape: (x: unknown, shape: readonly number[]) => Tensor;
  readonly broadcastTo: (x: unknown, shape: readonly number[]) => Tensor;
  readonly transpose: (x: Tensor, axes?: readonly number[]) => Tensor;
  readonly concatenate: (xs: readonly Tensor[], axis?: number) => Tensor;
  readonly stack: (xs: readonly unknown[], axis?: number) => Tensor;
  readonly scatterAdd: (x: unknown, indices: unknown, updates: unknown, axis?: number) => Tensor;
  readonly setAt: (x: unknown, index: unknown, value: unknown, axis?: number) => Tensor;
  readonly take: (x: unknown, indices: unknown, axis?: number) => Tensor;
  readonly sum: (x: unknown, axis?: readonly number[]) => Tensor;
  readonly prod: (x: unknown, axis?: readonly number[]) => Tensor;
  readonly max: (x: unknown, axis?: readonly number[]) => Tensor;
  readonly min: (x: unknown, axis?: readonly number[]) => Tensor;
  readonly any: (x: unknown) => Tensor;
  readonly cumsum: (x: unknown, axis: number) => Tensor;
  readonly scan: (
    f: (carry: unknown, x: unknown) => readonly [unknown, unknown],
    init: unknown,
    xs: unknown,
    options?: { length?: number },
  ) => readonly [unknown, unknown];
  readonly whileLoop: (
    test: (c: unknown) => unknown,
    body: (c: unknown) => unknown,
    init: unknown,
  ) => unknown;
}

/** A distribution, as far as loops must know it. */
export interface DistributionLike {
  readonly support: { readonly name: string };
  readonly name: string;
  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  readonly argConstraints: Readonly<Record<string, { readonly eventDim: number }>>;
  expand(shape: readonly number[]): DistributionLike;
  toEvent(n?: number): DistributionLike;
  mask(mask: unknown): DistributionLike;
  logProb(x: unknown): Tensor;
}

/** A distribution that is told later what it is. */
export interface DeferredLike extends DistributionLike {
  resolve(base: DistributionLike): void;
}

/** What the handlers decided about a site: its value, or the key to draw it with. */
export type Decision = { readonly value: Tensor } | { readonly key: Tensor };

/** A type without contents -> a tensor of it. */
export type Unknown = (type: { readonly dtype: "f64"; readonly shape: readonly number[] }) => Tensor;

/** What a script may call and what its evaluator treats in its own way. */
export interface Host {
  readonly np: Arrays & Readonly<Record<string, unknown>>;
  readonly vmap: (fn: (...xs: Tensor[]) => unknown) => (...xs: Tensor[]) => unknown;
  readonly isDistribution: (x: unknown) => x is DistributionLike;
  /** dist.*: functions that make distributions. */
  readonly families: ReadonlySet<unknown>;
  /** Functions that work element by element, so that lanes need no mapping. */
  readonly elementwise: ReadonlySet<unknown>;
  /** Runs f without looking whether values lie in supports. */
  readonly unchecked: <T>(f: () => T) => T;
  readonly sample: (name: string, d: DistributionLike, options?: object) => Tensor;
  readonly factor: (name: string, logWeight: unknown) => void;
  readonly deterministic: (name: string, value: unknown) => Tensor;
  /** Messages for several sites before any of them is drawn. */
  readonly sampleJointly: (
    sites: readonly { name: string; fn: DeferredLike; infer: Readonly<Record<string, unknown>> }[],
    draw: (decisions: readonly Decision[]) => readonly Tensor[],
  ) => Tensor[];
  readonly deferred: (like: DistributionLike, lead: readonly number[]) => DeferredLike;
  readonly choice: (test: Tensor, yes: DistributionLike, no: DistributionLike) => DistributionLike;
  readonly draw: (d: DistributionLike, key: Tensor) => Tensor;
  readonly foldIn: (key: Tensor, n: unknown) => Tensor;
  /** Runs the body on tensors without contents. */
  readonly abstractly: <T>(label: string, body: (unknown: Unknown) => T) => T;
  /** The batch shape that the plates around have: their sizes from dim -1 on, ones where there is none. */
  readonly plateShape: () => readonly number[];
  readonly param: Callable;
  readonly plate: Callable;
  /** Names that every script sees without capturing them. */
  readonly scope: Readonly<Record<string, unknown>>;
}
