// sample, factor, deterministic and plate inside a script: a statement in a loop becomes one site with the loop's axes.
import type { AnyNode } from "acorn";
import { describe } from "./branches.js";
import { OpenSites } from "./error.js";
import type { Context } from "./context.js";
import type { DistributionLike } from "./host.js";
import { jointSample, jointValue, sometimes } from "./joint-sites.js";
import { LaneDistribution } from "./lane-distribution.js";
import { full, tensorOf } from "./lanes.js";
import { plain } from "./plain.js";
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
  if (joint) return jointSample(ctx, joint, { name, d, observed, obs, infer: rest, node });
  const lanes =
    d instanceof LaneDistribution ? d : axes.length > 0 ? LaneDistribution.same(ctx.host, d) : null;
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
  const { np } = ctx.host;
  // Weights are summed anyway: a name without loop variables is no ambiguity for a factor, but two sites would be.
  const name = siteName(ctx, given, "the factor", node);
  const chosen = ctx.mask === null ? weight : ctx.ops.where(ctx.mask, weight, 0);
  if (ctx.joint) {
    jointValue(ctx, ctx.joint, "factor", name, chosen, node);
    return undefined;
  }
  ctx.host.factor(name, ctx.axes.length > 0 ? full(np, chosen, ctx.axes) : plain(ctx, chosen));
  return undefined;
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

export function otherSite(
  ctx: Context,
  fn: (...args: unknown[]) => unknown,
  what: string,
  args: readonly unknown[],
  node: AnyNode,
): unknown {
  if (ctx.axes.length > 0 || ctx.steps.length > 0 || (ctx.joint && what === "plate"))
    return ctx.fail(
      node,
      `${what} inside a loop${ctx.joint ? ", or inside an if whose arms share a site," : ""} is not supported. Put it before the loop, or the loop inside of it`,
    );
  return fn(...args.map((a) => plain(ctx, a)));
}
