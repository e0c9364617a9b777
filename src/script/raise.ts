// A counted loop -> array operations over its iterations; what depends on earlier iterations becomes a scan, and only that.
import type { Expression, Statement } from "acorn";
import type { Tensor } from "../tensor/tensor.js";
import { NORMAL, type Completion, type Context } from "./context.js";
import { accumulation, type Reduction } from "./accumulation.js";
import { dependence, type Dependence } from "./dependence.js";
import { factsOf } from "./facts.js";
import { BACKED, elementwise, full, isDynamic, tensorOf } from "./lanes.js";
import type { Counted } from "./counted.js";
import { apart } from "./given.js";
import { changes, makesSites } from "./effects.js";
import { Joint } from "./joint.js";
import { lastOf, prefixSum, replaced, type Alone } from "./carried-alone.js";
import { Scope, type Cell } from "./scope.js";
import { statementsOf } from "./loop-body.js";
import { stepLoop } from "./step-loop.js";
import { Affine, axesOf, Lane, sortAxes, unassigned, type Axis } from "./values.js";

const IDENTITY: Readonly<Record<Reduction, number>> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

export function raise(ctx: Context, loop: Counted, sites: boolean): Completion {
  const axis: Axis = {
    kind: "lane",
    size: loop.size,
    start: loop.start,
    step: loop.step,
    name: loop.name,
    order: ctx.axes.length + ctx.steps.length,
  };
  const run = (): Completion => raised(ctx, loop, axis);
  if (!sites || ctx.joint || !waits(ctx, loop, axis)) return run();
  const joint = new Joint(ctx);
  joint.find(run);
  return joint.run(run);
}

const declared = (ctx: Context, scope: Scope, name: string, value: unknown, axes = ctx.axes): Cell =>
  scope.declare(ctx.memory.make({ name, constant: false, value }, axes));

/** What the loop's body sees: variables of this loop over those around it. */
function scopes(ctx: Context, loop: Counted, axis: Axis): { overlay: Scope; lanes: Scope } {
  const overlay = new Scope(loop.scope);
  const lanes = new Scope(overlay);
  declared(ctx, lanes, loop.name, Affine.of(axis));
  if (loop.element) declared(ctx, lanes, loop.element.name, elementLanes(ctx, loop.element.of, axis));
  return { overlay, lanes };
}

/** Whether the sites of the body wait for earlier iterations. */
function waits(ctx: Context, loop: Counted, axis: Axis): boolean {
  if (leaves(loop)) return true;
  const statements = statementsOf(loop.body);
  const { lanes } = scopes(ctx, loop, axis);
  const plan = dependence(ctx, statements, loop.name, loop.step, lanes);
  return plan.groups.some(
    (g) => g.carried && g.statements.some((i) => makesSites(ctx, statements[i]!, lanes)),
  );
}

/** Whether some iteration may be the last one. */
function leaves({ body, label }: Counted): boolean {
  const { breaks, returns, continued } = factsOf(body);
  return breaks || returns || [...continued].some((other) => other !== label);
}

