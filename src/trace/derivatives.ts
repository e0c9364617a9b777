// Functions on trees -> forward and reverse derivatives, Jacobians and Hessians, all by Graph transforms.
import { allocate, isFloat, type Graph, type Type } from "../ir/types.js";
import { reshape } from "../ops/index.js";
import { jvp as forwardGraph, vjp as reverseGraph, vmap as batchGraph } from "../transform/transforms.js";
import { sameTree, showTree, unflatten, type TreeDef } from "../tensor/pytree.js";
import { concrete, type Tensor } from "../tensor/tensor.js";
import { apply } from "./apply.js";
import { chosen, grad, withChosen } from "./grad.js";
import { gradOptions, type GradArguments, type GradientBy, type JacobianOf } from "./gradient-types.js";
import { checkOptions, needFunction } from "./known-options.js";
import { numericLeaves } from "./leaves.js";
import { runGraph, traceGraph } from "./traced.js";
import { moveAxis } from "./vmap.js";

interface Linear {
  readonly graph: Graph;
  /** Arguments, then captures. */
  readonly operands: readonly Tensor[];
  readonly active: readonly boolean[];
  readonly out: TreeDef;
}

function linearise(
  name: string,
  leaves: readonly Tensor[],
  run: (inputs: readonly Tensor[]) => unknown,
): Linear {
  let out: TreeDef | undefined;
  const { graph, captures } = traceGraph(
    name,
    leaves.map((t) => t.type),
    (inputs) => {
      const flat = numericLeaves(run(inputs), name);
      out = flat.def;
      return flat.leaves;
    },
  );
  const active = [...leaves.map(() => true), ...captures.map(() => false)];
  return { graph, operands: [...leaves, ...captures], active, out: out! };
}

function label(kind: string, fn: { readonly name: string }): string {
  needFunction(fn, kind);
  return `${kind}(${fn.name || "anonymous"})`;
}

/** [fn(...primals), its derivative along the tangents]; tangents have the structure of primals. */
export function jvp<A extends unknown[], R>(
  fn: (...args: A) => R,
  primals: A,
  tangents: { [K in keyof A]: unknown },
): [R, R] {
  const name = label("jvp", fn);
  const x = numericLeaves(primals, name);
  const t = numericLeaves(tangents, name);
  if (!sameTree(x.def, t.def))
    throw new Error(
      `${name}: primals are ${showTree(x.def)} and tangents are ${showTree(t.def)}; the structures must be equal.`,
    );
  x.leaves.forEach((p, i) => sameTypes(name, "tangent", t.leaves[i]!.type, p.type, i));
  const { graph, operands, active, out } = linearise(name, x.leaves, (inputs) =>
    fn(...(unflatten(x.def, inputs) as A)),
  );
  const flags = active.map((on, i) => on && isFloat(graph.inputs[i]!.type.dtype));
  const given = t.leaves.filter((_, i) => flags[i]);
  const results = runGraph(forwardGraph(graph, flags), [...operands, ...given], name);
  const n = graph.outputs.length;
  let next = n;
  const derivative = graph.outputs.map((v, i) => (isFloat(v.type.dtype) ? results[next++]! : results[i]!));
  return [unflatten(out, results.slice(0, n)) as R, unflatten(out, derivative) as R];
}

function sameTypes(name: string, what: string, got: Type, wanted: Type, i: number): void {
  if (got.shape.join() !== wanted.shape.join() || (isFloat(wanted.dtype) && got.dtype !== wanted.dtype))
    throw new Error(
      `${name}: ${what} ${i} is ${got.dtype}[${got.shape.join(",")}], it must be ${wanted.dtype}[${wanted.shape.join(",")}].`,
    );
}

/** [fn(...primals), pull]: pull(cotangents of the result) gives one cotangent per argument. */
export function vjp<A extends unknown[], R>(
  fn: (...args: A) => R,
  ...primals: A
): [R, (cotangents: R | unknown) => A] {
  const name = label("vjp", fn);
  const x = numericLeaves(primals, name);
  const { graph, operands, active, out } = linearise(name, x.leaves, (inputs) =>
    fn(...(unflatten(x.def, inputs) as A)),
  );
  const flags = active.map((on, i) => on && isFloat(graph.inputs[i]!.type.dtype));
  const value = unflatten(out, runGraph(graph, operands, name)) as R;
  const back = reverseGraph(graph, flags);
  const pull = (cotangents: unknown): A => {
    const ct = numericLeaves(cotangents, name);
    if (!sameTree(ct.def, out))
      throw new Error(
        `${name}: the result is ${showTree(out)} and the cotangents are ${showTree(ct.def)}; the structures must be equal.`,
      );
    graph.outputs.forEach((v, i) => sameTypes(name, "cotangent", ct.leaves[i]!.type, v.type, i));
    const given = ct.leaves.filter((_, i) => isFloat(graph.outputs[i]!.type.dtype));
    const results = runGraph(back, [...operands, ...given], name);
    let next = 0;
    return unflatten(
      x.def,
      x.leaves.map((t, i) => (flags[i] ? results[next++]! : t)),
    ) as A;
  };
  return [value, pull];
}

