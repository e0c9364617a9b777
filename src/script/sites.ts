// sample, factor, deterministic and plate inside a script: a statement in a loop becomes one site with the loop's axes.
import type { AnyNode } from "acorn";
import { describe } from "./branches.js";
import { OpenSites } from "./error.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Context } from "./context.js";
import type { DistributionLike } from "./host.js";
import { jointSample, jointValue, sometimes } from "./joint-sites.js";
import { LaneDistribution } from "./lane-distribution.js";
import { full, tensorOf } from "./lanes.js";
import { lanesIn, plain } from "./plain.js";
import { noteThen } from "./recipes.js";
import { Lane, LaneText } from "./values.js";

/** The site's name, once it is sure that it differs between the iterations of every loop around it. */
export function siteName(ctx: Context, given: unknown, what: string, node: AnyNode): string {
  if (ctx.endless > 0)
    return ctx.fail(
      node,
      `${what} ${describeName(given)} stands in a loop whose number of iterations depends on values that are not known while compiling, so that the ` +
        "number of sites would not be fixed. NUTS and SVI need a fixed number: write for (let i = 0; i < LARGEST; i++) and leave it by " +
        "if (i >= n) break, which keeps every site. To simulate such a model use handlers.seed, Predictive, infer.importance or infer.smc, which run it eagerly",
      new OpenSites(),
    );
  const around = [...ctx.axes, ...ctx.steps.map((frame) => frame.step)];
  const missing = around.find((a) => !(given instanceof LaneText) || !given.axes.includes(a));
  if (missing) {
    const name = missing.name.trim();
    return ctx.fail(
      node,
      `${what} ${describeName(given)} would be made ${missing.size} times under one name by the loop over ${name}. ` +
        `Put the loop variable into the name: \`${given instanceof LaneText ? given.base : String(given)}_\${${name}}\``,
    );
  }
  const name = given instanceof LaneText ? given.base : given;
  if (typeof name !== "string" || name === "")
    return ctx.fail(node, `${what} needs a name, a string that is not empty; got ${describe(given)}`);
  return name;
}

const describeName = (given: unknown): string =>
  `"${given instanceof LaneText ? given.base : String(given)}"`;

export function sampleSite(ctx: Context, args: readonly unknown[], node: AnyNode): unknown {
  const [given, d, options = {}] = args;
  const name = siteName(ctx, given, "the site", node);
  const { np } = ctx.host;
  if (!(d instanceof LaneDistribution) && !ctx.host.isDistribution(d))
    return ctx.fail(
      node,
      `site "${name}": sample needs a distribution such as dist.Normal(0, 1), got ${describe(d)}`,
    );
  const { obs, ...rest } = options as { obs?: unknown };
  const observed = obs !== undefined && obs !== null;
  const { axes, mask, joint } = ctx;
  const spaced = axes.length + ctx.steps.length > 0 || joint ? inPlates(ctx, d) : d;
  if (joint) return jointSample(ctx, joint, { name, d: spaced, observed, obs, infer: rest, node });
  const lanes =
    spaced instanceof LaneDistribution
      ? spaced
      : axes.length > 0
        ? LaneDistribution.same(ctx.host, spaced)
        : null;
  if (!lanes) {
    let one = d as DistributionLike;
    if (mask !== null && observed) one = one.mask(tensorOf(np, mask));
    return ctx.host.sample(name, one, {
      ...(plain(ctx, rest) as object),
      ...(observed ? { obs: plain(ctx, obs) } : {}),
    });
  }
  if (mask instanceof Lane && !observed) return ctx.fail(node, sometimes(name));
  let all = lanes.over(axes);
  if (mask !== null && observed) {
    const on = full(np, mask, axes);
    all = all.mask(np.reshape(on, [...on.shape, ...all.batchShape.slice(axes.length).map(() => 1)]));
  }
  const value = ctx.host.sample(name, all, {
    ...(plain(ctx, rest) as object),
    ...(observed ? { obs: lanes.value(obs, axes) } : {}),
  });
  return new Lane(value, axes);
}

