// Calls: functions of the script are carried out as a part of it, np and dist get tensors, Math becomes np, the rest must be plain.
import type { AnyNode } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { describe } from "./branches.js";
import { closureOf } from "./closures.js";
import type { Context } from "./context.js";
import type { DistributionLike } from "./host.js";
import { LaneDistribution } from "./lane-distribution.js";
import { backing, elementwise, full, holdsDynamic } from "./lanes.js";
import { math } from "./math.js";
import { Method } from "./members.js";
import { lanesIn, plain, replaceLanes } from "./plain.js";
import { GROWING, noteMade, noteThen } from "./recipes.js";
import { deterministicSite, factorSite, paramSite, plateSite, sampleSite } from "./sites.js";
import { axesOf, Lane, sortAxes } from "./values.js";

type Fn = (...args: unknown[]) => unknown;

export function callFunction(
  ctx: Context,
  fn: unknown,
  self: unknown,
  args: readonly unknown[],
  node: AnyNode,
): unknown {
  const { host } = ctx;
  if (fn instanceof Method) return method(ctx, fn.name, backing(self) ?? self, args, node);
  if (typeof fn !== "function") return ctx.fail(node, notCallable(fn, self, node));
  const closure = closureOf(fn);
  if (closure) return ctx.invoke(closure, args, node);
  if (fn === host.sample) return sampleSite(ctx, args, node);
  if (fn === host.factor) return factorSite(ctx, args, node);
  if (fn === host.deterministic) return deterministicSite(ctx, args, node);
  if (fn === host.param) return paramSite(ctx, fn as Fn, args, node);
  if (fn === host.plate) return plateSite(ctx, fn as Fn, args, node);
  const lifted = math.get(fn);
  if (lifted) {
    if (!args.some(holdsDynamic)) return (fn as Fn)(...args);
    return lifted(ctx, args, node);
  }
  if (Array.isArray(self)) {
    const done = arrayMethod(ctx, fn, self, args, node);
    if (done) return done.value;
  }
  // Under a test some lanes are switched off, and their values may be anything.
  const checked = <T>(f: () => T): T => (ctx.mask === null ? f() : host.unchecked(f));
  if (self instanceof LaneDistribution)
    return grown(
      self,
      fn as Fn,
      args,
      checked(() => (fn as Fn)(...args)),
    );
  try {
    if (host.families.has(fn))
      return checked(() => distribution(ctx, fn as (...a: unknown[]) => DistributionLike, args));
    if (host.isDistribution(self) && args.some((a) => axesOf(a).length > 0))
      return grown(
        self,
        fn as Fn,
        args,
        checked(() => (LaneDistribution.same(host, self).member(nameOf(fn)) as Fn)(...args)),
      );
    if (host.elementwise.has(fn)) return elementwise(fn as (...xs: unknown[]) => Tensor, host.np, args);
    return grown(self, fn as Fn, args, other(ctx, fn as Fn, self, args));
  } catch (error) {
    if (error instanceof Error && error.name !== "ScriptError" && isOurs(error))
      return ctx.fail(node, error.message, error);
    throw error;
  }
}

function notCallable(fn: unknown, self: unknown, node: AnyNode): string {
  const callee = node.type === "CallExpression" ? node.callee : null;
  if (fn === undefined && callee?.type === "MemberExpression" && callee.property.type === "Identifier")
    return `${describe(self)} has no ${callee.property.name} here`;
  return `${describe(fn)} was called, but it is not a function`;
}

/** Errors of the library about the call: they get the place in the script. Errors thrown as signals pass. */
const isOurs = (error: Error): boolean =>
  error.constructor === Error || error instanceof TypeError || error instanceof RangeError;
const nameOf = (fn: unknown): string => (fn as { name: string }).name;

function distribution(
  ctx: Context,
  family: (...a: unknown[]) => DistributionLike,
  args: readonly unknown[],
): unknown {
  const given = args.map((a) => plain(ctx, a));
  const made = given.some((a) => lanesIn(a).length > 0)
    ? LaneDistribution.call(ctx.host, family, given)
    : family(...given);
  noteMade(made, family, given);
  return made;
}

/** Keeps how a distribution was made through expand, toEvent and mask. */
function grown(self: unknown, fn: Fn, args: readonly unknown[], result: unknown): unknown {
  if (typeof self === "object" && self !== null && typeof result === "object" && result !== null)
    if (GROWING.has(nameOf(fn)) && (self instanceof LaneDistribution || "batchShape" in self))
      noteThen(result, self, nameOf(fn), args);
  return result;
}