/**
 * All partial derivatives: for a result of shape s and an argument of shape t an array of shape s ++ t; trees of results hold
 * trees of arguments. Forward mode when there are no more inputs than outputs, else reverse.
 */
export function jacobian<A extends unknown[], R, const O extends GradArguments = object>(
  fn: (...args: A) => R,
  options?: O,
): (...args: A) => JacobianOf<R, GradientBy<A, O>> {
  const resolved = gradOptions(options);
  checkOptions("jacobian", resolved, ["argnums"]);
  const { argnums = 0 } = resolved;
  const name = label("jacobian", fn);
  return (...args) => {
    const by = chosen(name, args, argnums);
    const { graph, operands, active, out } = linearise(name, by.leaves, (inputs) =>
      fn(...(withChosen(args, argnums, by, inputs) as A)),
    );
    graph.outputs.forEach((v) => {
      if (!isFloat(v.type.dtype))
        throw new TypeError(
          `${name}: the result must be floats, got ${v.type.dtype}[${v.type.shape.join(",")}].`,
        );
    });
    const size = (ts: readonly { readonly type: Type }[]): number =>
      ts.reduce((n, t) => n + elements(t.type), 0);
    const rows =
      size(by.leaves) <= size(graph.outputs)
        ? forwardRows(name, graph, operands, active, by.leaves)
        : reverseRows(name, graph, operands, active, by.leaves);
    return unflatten(
      out,
      rows.map((row) => unflatten(by.def, row)),
    ) as JacobianOf<R, GradientBy<A, O>>;
  };
}

/** Second derivatives of a scalar function: for one argument of shape s an array of shape s ++ s. */
export function hessian<A extends unknown[], const O extends GradArguments = object>(
  fn: (...args: A) => unknown,
  options?: O,
): (...args: A) => JacobianOf<GradientBy<A, O>, GradientBy<A, O>> {
  const by = grad(fn, options) as (...args: A) => GradientBy<A, O>;
  return jacobian(by, options);
}

const elements = (t: Type): number => t.shape.reduce((n, d) => n * d, 1);

/** Unit vectors of the i-th of several types: [n, ...shape] for the i-th, zeros of the same length for the others. */
function basis(types: readonly Type[], i: number): Tensor[] {
  const n = elements(types[i]!);
  return types.map((type, k) => {
    const batched: Type = { dtype: type.dtype, shape: [n, ...type.shape] };
    const data = allocate(batched);
    if (k === i) for (let j = 0; j < n; j++) data[j * n + j] = 1;
    return concrete(batched, data);
  });
}

/** Per output, per argument: one forward pass per element of the argument. */
function forwardRows(
  name: string,
  graph: Graph,
  operands: readonly Tensor[],
  active: readonly boolean[],
  leaves: readonly Tensor[],
): Tensor[][] {
  const forward = forwardGraph(graph, active);
  const types = leaves.map((t) => t.type);
  const columns = types.map((type, i) => {
    const n = elements(type);
    const tangents = basis(types, i);
    const batched = [...operands.map(() => false), ...tangents.map(() => true)];
    const results = runGraph(batchGraph(forward, batched, n, true).graph, [...operands, ...tangents], name);
    return results.slice(graph.outputs.length).map((t) => {
      const last = moveAxis(t, 0, t.ndim - 1);
      return apply(reshape, [last], { shape: [...last.shape.slice(0, -1), ...type.shape] });
    });
  });
  return graph.outputs.map((_, o) => columns.map((column) => column[o]!));
}

/** Per output, per argument: one reverse pass per element of the output. */
function reverseRows(
  name: string,
  graph: Graph,
  operands: readonly Tensor[],
  active: readonly boolean[],
  leaves: readonly Tensor[],
): Tensor[][] {
  const reverse = reverseGraph(graph, active);
  const types = graph.outputs.map((v) => v.type);
  return types.map((type, o) => {
    const cotangents = basis(types, o);
    const batched = [...operands.map(() => false), ...cotangents.map(() => true)];
    const results = runGraph(
      batchGraph(reverse, batched, elements(type), true).graph,
      [...operands, ...cotangents],
      name,
    );
    return results.map((t, i) => apply(reshape, [t], { shape: [...type.shape, ...leaves[i]!.shape] }));
  });
}
