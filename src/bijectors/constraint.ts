// What a constraint and a bijector are: a set with a test of membership, and a smooth map from all reals onto it.
import { np, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";

/** A set of values. The last `eventDim` axes of a value make one member. */
export interface Constraint {
  /** As printed in errors, bounds included. */
  readonly name: string;
  readonly eventDim: number;
  readonly isDiscrete: boolean;
  /** True for each member (one answer per batch element: the event axes are gone). NaN is never a member. */
  check(x: TensorLike): Tensor;
  /**
   * Where membership is a matter of each element alone and the bounds are known: the same test on one number. Data are
   * then checked in one plain loop.
   */
  readonly element?: (x: number) => boolean;
  /** The ends of a set of single numbers; a side that is left out is infinite. */
  readonly bounds?: { readonly low?: TensorLike; readonly high?: TensorLike };
  /** The map from unconstrained reals, where there is one. */
  bijector?(): Bijector;
}

/** A test of tensors as one of all that stands for a tensor: numbers and arrays too. */
export const membership =
  (of: (x: Tensor) => Tensor): Constraint["check"] =>
  (x) =>
    of(np.array(x));

/** A smooth bijection from unconstrained coordinates x onto constrained values y. */
export interface Bijector {
  readonly name: string;
  /** Trailing axes of x and of y that make one event. */
  readonly domainDim: number;
  readonly codomainDim: number;
  forward(x: Tensor): Tensor;
  inverse(y: Tensor): Tensor;
  /** log |det dy/dx| with the event axes summed away; takes both sides so that neither is computed twice. */
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor;
  /** The shape of y from that of x, and the other way round. */
  forwardShape(shape: Shape): Shape;
  inverseShape(shape: Shape): Shape;
}

/** The bijector of a constraint; discrete sets and sets without a smooth map throw. */
export function biject(constraint: Constraint): Bijector {
  if (constraint.bijector) return constraint.bijector();
  const why = constraint.isDiscrete
    ? "it is discrete; sum it out, or sample it with a kernel for discrete sites"
    : "no smooth map from the reals onto it is known here; use a constraint that has one";
  throw new Error(`biject: the constraint ${constraint.name} has no bijector: ${why}.`);
}

/** A bijector that acts on each element alone; shapes do not change. */
export function elementwise(
  name: string,
  maps: Pick<Bijector, "forward" | "inverse" | "logAbsDetJacobian">,
): Bijector {
  const same = (shape: Shape): Shape => shape;
  return { name, domainDim: 0, codomainDim: 0, forwardShape: same, inverseShape: same, ...maps };
}
