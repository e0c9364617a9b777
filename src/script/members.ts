// a.b and a[i]: properties of plain objects, elements of arrays and tensors, methods.
import type { Expression, MemberExpression } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { describe } from "./branches.js";
import type { Context } from "./context.js";
import { LaneDistribution } from "./lane-distribution.js";
import { backing, holdsDynamic } from "./lanes.js";
import { OutOfRange, readElement } from "./read-element.js";
import type { Scope } from "./scope.js";
import { Affine, Lane, LaneText } from "./values.js";

/** A method of a tensor or of a lane value, still without arguments. */
export class Method {
  constructor(readonly name: string) {}
}

export interface Found {
  readonly owner: unknown;
  readonly value: unknown;
}

export function member(ctx: Context, node: MemberExpression, scope: Scope): Found {
  if (node.object.type === "Super") return ctx.fail(node, "super is not part of the scripting language");
  const owner = ctx.evaluate(node.object, scope);
  if (node.optional && (owner === null || owner === undefined)) return { owner, value: undefined };
  if (node.property.type === "PrivateIdentifier")
    return ctx.fail(node, "private names are not part of the scripting language");
  const key = node.computed ? ctx.evaluate(node.property, scope) : (node.property as { name: string }).name;
  return { owner, value: memberOf(ctx, node, owner, key) };
}

function memberOf(ctx: Context, node: MemberExpression, owner: unknown, key: unknown): unknown {
  const name = sourceOf(node.object as Expression);
  if (owner === null || owner === undefined)
    return ctx.fail(
      node,
      `${name} is ${String(owner)}: it has no ${node.computed ? "elements" : String(key)}`,
    );
  if (key instanceof LaneText)
    return ctx.fail(node.property, "a property's name must be known while compiling; use arrays and indices");
  const held = backing(owner) ?? owner;
  // What a loop has filled is an array to JavaScript: its methods are those of arrays.
  if (held !== owner && typeof key === "string" && typeof array[key] === "function") return array[key];
  if (typeof key === "string") return property(ctx, node, held, owner, key);
  if (Array.isArray(held) && typeof key === "number") {
    if (key < 0 || key >= held.length) {
      if (ctx.lenient || ctx.mask !== null)
        return held.length > 0 ? held[key < 0 ? 0 : held.length - 1] : undefined;
      return undefined;
    }
    return held[key] as unknown;
  }
  if (held instanceof Tensor || held instanceof Lane || Array.isArray(held) || ArrayBuffer.isView(held)) {
    if (
      typeof key !== "number" &&
      !(key instanceof Affine) &&
      !(key instanceof Tensor) &&
      !(key instanceof Lane)
    )
      return ctx.fail(node.property, `an index must be a number, got ${describe(key)}`);
    if (Array.isArray(held) && !held.every((x) => isElement(x)))
      return ctx.fail(
        node,
        `${name} holds ${describe(held.find((x) => !isElement(x)))}; its elements can be chosen by an index known while compiling only`,
      );
    const container = ArrayBuffer.isView(held) ? Array.from(held as unknown as ArrayLike<number>) : held;
    try {
      return readElement(ctx.host.np, container, key, ctx.lenient || ctx.mask !== null);
    } catch (error) {
      if (error instanceof OutOfRange) return ctx.fail(node, `${name}: ${error.message}`);
      throw error;
    }
  }
  return (owner as Record<PropertyKey, unknown>)[key as PropertyKey];
}

const array = Array.prototype as unknown as Readonly<Record<string, unknown>>;

const isElement = (x: unknown): boolean =>
  typeof x === "number" ||
  typeof x === "boolean" ||
  holdsDynamic(x) ||
  (Array.isArray(x) && x.every(isElement));

function property(ctx: Context, node: MemberExpression, held: unknown, owner: unknown, key: string): unknown {
  if (held instanceof Tensor || held instanceof Lane) {
    if (key === "length") {
      if (held.shape.length === 0) return ctx.fail(node, "a number has no length: it has shape []");
      return held.shape[0];
    }
    if (key === "shape") return held.shape;
    if (key === "ndim") return held.shape.length;
    if (key === "dtype") return held instanceof Lane ? held.tensor.dtype : held.dtype;
    if (key === "size") return held.shape.reduce((a, b) => a * b, 1);
    if (key === "item" || key === "toArray" || key === "data" || key === "toJSON")
      return ctx.fail(
        node.property,
        `.${key}() reads numbers, which do not exist while compiling. Use the value itself`,
      );
    if (key === "push" || key === "pop" || key === "splice")
      return ctx.fail(
        node.property,
        `.${key}: a tensor does not grow or shrink. Collect the values in a plain array, or make it with np.zeros([n])`,
      );
    if (typeof (Tensor.prototype as unknown as Record<string, unknown>)[key] === "function")
      return new Method(key);
    return ctx.fail(
      node.property,
      `.${key} is not something that a tensor has. Tensors have shape, length, indices, operators, and np's functions as methods`,
    );
  }
  if (held instanceof Affine)
    return ctx.fail(node.property, `.${key}: the loop variable is a number and has no such property here`);
  if (held instanceof LaneDistribution) return held.member(key);
  if (typeof owner === "function" && (key === "call" || key === "apply" || key === "bind"))
    return ctx.fail(node.property, `.${key} is not part of the scripting language; call the function`);
  if (owner === Math && key === "random")
    return ctx.fail(
      node,
      "Math.random would be drawn once, while compiling, and baked in. Write sample(name, dist.Uniform(0, 1)), or random.uniform(key) with a key that is passed in",
    );
  const value = (owner as Record<string, unknown>)[key];
  if (value === undefined && (owner === ctx.host.np || owner === ctx.host.scope.dist || owner === Math))
    return ctx.fail(node, `${sourceOf(node.object as Expression)}.${key} does not exist`);
  return value;
}

/** How errors call an expression. */
export function sourceOf(node: Expression): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression" && !node.computed && node.property.type === "Identifier")
    return `${sourceOf(node.object as Expression)}.${node.property.name}`;
  if (node.type === "MemberExpression") return `${sourceOf(node.object as Expression)}[...]`;
  return "the value";
}
