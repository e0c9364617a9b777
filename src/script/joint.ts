// Sites whose draws depend on each other (a loop that carries sampled values, one site in both arms of an if): the code that
// makes them is run to find them, the handlers are asked about all of them, and the code is run again with their values.
import type { AnyNode } from "acorn";
import type { Tensor } from "../tensor/tensor.js";
import type { Context, Test } from "./context.js";
import type { Emission, FoundSite, JointRun, Phase } from "./joint-run.js";
import { makesSites } from "./effects.js";
import type { DeferredLike, DistributionLike } from "./host.js";
import { LaneDistribution } from "./lane-distribution.js";
import { full, isDynamic, tensorOf } from "./lanes.js";
import { plain } from "./plain.js";
import { remade } from "./recipes.js";
import type { Scope } from "./scope.js";
import { Lane, type Axis } from "./values.js";

/** Code with sites, and the runs of it. */
export class Joint implements JointRun {
  phase: Phase = "find";
  readonly sites = new Map<string, FoundSite>();
  readonly values = new Map<string, Set<AnyNode>>();
  private emissions: Emission[] = [];

  constructor(private readonly ctx: Context) {}

  /** Runs the code on values without contents, and says whether several statements make one site. */
  find(body: () => unknown): boolean {
    const { ctx } = this;
    this.within(() =>
      ctx.host.abstractly(`script(${ctx.source.name})`, (unknown) => {
        ctx.unknown = unknown;
        this.undone("find", body);
      }),
    );
    const statements = [...[...this.sites.values()].map((s) => s.statements), ...this.values.values()];
    return statements.some((s) => s.size > 1);
  }

  /** Draws what nobody gives a value, and runs the code with all values. */
  run<T>(body: () => T): T {
    const { host } = this.ctx;
    const latent = [...this.sites.values()].filter((s) => !s.observed);
    const fns = latent.map((s) => this.deferred(s));
    const values = host.sampleJointly(
      latent.map((s, i) => ({ name: s.name, fn: fns[i]!, infer: s.infer as Record<string, unknown> })),
      (decisions) => {
        latent.forEach((s, i) => (s.decision = decisions[i]!));
        this.within(() => this.undone("draw", body));
        return latent.map((s) => this.drawn(s));
      },
    );
    latent.forEach((s, i) => (s.value = values[i]!));
    return this.within(() => {
      this.phase = "given";
      this.emissions = [];
      const result = body();
      latent.forEach((s, i) => fns[i]!.resolve(this.together(this.parts(s.name), s)));
      for (const s of this.sites.values()) if (s.observed && s.statements.size > 1) this.observe(s);
      for (const [name, statements] of this.values) if (statements.size > 1) this.tell(name);
      return result;
    });
  }

  /** From a statement, or from the innermost loop that it stood in, to the next loop out, or to the handlers. */
  emit(emission: Emission): void {
    const { steps, host } = this.ctx;
    const { what, name, tree } = emission;
    const frame = steps[steps.length - 1];
    if (frame) frame.emissions.push(emission);
    else if ((this.values.get(name)?.size ?? 0) > 1) this.emissions.push(emission);
    else if (what === "factor") host.factor(name, full(host.np, tree.value, emission.axes));
    else if (what === "deterministic") host.deterministic(name, full(host.np, tree.value, emission.axes));
    else {
      this.emissions.push(emission);
      const site = this.sites.get(name)!;
      if (what === "part" && site.observed && site.statements.size === 1) this.observe(site);
    }
  }

  /** The coordinates of a site are made before its loop runs, so that its support cannot be made by the loop. */
  private deferred(site: FoundSite): DeferredLike {
    const { host } = this.ctx;
    const { name, one, lead } = site;
    try {
      return host.deferred(one, lead);
    } catch (error) {
      return this.ctx.fail(
        [...site.statements][0]!,
        `site "${name}": the support ${one.support.name} of ${one.name} has bounds that are computed here, step by step, but the site gets its ` +
          "coordinates before. Compute the bounds before the loop or the if, or sample on a fixed support and compute the value from it",
        error,
      );
    }
  }

  private within<T>(body: () => T): T {
    const { ctx } = this;
    const outer = ctx.ops.keepTests;
    ctx.joint = this;
    // A test that happens to be known must not hide the sites of the other arm.
    ctx.ops.keepTests = true;
    try {
      return body();
    } finally {
      ctx.joint = null;
      ctx.ops.keepTests = outer;
    }
  }

  private undone(phase: Phase, body: () => unknown): void {
    this.phase = phase;
    this.emissions = [];
    this.ctx.memory.recorded(body, true);
  }

