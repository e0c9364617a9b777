// a[i][j] = v and a.b = v: plain arrays and objects are changed in place; tensors are values, and the variable gets a new one.
import type { Expression, MemberExpression } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { describe } from "./branches.js";
import type { Context } from "./context.js";
import { BACKED, backing, full, holdsDynamic, isDynamic, tensorOf } from "./lanes.js";
import { sourceOf } from "./members.js";
import { OutOfRange } from "./read-element.js";
import type { Cell, Scope } from "./scope.js";
import { Affine, axesOf, Lane, sortAxes, type Axis } from "./values.js";
import { writeElement } from "./write-element.js";

type Store = (v: unknown, through?: boolean) => void;
type Place = { readonly owner: object; readonly key: string | number | symbol } | null;
const place = (cell: Cell | null): Place => (cell ? { owner: cell, key: "value" } : null);

/**
 * Carries out the assignment. With `add` the value is added, which is done here only where indices of different lanes may be
 * the same element; false means that it was not, and reading, adding and writing will do.
 */
export function assignMember(
  ctx: Context,
  target: MemberExpression,
  scope: Scope,
  value: unknown,
  add: boolean,
): boolean {
  const links: MemberExpression[] = [];
  let base: Expression = target;
  const frame = ctx.steps[ctx.steps.length - 1];
  let carried: Cell | null = null;
  while (base.type === "MemberExpression" && !(carried = frame?.place(base, scope) ?? null)) {
    links.unshift(base);
    base = base.object as Expression;
  }
  if (carried && links.length === 0) {
    if (add) return false;
    ctx.memory.write(carried, "value", value);
    return true;
  }
  let owner = carried ? carried.value : ctx.evaluate(base, scope);
  let store: Store = (v, through = false) => {
    if (carried) return ctx.memory.write(carried, "value", v, through);
    if (base.type !== "Identifier") ctx.fail(base, "a tensor that no variable holds cannot be changed");
    const cell = scope.find(base.name);
    if (!cell)
      return ctx.fail(
        base,
        `${base.name} is captured from outside, and a script cannot change what is outside of it. Copy it into a variable`,
      );
    ctx.memory.write(cell, "value", v, through);
  };
  let owned: { owner: object; key: string | number | symbol } | null = place(
    carried ?? (base.type === "Identifier" ? scope.find(base.name) : null),
  );
  for (let d = 0; d < links.length; d++) {
    const link = links[d]!;
    const last = d === links.length - 1;
    if (owner === null || owner === undefined)
      return ctx.fail(
        link,
        `${sourceOf(link.object as Expression)} is ${String(owner)}: it has no elements to assign`,
      );
    const held = backing(owner);
    if (owner instanceof Tensor || owner instanceof Lane || held) {
      const array = owner as object;
      const write: Store = held ? (v, through) => ctx.memory.write(array, BACKED, v, through) : store;
      const at = held ? { owner: array, key: BACKED } : owned;
      return element(ctx, links.slice(d), scope, held ?? (owner as Tensor | Lane), value, add, write, at);
    }
    const key = link.computed
      ? ctx.evaluate(link.property as Expression, scope)
      : (link.property as { name: string }).name;
    const manyAdd = add && last && repeats(ctx, [key], value, ctx.memory.ownersOf(owner));
    if (Array.isArray(owner) && (isDynamic(key) || manyAdd)) {
      const array = owner;
      if (array.some((x) => x === undefined))
        return element(
          ctx,
          links.slice(d),
          scope,
          blank(ctx, array, value, links.length - d),
          value,
          add,
          (v, through) => ctx.memory.write(array, BACKED, v, through),
          { owner: array, key: BACKED },
        );
      if (
        !array.every(
          (x) => typeof x === "number" || typeof x === "boolean" || Array.isArray(x) || holdsDynamic(x),
        )
      )
        return ctx.fail(
          link,
          `${sourceOf(link.object as Expression)} holds ${describe(array.find((x) => typeof x === "object" || typeof x === "string"))}; only arrays of numbers can be written at an index that is not known while compiling`,
        );
      return element(
        ctx,
        links.slice(d),
        scope,
        tensorOf(ctx.host.np, array),
        value,
        add,
        (v, through) => ctx.memory.write(array, BACKED, v, through),
        { owner: array, key: BACKED },
      );
    }
    if (isDynamic(key)) return ctx.fail(link, "a property's name must be known while compiling");
    if (typeof owner !== "object") return ctx.fail(link, `${describe(owner)} has no elements to assign`);
    const at = owner;
    const name = key as string | number;
    if (last) {
      if (add) return false;
      ctx.memory.write(at, name, value);
      return true;
    }
    store = (v, through) => ctx.memory.write(at, name, v, through);
    owned = { owner: at, key: name };
    owner = ctx.memory.read(at, name);
  }
  return false;
}

