// A scalar function on trees -> its gradient: a recorded tape with jit off, a Graph transform inside traces.
import { Builder } from "../ir/builder.js";
import { isFloat, type Equation, type Graph, type Value } from "../ir/types.js";
import { valueAndGrad as gradGraph } from "../transform/transforms.js";
import { flatten, unflatten, type Flat } from "../tensor/pytree.js";
import { concrete, describe, Tensor } from "../tensor/tensor.js";
import { EagerBuilder } from "./eager.js";
import { gradOptions, type GradArguments, type GradientBy, type GradResult } from "./gradient-types.js";
import { checkOptions, needFunction } from "./known-options.js";
import { numericLeaves } from "./leaves.js";
import { tensor } from "./promote.js";
import { runGraph } from "./traced.js";
import { currentTrace, Trace, within } from "./trace.js";

/** What differentiation is by: the chosen arguments as one tree, with float tensors as leaves. */
export function chosen(name: string, args: readonly unknown[], argnums: number | readonly number[]): Flat {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  for (const i of list)
    if (!Number.isInteger(i) || i < 0 || i >= args.length)
      throw new RangeError(
        `${name}: argnums names argument ${i}, but ${args.length} were given (they count from 0).`,
      );
  const flat = numericLeaves(typeof argnums === "number" ? args[argnums] : list.map((i) => args[i]), name);
  if (flat.leaves.length === 0)
    throw new Error(`${name}: the chosen arguments hold no tensors to differentiate by.`);
  for (const t of flat.leaves)
    if (!isFloat(t.dtype))
      throw new TypeError(
        `${name}: ${describe(t)} is not a float; only f64 and f32 have derivatives. Choose other arguments with { argnums }.`,
      );
  return flat;
}

/** The arguments with the chosen ones replaced. */
export function withChosen(
  args: readonly unknown[],
  argnums: number | readonly number[],
  flat: Flat,
  leaves: readonly Tensor[],
): unknown[] {
  const tree = unflatten(flat.def, leaves);
  const next = [...args];
  if (typeof argnums === "number") next[argnums] = tree;
  else argnums.forEach((i, k) => (next[i] = (tree as unknown[])[k]));
  return next;
}

/**
 * The value and the gradient; the gradient has the structure of the chosen argument (a list of them for several). The second argument
 * is { argnums, hasAux }, or argnums alone.
 */
export function valueAndGrad<A extends unknown[], R, const O extends GradArguments = object>(
  fn: (...args: A) => R,
  options?: O,
): (...args: A) => [value: R, gradient: GradientBy<A, O>] {
  needFunction(fn, "grad");
  const name = `grad(${fn.name || "anonymous"})`;
  const resolved = gradOptions(options);
  checkOptions(name, resolved, ["argnums", "hasAux"]);
  const { argnums = 0, hasAux = false } = resolved;
  return (...args) => {
    const by = chosen(name, args, argnums);
    const outer = currentTrace();
    const eager = outer === null || outer.eager;
    const builder = eager ? new EagerBuilder(name, true) : new Builder(name);
    if (outer?.builder.origin !== undefined) builder.origin = outer.builder.origin;
    const trace = new Trace(builder, outer ? `${name} in ${outer.label}` : name, outer);
    const inputs = by.leaves.map((t) => trace.argument(t, `an argument of ${name}`));
    const { graph, aux } = within(trace, () => {
      const result: unknown = fn(...(withChosen(args, argnums, by, inputs) as A));
      if (hasAux && !(Array.isArray(result) && result.length === 2))
        throw new Error(`${name}: with { hasAux: true } the function must return [value, aux].`);
      const value = scalarValue(name, hasAux ? (result as unknown[])[0] : result);
      const extra = flatten(hasAux ? (result as unknown[])[1] : null);
      const outputs = [value, ...extra.leaves].map((t) => trace.lift(t));
      return { graph: builder.finish(outputs), aux: extra };
    });
    const derived = gradGraph(
      graph,
      by.leaves.map((_, i) => i),
    );
    const operands = [...by.leaves, ...trace.captures];
    const results =
      builder instanceof EagerBuilder
        ? runTape(derived, graph.equations, builder, operands, outer)
        : runGraph(derived, operands, name);
    const n = by.leaves.length;
    const gradient = unflatten(by.def, results.slice(1, 1 + n));
    const value = hasAux ? [results[0]!, unflatten(aux.def, results.slice(1 + n))] : results[0]!;
    return [value as R, gradient as GradientBy<A, O>];
  };
}

/** The gradient alone; with { hasAux } it is [gradient, aux]. */
export function grad<A extends unknown[], R, const O extends GradArguments = object>(
  fn: (...args: A) => R,
  options?: O,
): (...args: A) => GradResult<A, R, O> {
  const both = valueAndGrad(fn, options);
  return (...args) => {
    const [value, gradient] = both(...args);
    return (gradOptions(options).hasAux ? [gradient, (value as unknown[])[1]] : gradient) as GradResult<
      A,
      R,
      O
    >;
  };
}

function scalarValue(name: string, result: unknown): Tensor {
  if (typeof result === "number") return tensor(result);
  if (result instanceof Tensor && result.ndim === 0 && isFloat(result.dtype)) return result;
  numericLeaves(result, name);
  const got =
    result instanceof Tensor ? describe(result) : Array.isArray(result) ? "an array" : typeof result;
  throw new TypeError(
    `${name}: the function must return a float scalar, got ${got}; reduce it first, for instance with .sum().`,
  );
}

/**
 * Evaluates a derived graph whose first equations are copies of a tape's: those are done already, the rest are computed
 * one by one, and recorded when an outer gradient is being taken.
 */
function runTape(
  graph: Graph,
  tape: readonly Equation[],
  taped: EagerBuilder,
  inputs: readonly Tensor[],
  outer: Trace | null,
): Tensor[] {
  const builder = (outer?.builder as EagerBuilder | undefined) ?? new EagerBuilder("grad", false);
  const map = new Map<Value, Value>();
  graph.inputs.forEach((v, i) => {
    const t = inputs[i]!;
    map.set(v, outer ? outer.lift(t) : builder.constant(t.type, t.data()));
  });
  graph.equations.forEach((eq, i) => {
    const outputs = eq.outputs.map((v): Value => ({ ...v }));
    const copy: Equation = { ...eq, inputs: eq.inputs.map((v) => map.get(v)!), outputs };
    eq.outputs.forEach((v, k) => map.set(v, outputs[k]!));
    const done = tape[i];
    if (done && done.op === eq.op && done.params === eq.params) builder.adopt(copy, done, taped);
    else builder.append(copy);
  });
  return graph.outputs.map((v) => {
    const value = map.get(v)!;
    return outer ? outer.tensor(value, "grad") : concrete(value.type, builder.contentsOf(value)!);
  });
}
