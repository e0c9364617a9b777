// let, const and = : a pattern's variables get their values, taken out of arrays, objects and tensors.
import type { AnyNode, Identifier, Pattern } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { assignMember } from "./assign-element.js";
import { describe } from "./branches.js";
import type { Context } from "./context.js";
import { backing, tensorOf } from "./lanes.js";
import type { Scope } from "./scope.js";
import { Lane } from "./values.js";

/** Gives a pattern's variables their values; with `declare` they are new ones. */
export function assign(
  ctx: Context,
  target: Pattern,
  value: unknown,
  scope: Scope,
  declare: boolean,
  constant = false,
): void {
  switch (target.type) {
    case "Identifier": {
      if (declare) {
        scope.declare(ctx.memory.make({ name: target.name, constant, value }));
        return;
      }
      const cell = scope.find(target.name);
      if (!cell)
        return ctx.fail(
          target,
          scope.captured(target.name)
            ? `${target.name} is captured from outside, and a script cannot change what is outside of it. Copy it into a variable, or return it`
            : `${target.name} is not declared in this script. Declare it with let`,
        );
      if (cell.constant)
        return ctx.fail(target, `${target.name} is a constant; declare it with let to assign it`);
      ctx.memory.write(cell, "value", value);
      return;
    }
    case "MemberExpression":
      if (!assignMember(ctx, target, scope, value, false)) ctx.fail(target, "nothing can be assigned here");
      return;
    case "ArrayPattern": {
      const n = target.elements.length;
      const held = backing(value) ?? value;
      const items =
        held instanceof Tensor || held instanceof Lane
          ? Array.from({ length: n }, (_, i) => element(ctx, held, i, target))
          : typeof held === "object" && held !== null && Symbol.iterator in held
            ? [...(held as Iterable<unknown>)]
            : ctx.fail(target, `[...] on the left needs an array on the right, got ${describe(value)}`);
      target.elements.forEach((p, i) => {
        if (p?.type === "RestElement")
          assign(ctx, p.argument, ctx.memory.make(items.slice(i)), scope, declare, constant);
        else if (p) assign(ctx, p, items[i], scope, declare, constant);
      });
      return;
    }
    case "ObjectPattern": {
      if (typeof value !== "object" || value === null)
        return ctx.fail(target, `{...} on the left needs an object on the right, got ${describe(value)}`);
      const rest = { ...value } as Record<string, unknown>;
      for (const p of target.properties) {
        if (p.type === "RestElement") {
          assign(ctx, p.argument, ctx.memory.make(rest), scope, declare, constant);
          continue;
        }
        const key = p.computed ? String(ctx.evaluate(p.key, scope)) : (p.key as Identifier).name;
        assign(ctx, p.value, (value as Record<string, unknown>)[key], scope, declare, constant);
        delete rest[key];
      }
      return;
    }
    case "AssignmentPattern": {
      const given = value === undefined ? ctx.evaluate(target.right, scope) : value;
      return assign(ctx, target.left, given, scope, declare, constant);
    }
    case "RestElement":
      return assign(ctx, target.argument, value, scope, declare, constant);
  }
}

function element(ctx: Context, x: Tensor | Lane, i: number, node: AnyNode): unknown {
  if (x.shape.length === 0 || i >= x.shape[0]!)
    return ctx.fail(
      node,
      `the value has shape [${x.shape.join(", ")}]: there is no element ${i} to take out of it`,
    );
  const t = tensorOf(ctx.host.np, x);
  const lead = t instanceof Lane ? t.axes.map(() => null) : [];
  const tensor = t instanceof Lane ? t.tensor : t;
  const part = ctx.host.np.slice(tensor, ...lead, [i, i + 1]);
  const out = ctx.host.np.reshape(part, [...tensor.shape.slice(0, lead.length), ...t.shape.slice(1)]);
  return t instanceof Lane ? new Lane(out, t.axes) : out;
}
