// One statement of a loop on which only others wait: carried out for all iterations at once, with the values that each finds.
import type { Expression, Statement } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import type { Context } from "./context.js";
import { accumulation } from "./accumulation.js";
import { accesses, offsetOf, type Dependence } from "./dependence.js";
import { changes } from "./effects.js";
import { factsOf } from "./facts.js";
import { full, isDynamic, tensorOf } from "./lanes.js";
import type { Scope } from "./scope.js";
import { Affine, axesOf, Lane, sortAxes, type Axis } from "./values.js";

export interface Alone {
  readonly axis: Axis;
  readonly statement: Statement;
  readonly index: number;
  readonly plan: Dependence;
  readonly lanes: Scope;
  readonly scope: Scope;
}

/** Per variable, its values in all iterations as the statement with that number finds them. */
export type Snapshots = Map<string, (reader: number) => unknown>;

/** s += e, where e does not depend on s but s is read: all partial sums at once. */
export function prefixSum(ctx: Context, alone: Alone, snapshots: Snapshots): boolean {
  const { axis, statement, index, plan, lanes, scope } = alone;
  if (statement.type !== "ExpressionStatement") return false;
  const name = [...plan.writes[index]!].find((w) => plan.roles.get(w)?.kind === "carried");
  const found = name === undefined ? null : accumulation(statement.expression, name);
  if (
    !found ||
    found.by !== "sum" ||
    factsOf(found.amount).reads.has(name!) ||
    changes(found.amount, lanes) ||
    plan.writes[index]!.size !== 1
  )
    return false;
  const cell = scope.find(name!);
  const before = cell?.value;
  if (!cell || (typeof before !== "number" && !isDynamic(before))) return false;
  const { np } = ctx.host;
  const outer = ctx.axes;
  ctx.axes = sortAxes([...outer, axis]);
  try {
    const amount = ctx.evaluate(found.amount as Expression, lanes);
    if (typeof amount === "string" || (!isDynamic(amount) && typeof amount !== "number")) return false;
    const signed = ctx.ops.unary("+", found.negative ? ctx.ops.unary("-", amount) : amount);
    const each = tensorOf(np, signed);
    const start = tensorOf(np, ctx.ops.unary("+", before));
    if (each.shape.length > 0 || start.shape.length > 0) return false;
    const axes = sortAxes([...axesOf(each), ...axesOf(start), axis]);
    const at = axes.indexOf(axis);
    const thin = axes.map((a) => (a === axis ? { ...a, size: 1 } : a));
    const first = np.reshape(
      full(
        np,
        start,
        axes.filter((a) => a !== axis),
      ),
      thin.map((a) => a.size),
    );
    // Sums over start, e_0, e_1, ...: element p is what iteration p finds. Exactly one for each iteration, so that arrays made
    // of data keep the shape of the loops that read them.
    const all = full(np, each, axes);
    const lead = Array.from({ length: at }, () => null);
    const earlier = np.slice(all, ...lead, [0, axis.size - 1]);
    const found_ = new Lane(np.cumsum(np.concatenate([first, earlier], at), at), axes);
    const left = new Lane(np.add(found_.tensor, all), axes);
    snapshots.set(name!, (reader) => (reader > index ? left : found_));
    ctx.memory.write(cell, "value", lastOf(ctx, axis, left));
    return true;
  } finally {
    ctx.axes = outer;
  }
}

/** x = e, where e does not depend on x: each iteration finds what the one before it wrote. */
export function replaced(
  ctx: Context,
  alone: Alone,
  statements: readonly Statement[],
  snapshots: Snapshots,
): boolean {
  const { axis, statement, index, plan, lanes, scope } = alone;
  if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression")
    return false;
  const { left, right, operator } = statement.expression;
  const [name, ...others] = plan.writes[index]!;
  if (operator !== "=" || others.length > 0 || name === undefined) return false;
  if (left.type === "MemberExpression") return element(ctx, alone, name, statements);
  if (left.type !== "Identifier" || factsOf(right).reads.has(name) || changes(right, lanes)) return false;
  const cell = scope.find(name);
  const before = cell?.value;
  if (!cell || (typeof before !== "number" && !isDynamic(before))) return false;
  const { np } = ctx.host;
  const outer = ctx.axes;
  ctx.axes = sortAxes([...outer, axis]);
  try {
    const value = ctx.evaluate(right, lanes);
    if (!isDynamic(value) && typeof value !== "number") return false;
    const each = tensorOf(np, ctx.ops.unary("+", value));
    let start = tensorOf(np, ctx.ops.unary("+", before));
    if (start instanceof Tensor && start.ndim === 0 && each.shape.length > 0)
      start = np.broadcastTo(start, each.shape);
    if (each.shape.join() !== start.shape.join()) return false;
    const axes = sortAxes([...axesOf(each), ...axesOf(start), axis]);
    const at = axes.indexOf(axis);
    const all = full(np, each, axes);
    const first = np.reshape(
      full(
        np,
        start,
        axes.filter((a) => a !== axis),
      ),
      [...axes.map((a) => (a === axis ? 1 : a.size)), ...each.shape],
    );
    const lead = Array.from({ length: at }, () => null);
    const earlier = np.slice(all, ...lead, [0, axis.size - 1]);
    const found = new Lane(np.concatenate([first, earlier], at), axes);
    const left = new Lane(all, axes);
    snapshots.set(name, (reader) => (reader > index ? left : found));
    ctx.memory.write(cell, "value", lastOf(ctx, axis, left));
    return true;
  } finally {
    ctx.axes = outer;
  }
}

/** x[t] = e, where others read earlier elements only: the array is written as a whole, and they read it then. */
function element(ctx: Context, alone: Alone, name: string, statements: readonly Statement[]): boolean {
  const { axis, statement, index, plan, lanes } = alone;
  const role = plan.roles.get(name);
  if (role?.kind !== "carried" || !role.window || accesses(statement, name).length !== 1) return false;
  const { write } = role.window;
  // Who stands before it and reads the element that it is about to write wants the old one.
  const old = statements
    .slice(0, index)
    .some((s) => accesses(s, name).some((a) => offsetOf(a.indices[0]!, axis.name, lanes) === write));
  if (old) return false;
  const outer = ctx.axes;
  ctx.axes = sortAxes([...outer, axis]);
  try {
    ctx.execute(statement, lanes);
    return true;
  } finally {
    ctx.axes = outer;
  }
}

export function lastOf(ctx: Context, axis: Axis, value: unknown): unknown {
  const { np } = ctx.host;
  if (value instanceof Affine && value.terms.has(axis)) {
    const terms = new Map(value.terms);
    const k = terms.get(axis)!;
    terms.delete(axis);
    const offset = value.offset + k * (axis.size - 1);
    return terms.size === 0 ? offset : new Affine(terms, offset);
  }
  if (!(value instanceof Lane) || !value.axes.includes(axis))
    return Array.isArray(value) ? value.map((v) => lastOf(ctx, axis, v)) : value;
  const at = value.axes.indexOf(axis);
  const axes = value.axes.filter((a) => a !== axis);
  const part = np.slice(value.tensor, ...Array.from({ length: at }, () => null), [axis.size - 1, axis.size]);
  const t = np.reshape(
    part,
    value.tensor.shape.filter((_, i) => i !== at),
  );
  return axes.length === 0 ? t : new Lane(t, axes);
}