/** Zeros in place of elements that were never assigned: `new Array(n)`. */
function blank(ctx: Context, array: readonly unknown[], value: unknown, indices: number): Tensor {
  if (array.some((x) => x !== undefined) || indices !== 1) {
    const filled = array.map((x) => x ?? 0);
    return tensorOf(ctx.host.np, filled) as Tensor;
  }
  const shape = isDynamic(value) || Array.isArray(value) ? tensorOf(ctx.host.np, value).shape : [];
  return ctx.host.np.zeros([array.length, ...shape]);
}

function element(
  ctx: Context,
  links: readonly MemberExpression[],
  scope: Scope,
  container: Tensor | Lane,
  value: unknown,
  add: boolean,
  store: Store,
  place: Place,
): boolean {
  const indices = links.map((link) => {
    if (!link.computed)
      ctx.fail(link, `.${(link.property as { name: string }).name} of a tensor cannot be assigned`);
    return ctx.evaluate(link.property as Expression, scope);
  });
  // Each iteration of these loops has an array of its own, which differs from the others from now on.
  const mine = place ? ctx.memory.ownersOf(place.owner) : [];
  if (add && !repeats(ctx, indices, value, mine)) return false;
  const own = axesOf(container);
  const varying = new Set([...own, ...[value, ctx.mask, ...indices].flatMap(axesOf)]);
  const parted = sortAxes([...varying].filter((a) => own.includes(a) || mine.includes(a)));
  const array =
    parted.length === own.length ? container : new Lane(full(ctx.host.np, container, parted), parted);
  try {
    // Lanes that are switched off must leave a shared array alone; in an array of their own the branch puts that right.
    const shared =
      ctx.mask instanceof Lane &&
      [...indices.flatMap(axesOf), ...ctx.mask.axes].some((a) => !parted.includes(a));
    const through = shared && place !== null && !ctx.memory.inArm(place.owner, place.key);
    store(
      writeElement(ctx.host.np, {
        container: array,
        indices,
        value: add
          ? ctx.ops.binary("*", value, times(ctx, mine, [array, value, ctx.mask, ...indices]))
          : value,
        mask: through ? ctx.mask : null,
        add,
      }),
      through,
    );
  } catch (error) {
    if (error instanceof OutOfRange)
      return ctx.fail(links[0]!, `${sourceOf(links[0]!.object as Expression)}: ${error.message}`);
    throw error;
  }
  return true;
}

/** How many lanes add the same to the same element: those of the loops that none of these values varies over. */
function times(ctx: Context, mine: readonly Axis[], values: readonly unknown[]): number {
  const seen = new Set([...mine, ...values.flatMap(axesOf)]);
  return ctx.axes.filter((a) => !seen.has(a)).reduce((n, a) => n * a.size, 1);
}

/** Whether two lanes may write one element. */
function repeats(ctx: Context, indices: readonly unknown[], value: unknown, mine: readonly Axis[]): boolean {
  const axes = new Set(
    [...indices.flatMap(axesOf), ...axesOf(value), ...ctx.axes].filter((a) => !mine.includes(a)),
  );
  if (axes.size === 0) return false;
  const running = indices.flatMap((i) =>
    i instanceof Affine && i.terms.size === 1 ? [...i.terms.keys()] : [],
  );
  const fixed = indices.every((i) => typeof i === "number" || (i instanceof Affine && i.terms.size === 1));
  return !fixed || new Set(running).size !== running.length || [...axes].some((a) => !running.includes(a));
}