export function factorSite(ctx: Context, args: readonly unknown[], node: AnyNode): unknown {
  const [given, weight] = args;
  // Weights are summed anyway: a name without loop variables is no ambiguity for a factor, but two sites would be.
  const name = siteName(ctx, given, "the factor", node);
  const chosen = ctx.mask === null ? weight : ctx.ops.where(ctx.mask, weight, 0);
  if (ctx.joint) {
    jointValue(ctx, ctx.joint, "factor", name, chosen, node);
    return undefined;
  }
  ctx.host.factor(name, ctx.axes.length > 0 ? weights(ctx, chosen) : plain(ctx, chosen));
  return undefined;
}

type Distributed = DistributionLike | LaneDistribution;

/** Inside of plates the loops' axes stand to the left of the plates': each iteration's distribution has the plates' shape. */
function inPlates(ctx: Context, d: Distributed): Distributed {
  const sizes = ctx.host.plateShape();
  const own = d instanceof LaneDistribution ? d.one.batchShape : d.batchShape;
  const rank = Math.max(own.length, sizes.length);
  const from = (shape: readonly number[], i: number): number => shape[i - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, i) => Math.max(from(own, i), from(sizes, i)));
  if (shape.join() === own.join()) return d;
  const grown = d instanceof LaneDistribution ? d.member("expand") : d.expand.bind(d);
  const out = (grown as (s: readonly number[]) => Distributed)(shape);
  noteThen(out, d, "expand", [shape]);
  return out;
}

/** One weight per iteration, with ones where plates around the loop have their axes. */
function weights(ctx: Context, weight: unknown): Tensor {
  const { np, plateShape } = ctx.host;
  const all = full(np, weight, ctx.axes);
  const own = all.shape.slice(ctx.axes.length);
  const pad = Array.from({ length: Math.max(0, plateShape().length - own.length) }, () => 1);
  return pad.length === 0 ? all : np.reshape(all, [...ctx.axes.map((a) => a.size), ...pad, ...own]);
}

export function deterministicSite(ctx: Context, args: readonly unknown[], node: AnyNode): unknown {
  const name = siteName(ctx, args[0], "the value", node);
  if (ctx.joint) {
    jointValue(ctx, ctx.joint, "deterministic", name, args[1], node);
    return args[1];
  }
  if (ctx.axes.length === 0) return ctx.host.deterministic(name, plain(ctx, args[1]));
  return new Lane(ctx.host.deterministic(name, full(ctx.host.np, args[1], ctx.axes)), ctx.axes);
}

/** `param`: one parameter for all iterations, or, with the loop variable in its name, one with the loop's axis. */
export function paramSite(ctx: Context, fn: Fn, args: readonly unknown[], node: AnyNode): unknown {
  const [given, init, ...rest] = args;
  if (!(given instanceof LaneText)) {
    if (lanesIn(plain(ctx, args)).length > 0)
      return ctx.fail(
        node,
        `param "${String(given)}" has one value for all iterations, but its initial value differs between them. Put the loop variable into the name`,
      );
    return fn(...args.map((a) => plain(ctx, a)));
  }
  const { axes } = given;
  if (axes.some((a) => a.kind === "step" || !ctx.axes.includes(a)))
    return ctx.fail(
      node,
      `param "${given.base}" would be one parameter for each iteration of a loop whose iterations wait for each other. Make it before: ` +
        `const all = param("${given.base}", np.zeros([n])), and take its elements`,
    );
  const { np } = ctx.host;
  return new Lane(fn(given.base, full(np, init, axes), ...rest.map((a) => plain(ctx, a))) as Tensor, axes);
}

type Fn = (...args: unknown[]) => unknown;

/** `plate`: entered once for all iterations; its axis stands to the right of the loop's. */
export function plateSite(ctx: Context, fn: Fn, args: readonly unknown[], node: AnyNode): unknown {
  if (ctx.steps.length > 0 || ctx.joint)
    return ctx.fail(
      node,
      "plate inside a loop whose draws depend on each other, or inside an if whose arms share a site, is not supported. Put the loop inside of the plate: " +
        "plate(name, n, () => { for (...) ... })",
    );
  const [given, ...rest] = args;
  const name = given instanceof LaneText ? given.base : given;
  if (lanesIn(plain(ctx, rest)).length > 0)
    return ctx.fail(
      node,
      `plate "${String(name)}": its size and options must be the same in all iterations of the loop`,
    );
  return fn(name, ...rest.map((a) => plain(ctx, a)));
}
