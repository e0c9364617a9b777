// sample, factor and deterministic in code that is run several times (joint.ts): found first, drawn step by step, scored together.
import type { AnyNode } from "acorn";
import { describe } from "./branches.js";
import type { Context } from "./context.js";
import type { DistributionLike } from "./host.js";
import type { Emission, FoundSite, JointRun } from "./joint-run.js";
import { partOf } from "./joint.js";
import { LaneDistribution } from "./lane-distribution.js";
import { plain } from "./plain.js";
import { ingredients } from "./recipes.js";
import { Lane, sortAxes, type Axis } from "./values.js";

/** The loops around a statement, outermost first, as all their iterations at once. */
export const loopsAround = (ctx: Context): readonly Axis[] =>
  sortAxes([...ctx.axes, ...ctx.steps.map((frame) => frame.lane)]);

type Distributed = DistributionLike | LaneDistribution;

interface Statement {
  readonly name: string;
  readonly d: Distributed;
  readonly observed: boolean;
  readonly obs: unknown;
  readonly infer: object;
  readonly node: AnyNode;
}

export function jointSample(ctx: Context, joint: JointRun, s: Statement): unknown {
  const { name, d, observed, node } = s;
  if (joint.phase === "find") return found(ctx, joint, s);
  const site = joint.sites.get(name);
  if (!site) return ctx.fail(node, `the site "${name}" appears in some runs of this code only`);
  if (joint.phase === "draw") return observed ? s.obs : drawn(ctx, joint, site, d, node);
  if (ctx.mask instanceof Lane && ctx.steps.length === 0 && !observed && site.statements.size === 1)
    return ctx.fail(node, sometimes(name));
  const made = ingredients(d);
  joint.emit({
    what: "part",
    name,
    node,
    tree: {
      ...(made ? { values: made.values } : {}),
      ...(observed ? { obs: s.obs } : {}),
      ...(ctx.mask !== null && (observed || site.statements.size > 1) ? { mask: ctx.mask } : {}),
    },
    axes: ctx.axes,
    recipe: made?.recipe ?? null,
    fixed: made ? null : d,
  });
  return observed ? s.obs : givenValue(ctx, joint, name, node);
}

export const sometimes = (name: string): string =>
  `site "${name}" is drawn in some iterations of the loop only. Let the loop run over those iterations, or draw it in all of them and use it in some`;

/** The value of a latent site where its statement has been set apart. */
export function givenValue(ctx: Context, joint: JointRun, name: string, node: AnyNode): unknown {
  const site = joint.sites.get(name);
  if (!site?.value) return ctx.fail(node, `the site "${name}" appears in some runs of this code only`);
  return partOf(ctx, site, site.value, loopsAround(ctx));
}

function found(ctx: Context, joint: JointRun, s: Statement): unknown {
  const { name, d, node } = s;
  const one = d instanceof LaneDistribution ? d.one : d;
  const lead = loopsAround(ctx).map((a) => a.size);
  const before = joint.sites.get(name);
  if (before && !before.statements.has(node)) agree(ctx, before, one, s.observed, node);
  // A loop is recorded several times until it settles; the last recording is the one that counts.
  const site: FoundSite = {
    name,
    lead,
    one,
    observed: s.observed,
    infer: plain(ctx, s.infer) as object,
    statements: before?.statements ?? new Set(),
    decision: null,
    value: null,
  };
  site.statements.add(node);
  joint.sites.set(name, site);
  if (s.observed) return s.obs;
  const shape = [...ctx.axes.map((a) => a.size), ...one.batchShape, ...one.eventShape];
  const value = ctx.unknown({ dtype: "f64", shape });
  return ctx.axes.length > 0 ? new Lane(value, ctx.axes) : value;
}

/** Two statements may make one site, in different arms, when its values have one kind. */
function agree(ctx: Context, a: FoundSite, b: DistributionLike, observed: boolean, node: AnyNode): void {
  const shape = (d: DistributionLike): string => `[${[...d.batchShape, ...d.eventShape].join(", ")}]`;
  const differs =
    a.observed !== observed
      ? "is observed in one arm and latent in the other"
      : shape(a.one) !== shape(b)
        ? `has shape ${shape(a.one)} in one arm (${a.one.name}) and ${shape(b)} in the other (${b.name})`
        : a.one.support.name !== b.support.name
          ? `lies in ${a.one.support.name} in one arm (${a.one.name}) and in ${b.support.name} in the other (${b.name})`
          : null;
  if (differs)
    ctx.fail(
      node,
      `the site "${a.name}" ${differs}, so that it cannot be one site. Give the two statements names of their own, such as "${a.name}_a" and "${a.name}_b"`,
    );
}

function drawn(ctx: Context, joint: JointRun, site: FoundSite, d: Distributed, node: AnyNode): unknown {
  const { decision, name } = site;
  if (!decision) return ctx.fail(node, `the site "${name}" appears in some runs of this code only`);
  if ("value" in decision) return partOf(ctx, site, decision.value, loopsAround(ctx));
  const { host } = ctx;
  // Each statement and each step has a key of its own.
  let { key } = decision;
  const which = [...site.statements].indexOf(node);
  if (which > 0) key = host.foldIn(key, which);
  for (const frame of ctx.steps) key = host.foldIn(key, host.np.astype(frame.step.position, "i32"));
  const { axes } = ctx;
  const lanes = d instanceof LaneDistribution ? d : LaneDistribution.same(host, d);
  const draw = host.draw(lanes.over(axes), key);
  const value = axes.length > 0 ? new Lane(draw, axes) : draw;
  const mask = site.statements.size > 1 ? { mask: ctx.mask ?? true } : {};
  joint.emit({ what: "draw", name, node, tree: { value, ...mask }, axes, recipe: null, fixed: null });
  return value;
}

/** A value that the handlers hear of once, with the axes of all loops around it. */
export function jointValue(
  ctx: Context,
  joint: JointRun,
  what: Extract<Emission["what"], "factor" | "deterministic">,
  name: string,
  value: unknown,
  node: AnyNode,
): void {
  const statements = joint.values.get(name) ?? new Set();
  if (joint.phase === "find") joint.values.set(name, statements.add(node));
  if (joint.phase !== "given") return;
  if (value === undefined || typeof value === "string" || typeof value === "function")
    ctx.fail(node, `${what} "${name}" needs a number or a tensor, got ${describe(value)}`);
  const mask = statements.size > 1 ? { mask: ctx.mask ?? true } : {};
  joint.emit({ what, name, node, tree: { value, ...mask }, axes: ctx.axes, recipe: null, fixed: null });
}
