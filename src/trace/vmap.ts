// A function on one element -> the function on a batch of them along an axis.
import { transpose } from "../ops/index.js";
import type { Type } from "../ir/types.js";
import { vmap as batchGraph } from "../transform/transforms.js";
import { flatten, unflatten, type TreeDef } from "../tensor/pytree.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply } from "./apply.js";
import { needFunction } from "./known-options.js";
import { numericLeaves } from "./leaves.js";
import { runGraph, traceGraph } from "./traced.js";

/** The mapped axis of each argument: one number for all, or per argument a number, or null for arguments shared by the batch. */
export type InAxes = number | readonly (number | null)[];

export interface VmapOptions {
  readonly inAxes?: InAxes;
  /** Where the batch axis stands in every result. */
  readonly outAxes?: number;
}

/** `vmap(fn)(xs)` stacks fn(xs[0]), fn(xs[1]), ... without a loop. Plain numbers among the arguments are shared. */
export function vmap<A extends unknown[], R>(
  fn: (...args: A) => R,
  options: InAxes | VmapOptions = {},
): (...args: A) => R {
  needFunction(fn, "vmap");
  const plain = typeof options === "number" || Array.isArray(options);
  const { inAxes = 0, outAxes = 0 } = (plain ? { inAxes: options } : options) as VmapOptions;
  const name = `vmap(${fn.name || "anonymous"})`;
  return (...args) => {
    const mapped: (number | null)[] = [];
    const trees = args.map((arg, i) => {
      const axis = typeof inAxes === "number" ? inAxes : (inAxes[i] ?? null);
      const flat = flatten(arg);
      flat.leaves.forEach((t) => mapped.push(axis === null ? null : checkedAxis(name, t, axis)));
      return flat;
    });
    const leaves = trees.flatMap((flat) => flat.leaves);
    const sizes = leaves.flatMap((t, i) => (mapped[i] === null ? [] : [t.shape[mapped[i]!]!]));
    const size = sizes[0];
    if (size === undefined)
      throw new Error(`${name}: no argument is mapped; give at least one tensor an axis in inAxes.`);
    if (sizes.some((n) => n !== size))
      throw new Error(`${name}: the mapped axes have different lengths: ${sizes.join(", ")}.`);
    const types = leaves.map((t, i): Type => {
      const axis = mapped[i]!;
      return axis === null ? t.type : { dtype: t.dtype, shape: t.shape.filter((_, k) => k !== axis) };
    });
    let def: TreeDef | undefined;
    const { graph, captures } = traceGraph(name, types, (inputs) => {
      let at = 0;
      const rebuilt = trees.map((flat) => unflatten(flat.def, inputs.slice(at, (at += flat.leaves.length))));
      const out = numericLeaves(fn(...(rebuilt as A)), name);
      def = out.def;
      return out.leaves;
    });
    const batched = [...mapped.map((axis) => axis !== null), ...captures.map(() => false)];
    const operands = leaves.map((t, i) => (mapped[i] === null ? t : moveAxis(t, mapped[i]!, 0)));
    const results = runGraph(batchGraph(graph, batched, size, true).graph, [...operands, ...captures], name);
    return unflatten(
      def!,
      results.map((t) => moveAxis(t, 0, outAxes < 0 ? outAxes + t.ndim : outAxes)),
    ) as R;
  };
}

function checkedAxis(name: string, t: Tensor, axis: number): number {
  if (!Number.isInteger(axis) || axis < -t.ndim || axis >= t.ndim)
    throw new RangeError(
      `${name}: axis ${axis} is out of range for an argument of shape [${t.shape.join(",")}]; mark shared arguments with null in inAxes.`,
    );
  return axis < 0 ? axis + t.ndim : axis;
}

/** The tensor with one axis moved. */
export function moveAxis(t: Tensor, from: number, to: number): Tensor {
  if (from === to) return t;
  const perm = t.shape.map((_, i) => i).filter((i) => i !== from);
  perm.splice(to, 0, from);
  return apply(transpose, [t], { perm });
}