  private parts(name: string, what: Emission["what"] = "part"): Emission[] {
    const found = this.emissions.filter((e) => e.name === name && e.what === what);
    const site = this.sites.get(name)!;
    if (found.length > site.statements.size || found.length === 0)
      this.ctx.fail(
        found[found.length - 1]?.node ?? [...site.statements][0]!,
        `the site "${name}" is made ${found.length} times on one path. Every site needs a name of its own`,
      );
    return found;
  }

  /** What was drawn; where several arms draw the site, the one whose test holds. */
  private drawn(site: FoundSite): Tensor {
    const { ctx } = this;
    const { np } = ctx.host;
    if (site.decision && "value" in site.decision) return site.decision.value;
    const [first, ...rest] = this.parts(site.name, "draw");
    let value: unknown = first!.tree.value;
    for (const e of rest) value = ctx.ops.where(e.tree.mask as Test, e.tree.value, value);
    return full(np, value, first!.axes);
  }

  /** A factor or deterministic that several arms make: the value of the one whose test holds. */
  private tell(name: string): void {
    const { ctx } = this;
    const { host } = ctx;
    const [first, ...rest] = this.emissions.filter((e) => e.name === name);
    if (!first) return;
    let { value } = first.tree;
    for (const e of rest)
      value =
        first.what === "factor"
          ? ctx.ops.binary("+", value, e.tree.value)
          : ctx.ops.where(e.tree.mask as Test, e.tree.value, value);
    host[first.what as "factor" | "deterministic"](name, full(host.np, value, first.axes));
  }

  private lanes(p: Emission): LaneDistribution {
    const { host } = this.ctx;
    if (p.recipe) return remade(host, p.recipe, p.tree.values as unknown[]);
    return p.fixed instanceof LaneDistribution ? p.fixed : LaneDistribution.same(host, p.fixed!);
  }

  /** A test per element of a site, with ones for the batch of each. */
  private aligned(test: unknown, axes: readonly Axis[], site: FoundSite): Tensor {
    const { np } = this.ctx.host;
    const on = full(np, test, axes);
    return np.reshape(on, [...on.shape, ...site.one.batchShape.map(() => 1)]);
  }

  /** The distribution of a site over all of its axes. */
  private together(parts: readonly Emission[], site: FoundSite): DistributionLike {
    const dists = parts.map((p) => this.lanes(p).over(p.axes));
    let joint = dists[dists.length - 1]!;
    // Where no test holds, the last arm's distribution is the prior of a value that nobody uses.
    for (let i = dists.length - 2; i >= 0; i--)
      joint = this.ctx.host.choice(this.aligned(parts[i]!.tree.mask, parts[i]!.axes, site), dists[i]!, joint);
    return joint;
  }

  /** An observed site's message. */
  private observe(site: FoundSite): void {
    const { ctx } = this;
    const { host } = ctx;
    const parts = this.parts(site.name);
    const [first, ...rest] = parts;
    let { obs, mask = true } = first!.tree;
    for (const p of rest) {
      obs = ctx.ops.where(p.tree.mask as Test, p.tree.obs, obs);
      mask = ctx.ops.or(mask as Test, p.tree.mask as Test);
    }
    let fn = this.together(parts, site);
    if (mask !== true) fn = fn.mask(this.aligned(mask, first!.axes, site));
    const value =
      first!.axes.length > 0
        ? this.lanes(first!).value(isDynamic(obs) ? obs : tensorOf(host.np, obs), first!.axes)
        : plain(ctx, obs);
    host.sample(site.name, fn, { ...site.infer, obs: value });
  }
}

/** Arms of which one is carried out: where both make sites, a site may stand in both. */
export function sharing<T>(
  ctx: Context,
  arms: readonly (AnyNode | null | undefined)[],
  scope: Scope,
  body: () => T,
): T {
  if (ctx.joint || !arms.every((arm) => arm && makesSites(ctx, arm, scope))) return body();
  const joint = new Joint(ctx);
  return joint.find(body) ? joint.run(body) : body();
}

/** The part of a site's value that belongs to the lanes, or to the step, that are being carried out. */
export function partOf(ctx: Context, site: FoundSite, value: Tensor, axes: readonly Axis[]): unknown {
  let now: unknown = axes.length === 0 ? value : new Lane(value, axes);
  for (const frame of ctx.steps)
    if (now instanceof Lane && now.axes.includes(frame.lane)) now = frame.select(site, now);
  // A loop inside of one that runs step by step has an axis of its own each time.
  return now instanceof Lane ? new Lane(now.tensor, ctx.axes) : now;
}