function method(ctx: Context, name: string, self: unknown, args: readonly unknown[], node: AnyNode): unknown {
  const { np, elementwise: pointwise } = ctx.host;
  const fn = np[name];
  const given = args.map((a) => plain(ctx, a));
  if (!(self instanceof Lane) && given.every((a) => lanesIn(a).length === 0)) {
    try {
      return ((self as unknown as Record<string, Fn>)[name] as Fn).apply(self, given);
    } catch (error) {
      if (error instanceof Error && isOurs(error)) return ctx.fail(node, error.message, error);
      throw error;
    }
  }
  const as =
    typeof fn === "function"
      ? fn
      : (x: Tensor, ...rest: unknown[]) => (x as unknown as Record<string, Fn>)[name]!(...rest);
  if (pointwise.has(as) || POINTWISE.has(name))
    return elementwise((x, ...rest) => (x as unknown as Record<string, Fn>)[name]!(...rest) as Tensor, np, [
      self,
      ...args,
    ]);
  return mapped(ctx, (x, ...rest) => (x as unknown as Record<string, Fn>)[name]!(...rest), [self, ...given]);
}

/** Methods that have another name in np. */
const POINTWISE = new Set([
  "sub",
  "mul",
  "div",
  "neg",
  "pow",
  "lt",
  "le",
  "gt",
  "ge",
  "eq",
  "ne",
  "and",
  "or",
  "not",
  "mod",
  "abs",
]);

/** Any function: outside of lanes it is called, in lanes it is mapped over them. */
function other(ctx: Context, fn: Fn, self: unknown, args: readonly unknown[]): unknown {
  const given = args.map((a) => plain(ctx, a));
  if (given.every((a) => lanesIn(a).length === 0)) return fn.apply(self, given);
  return mapped(ctx, (...xs) => fn.apply(self, xs), given);
}

/** f in every lane by vmap: the lane axes of all arguments are laid into one. */
function mapped(ctx: Context, f: Fn, args: readonly unknown[]): unknown {
  const { np, vmap } = ctx.host;
  const lanes = lanesIn(args);
  const axes = sortAxes(lanes.flatMap(axesOf));
  const sizes = axes.map((a) => a.size);
  const count = sizes.reduce((a, b) => a * b, 1);
  const tensors = lanes.map((x) => np.reshape(full(np, x, axes), [count, ...x.shape]));
  const outer = { axes: ctx.axes, mask: ctx.mask };
  ctx.axes = [];
  ctx.mask = null;
  try {
    const result = vmap((...xs) => {
      let at = 0;
      return f(...(replaceLanes(args, () => xs[at++]) as unknown[]));
    })(...tensors);
    return wrapped(ctx, result, axes);
  } finally {
    ctx.axes = outer.axes;
    ctx.mask = outer.mask;
  }
}

function wrapped(ctx: Context, result: unknown, axes: Lane["axes"]): unknown {
  if (result instanceof Tensor)
    return new Lane(
      ctx.host.np.reshape(result, [...axes.map((a) => a.size), ...result.shape.slice(1)]),
      axes,
    );
  if (Array.isArray(result)) return result.map((x) => wrapped(ctx, x, axes));
  if (typeof result === "object" && result !== null)
    return Object.fromEntries(Object.entries(result).map(([k, x]) => [k, wrapped(ctx, x, axes)]));
  return result;
}

const array = Array.prototype;

/** Methods of plain arrays that must be recorded, or work on arrays that loops filled. */
function arrayMethod(
  ctx: Context,
  fn: unknown,
  self: unknown[],
  args: readonly unknown[],
  node: AnyNode,
): { value: unknown } | null {
  const held = backing(self);
  if (fn === array.push) {
    if (held)
      return ctx.fail(node, "push onto an array that a loop has filled: collect the rest in another array");
    for (const value of args) ctx.memory.write(self, self.length, value);
    return { value: self.length };
  }
  if (fn === array.pop) {
    const value = self[self.length - 1];
    ctx.memory.write(self, "length", Math.max(0, self.length - 1));
    return { value };
  }
  if (fn === array.fill) {
    for (let i = 0; i < self.length; i++) ctx.memory.write(self, i, args[0]);
    return { value: self };
  }
  if (CHANGING.has(fn as Fn))
    return ctx.fail(
      node,
      `${nameOf(fn)} changes an array in place, which scripts do by push, pop and elements only. Use toSorted, slice or a new array`,
    );
  if (held) {
    if (fn === array.slice) {
      const [from = 0, to] = args as number[];
      const n = held.shape[0]!;
      const bound = (i: number): number => Math.min(n, Math.max(0, i < 0 ? i + n : i));
      const range: [number, number] = [bound(from), bound(to ?? n)];
      if (held instanceof Tensor) return { value: ctx.host.np.slice(held, range) };
    }
    if (held instanceof Tensor) {
      const items = Array.from({ length: held.shape[0]! }, (_, i) => ctx.host.np.at(held, i));
      return { value: (fn as Fn).apply(items, [...args]) };
    }
    return ctx.fail(node, `${nameOf(fn)} on an array that a loop has filled: write a loop over its elements`);
  }
  return { value: (fn as Fn).apply(self, [...args]) };
}

const CHANGING = new Set<unknown>([
  array.shift,
  array.unshift,
  array.splice,
  array.sort,
  array.reverse,
  array.copyWithin,
]);
