// Tensors whose axes have names in; sums, reductions and selections by name out.
import { np, type Tensor } from "../../tensor/index.js";

export interface Named {
  readonly tensor: Tensor;
  /** One per axis of the tensor. */
  readonly axes: readonly string[];
}

/** The tensor with the given axes in the given order; those it lacks have length 1. */
export function align({ tensor, axes }: Named, to: readonly string[]): Tensor {
  const present = to.filter((axis) => axes.includes(axis));
  const moved = np.transpose(
    tensor,
    present.map((axis) => axes.indexOf(axis)),
  );
  return moved.reshape(to.map((axis) => (axes.includes(axis) ? tensor.shape[axes.indexOf(axis)] : 1)));
}

/** All with the same axes, broadcast against each other. */
export function alignAll(terms: readonly Named[]): Tensor[] {
  const axes = [...new Set(terms.flatMap((term) => term.axes))];
  return terms.map((term) => align(term, axes));
}

export function add(terms: readonly Named[]): Named {
  const axes = [...new Set(terms.flatMap((term) => term.axes))];
  return { axes, tensor: terms.map((term) => align(term, axes)).reduce((a, b) => a.add(b)) };
}

/** Applies a reduction over the named axes. */
export function reduce(
  { tensor, axes }: Named,
  over: readonly string[],
  op: (x: Tensor, axes: number[]) => Tensor,
): Named {
  const at = over.filter((axis) => axes.includes(axis)).map((axis) => axes.indexOf(axis));
  if (at.length === 0) return { tensor, axes };
  return { tensor: op(tensor, at), axes: axes.filter((axis) => !over.includes(axis)) };
}

/** The entries at `index` along one axis; the index's own axes are among the tensor's others. */
export function select(x: Named, axis: string, index: Named): Named {
  const k = x.axes.indexOf(axis);
  const shape = x.tensor.shape.map((d, i) => (i === k ? 1 : d));
  const wide = np.broadcastTo(align(index, x.axes), shape);
  const picked = np.takeAlongAxis(x.tensor, wide, k);
  return {
    tensor: picked.reshape(shape.filter((_, i) => i !== k)),
    axes: x.axes.filter((name) => name !== axis),
  };
}
