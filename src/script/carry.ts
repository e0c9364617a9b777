// Values that a compiled loop carries from step to step: taken apart into tensors, and put together again.
import type { Node } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { describe } from "./branches.js";
import type { Context } from "./context.js";
import { BACKED, backing, full, numbersOf, type BackedArray } from "./lanes.js";
import { Affine, isRecord, Lane, sortAxes, Unassigned, vacant, type Axis } from "./values.js";

export type Form =
  | { readonly kind: "leaf"; readonly axes: readonly Axis[]; readonly backed: boolean }
  | { readonly kind: "list"; readonly items: readonly Form[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly items: readonly Form[] }
  /** Not carried: the same at every step. */
  | { readonly kind: "fixed"; readonly value: unknown };

export function formOf(value: unknown): Form {
  const held = backing(value);
  if (held) return { kind: "leaf", axes: held instanceof Lane ? held.axes : [], backed: true };
  if (value instanceof Lane) return { kind: "leaf", axes: value.axes, backed: false };
  if (value instanceof Affine)
    return { kind: "leaf", axes: [...value.terms.keys()].filter((a) => a.kind === "lane"), backed: false };
  if (value instanceof Tensor || typeof value === "number" || typeof value === "boolean")
    return { kind: "leaf", axes: [], backed: false };
  if (Array.isArray(value)) return { kind: "list", items: value.map(formOf) };
  if (isRecord(value)) {
    const keys = Object.keys(value).sort();
    return { kind: "record", keys, items: keys.map((k) => formOf(value[k])) };
  }
  return { kind: "fixed", value };
}

/** The leaves of a value, each spread over the axes that its form asks for. */
export function leavesOf(ctx: Context, value: unknown, form: Form): unknown[] {
  switch (form.kind) {
    case "fixed":
      return [];
    case "list":
      return form.items.flatMap((f, i) => leavesOf(ctx, (value as unknown[])[i], f));
    case "record":
      return form.items.flatMap((f, i) =>
        leavesOf(ctx, (value as Record<string, unknown>)[form.keys[i]!], f),
      );
    case "leaf": {
      const x = backing(value) ?? (value instanceof Affine ? numbersOf(ctx.host.np, value) : value);
      if (form.axes.length > 0) return [full(ctx.host.np, x, form.axes)];
      return [x instanceof Lane ? x.tensor : x];
    }
  }
}

export function rebuild(ctx: Context, form: Form, leaves: unknown[]): unknown {
  switch (form.kind) {
    case "fixed":
      return form.value;
    case "list":
      return ctx.memory.make(form.items.map((f) => rebuild(ctx, f, leaves)));
    case "record":
      return ctx.memory.make(
        Object.fromEntries(form.items.map((f, i) => [form.keys[i]!, rebuild(ctx, f, leaves)])),
      );
    case "leaf": {
      const t = leaves.shift() as Tensor;
      const value = form.axes.length > 0 ? new Lane(t, form.axes) : t;
      if (!form.backed) return value;
      const array: BackedArray = ctx.memory.make([]);
      array[BACKED] = value;
      return array;
    }
  }
}

/** The form that both have; null when a value that was not there at the start must be made up first. */
export function joinForms(ctx: Context, a: Form, b: Form, what: string, node: Node): Form | null {
  if (a.kind === "leaf" && b.kind === "leaf") return { ...a, axes: sortAxes([...a.axes, ...b.axes]) };
  if (a.kind === "list" && b.kind === "list" && a.items.length === b.items.length) {
    const items = a.items.map((x, i) => joinForms(ctx, x, b.items[i]!, `${what}[${i}]`, node));
    return items.some((x) => x === null) ? null : { kind: "list", items: items as Form[] };
  }
  if (a.kind === "record" && b.kind === "record" && a.keys.join() === b.keys.join()) {
    const items = a.items.map((x, i) => joinForms(ctx, x, b.items[i]!, `${what}.${a.keys[i]}`, node));
    return items.some((x) => x === null) ? null : { ...a, items: items as Form[] };
  }
  if (a.kind === "fixed" && b.kind === "fixed" && Object.is(a.value, b.value)) return a;
  if (a.kind === "fixed" && isEmpty(a.value)) return null;
  return ctx.fail(
    node,
    `${what} is ${showForm(a)} before the loop and ${showForm(b)} after one iteration. A loop that is compiled keeps the kind and the size of its variables`,
  );
}

/** Whether a place holds nothing yet. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === vacant || value instanceof Unassigned;

function showForm(form: Form): string {
  if (form.kind === "leaf") return "a number or tensor";
  if (form.kind === "list") return `an array of length ${form.items.length}`;
  return form.kind === "record" ? `an object { ${form.keys.join(", ")} }` : describe(form.value);
}

/** Zeros of a value's form: what a variable holds before the first iteration gives it a value. */
export function zerosLike(ctx: Context, value: unknown): unknown {
  const held = backing(value);
  if (held) return zerosLike(ctx, held);
  if (value instanceof Lane) return new Lane(ctx.host.np.zeros(value.tensor.shape), value.axes);
  if (value instanceof Tensor)
    return value.dtype === "bool"
      ? ctx.host.np.astype(ctx.host.np.zeros(value.shape), "bool")
      : ctx.host.np.zeros(value.shape);
  if (value instanceof Affine || typeof value === "number") return 0;
  if (typeof value === "boolean") return false;
  if (Array.isArray(value)) return value.map((x) => zerosLike(ctx, x));
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([k, x]) => [k, zerosLike(ctx, x)]));
  return value;
}

export function sameForm(a: Form, b: Form): boolean {
  if (a.kind === "leaf" && b.kind === "leaf")
    return a.axes.length === b.axes.length && a.axes.every((x, i) => x === b.axes[i]);
  if (a.kind === "list" && b.kind === "list")
    return a.items.length === b.items.length && a.items.every((x, i) => sameForm(x, b.items[i]!));
  if (a.kind === "record" && b.kind === "record") return a.items.every((x, i) => sameForm(x, b.items[i]!));
  return a.kind === b.kind;
}

export const leafForms = (form: Form): Extract<Form, { kind: "leaf" }>[] =>
  form.kind === "leaf" ? [form] : form.kind === "fixed" ? [] : form.items.flatMap(leafForms);

/** The form of a value that differs between the iterations of one more loop. */
export function widen(form: Form, axis: Axis): Form {
  if (form.kind === "leaf") return { ...form, axes: sortAxes([...form.axes, axis]) };
  return form.kind === "fixed" ? form : { ...form, items: form.items.map((f) => widen(f, axis)) };
}

/** Stacked results have the loop's axis first; lane values want their axes in order. */
export function turned(ctx: Context, form: Form, leaves: unknown[], axis: Axis): unknown[] {
  const forms = leafForms(form);
  return leaves.map((t, i) => {
    const axes = sortAxes([...forms[i]!.axes, axis]);
    const at = axes.indexOf(axis);
    if (at === 0) return t;
    const { shape } = t as Tensor;
    const order = shape.map((_, k) => k).filter((k) => k !== 0);
    order.splice(at, 0, 0);
    return ctx.host.np.transpose(t as Tensor, order);
  });
}