function raised(ctx: Context, loop: Counted, axis: Axis): Completion {
  const whole = statementsOf(loop.body);
  const { overlay, lanes } = scopes(ctx, loop, axis);
  const declare = (scope: Scope, name: string, value: unknown, axes = ctx.axes): Cell =>
    declared(ctx, scope, name, value, axes);
  if (leaves(loop))
    return stepLoop(ctx, {
      loop,
      axis,
      statements: whole,
      indices: whole.map((_, i) => i),
      lanes,
      plan: null,
    }).completion;
  const statements = ctx.joint?.phase === "given" ? whole.flatMap((s) => apart(ctx, s, lanes)) : whole;
  const plan = dependence(ctx, statements, loop.name, loop.step, lanes);
  const snapshots = new Map<string, (after: number) => unknown>();
  const open = prepare(ctx, axis, plan, overlay, loop.scope, declare);
  for (const group of plan.groups) {
    const [only] = group.statements;
    for (const index of group.statements)
      for (const [name, snapshot] of snapshots)
        if (plan.reads[index]!.has(name))
          declare(plan.roles.get(name)?.kind === "local" ? lanes : overlay, name, snapshot(index));
    const alone: Alone = {
      axis,
      statement: statements[only!]!,
      index: only!,
      plan,
      lanes,
      scope: loop.scope,
    };
    if (!group.carried)
      group.statements.forEach((i) => {
        if (!product(ctx, axis, statements[i]!, plan, lanes, open)) runAll(ctx, axis, statements[i]!, lanes);
      });
    else if (
      group.statements.length > 1 ||
      !(prefixSum(ctx, alone, snapshots) || replaced(ctx, alone, statements, snapshots))
    )
      stepLoop(ctx, { loop, axis, statements, indices: group.statements, lanes, plan, snapshots });
  }
  finish(ctx, axis, open, loop.scope);
  return NORMAL;
}

function elementLanes(ctx: Context, of: unknown, axis: Axis): Lane {
  const x = tensorOf(ctx.host.np, of);
  const tensor = x instanceof Lane ? x.tensor : x;
  return new Lane(tensor, sortAxes([...axesOf(x), axis]));
}

/** s += a * b where b depends on this loop only and a on loops around it, too: a matrix times a vector. */
function product(
  ctx: Context,
  axis: Axis,
  statement: Statement,
  plan: Dependence,
  lanes: Scope,
  open: readonly Open[],
): boolean {
  if (statement.type !== "ExpressionStatement" || ctx.axes.length === 0) return false;
  const target = open.find((o) => o.by === "sum" && accumulation(statement.expression, o.name));
  const found = target && accumulation(statement.expression, target.name);
  if (!target || !found || found.negative) return false;
  const { amount } = found;
  if (amount.type !== "BinaryExpression" || amount.operator !== "*" || changes(amount, lanes)) return false;
  if (plan.roles.get(target.name)?.kind !== "reduction") return false;
  const { np } = ctx.host;
  const outer = ctx.axes;
  ctx.axes = sortAxes([...outer, axis]);
  try {
    const sides = [amount.left as Expression, amount.right].map((side) => {
      const value = ctx.evaluate(side, lanes);
      return isDynamic(value) ? tensorOf(np, ctx.ops.unary("+", value)) : value;
    });
    const alone = sides.find((x) => x instanceof Lane && x.axes.length === 1 && x.axes[0] === axis) as Lane;
    const wide = sides.find((x) => x !== alone) as Lane;
    const fits =
      alone instanceof Lane &&
      wide instanceof Lane &&
      wide.axes.length > 1 &&
      wide.axes[wide.axes.length - 1] === axis &&
      wide.shape.length + alone.shape.length === 0;
    if (!fits) {
      const value = ctx.ops.binary("*", sides[0], sides[1]);
      ctx.memory.write(target.cell, "value", ctx.ops.binary("+", target.cell.value, value));
      return true;
    }
    const matmul = np.matmul as (a: unknown, b: unknown) => Tensor;
    target.parts.push(new Lane(matmul(wide.tensor, alone.tensor), wide.axes.slice(0, -1)));
    return true;
  } finally {
    ctx.axes = outer;
  }
}

interface Open {
  /** Sums over the loop that are finished already. */
  readonly parts: Lane[];
  readonly name: string;
  readonly cell: Cell;
  readonly by: Reduction | "last" | "append";
}

/** Accumulators start at what changes nothing; values that each iteration sets start as unset. */
function prepare(
  ctx: Context,
  axis: Axis,
  plan: Dependence,
  overlay: Scope,
  scope: Scope,
  declare: (scope: Scope, name: string, value: unknown, axes?: readonly Axis[]) => Cell,
): Open[] {
  const own = sortAxes([...ctx.axes, axis]);
  const open: Open[] = [];
  for (const [name, role] of plan.roles) {
    if (!scope.find(name)) continue;
    if (role.kind === "reduction")
      open.push({ name, cell: declare(overlay, name, IDENTITY[role.by]), by: role.by, parts: [] });
    if (role.kind === "private")
      open.push({ name, cell: declare(overlay, name, unassigned, own), by: "last", parts: [] });
    if (role.kind === "appended")
      open.push({ name, cell: declare(overlay, name, ctx.memory.make([])), by: "append", parts: [] });
  }
  return open;
}

/** One statement for all iterations. */
function runAll(ctx: Context, axis: Axis, statement: Statement, lanes: Scope): void {
  const outer = ctx.axes;
  ctx.axes = sortAxes([...outer, axis]);
  try {
    ctx.execute(statement, lanes);
  } finally {
    ctx.axes = outer;
  }
}

/** What the loop leaves behind. */
function finish(ctx: Context, axis: Axis, open: readonly Open[], scope: Scope): void {
  const { np } = ctx.host;
  for (const { name, cell, by, parts } of open) {
    const target = scope.find(name)!;
    if (by === "append") {
      append(ctx, axis, target.value as unknown[], cell.value as unknown[]);
      continue;
    }
    if (by === "last") {
      ctx.memory.write(target, "value", lastOf(ctx, axis, cell.value));
      continue;
    }
    const rest = reduced(ctx, axis, by, cell.value);
    const total = parts.reduce<unknown>(
      (sum, part) => (sum === 0 ? part : ctx.ops.binary("+", sum, part)),
      rest,
    );
    const combine = { sum: "add", prod: "multiply", max: "maximum", min: "minimum" }[by];
    const before = target.value;
    const plainBoth = typeof before === "number" && typeof total === "number";
    const value =
      before === IDENTITY[by] && !plainBoth
        ? total
        : plainBoth
          ? {
              sum: before + total,
              prod: before * total,
              max: Math.max(before, total),
              min: Math.min(before, total),
            }[by]
          : elementwise(np[combine] as (...xs: unknown[]) => never, np, [before, total]);
    ctx.memory.write(target, "value", value);
  }
}

/** One value from those of all iterations. */
function reduced(ctx: Context, axis: Axis, by: Reduction, value: unknown): unknown {
  const { np } = ctx.host;
  const x = isDynamic(value) ? tensorOf(np, value) : value;
  if (!(x instanceof Lane) || !x.axes.includes(axis)) {
    if (by === "sum") return ctx.ops.binary("*", x, axis.size);
    return by === "prod" ? ctx.ops.binary("**", x, axis.size) : x;
  }
  const axes = x.axes.filter((a) => a !== axis);
  const t = np[by](x.tensor, [x.axes.indexOf(axis)]);
  return axes.length === 0 ? t : new Lane(t, axes);
}

/** Values pushed by all iterations behind those that were there. */
function append(ctx: Context, axis: Axis, target: unknown[], pushed: readonly unknown[]): void {
  const { np } = ctx.host;
  const x = tensorOf(np, pushed[0]);
  const axes = sortAxes([...axesOf(x), axis]);
  const all = full(np, x, axes);
  const rest = axes.filter((a) => a !== axis);
  // The loop's axis becomes the first axis of each value.
  const from = axes.indexOf(axis);
  const order = all.shape.map((_, i) => i).filter((i) => i !== from);
  order.splice(rest.length, 0, from);
  let t = order.every((p, i) => p === i) ? all : np.transpose(all, order);
  const before =
    target.length > 0 || (target as { [BACKED]?: unknown })[BACKED] ? tensorOf(np, target) : null;
  if (before) t = np.concatenate([full(np, before, rest), t], rest.length);
  ctx.memory.write(target, BACKED, rest.length === 0 ? t : new Lane(t, rest));
}
