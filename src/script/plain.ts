// A script's value as functions outside of scripts know it: arrays that loops filled become tensors, indices become numbers.
import type { Context } from "./context.js";
import { backing, numbersOf } from "./lanes.js";
import { Affine, isRecord, Lane } from "./values.js";

export function plain(ctx: Context, value: unknown): unknown {
  if (value instanceof Affine) return numbersOf(ctx.host.np, value);
  const held = backing(value);
  if (held) return held;
  if (Array.isArray(value))
    return value.some((x) => plain(ctx, x) !== x) ? value.map((x) => plain(ctx, x)) : value;
  if (isRecord(value)) {
    const entries = Object.entries(value);
    return entries.some(([, x]) => plain(ctx, x) !== x)
      ? Object.fromEntries(entries.map(([k, x]) => [k, plain(ctx, x)]))
      : value;
  }
  return value;
}

/** All lane values in a tree. */
export function lanesIn(value: unknown, out: Lane[] = []): Lane[] {
  if (value instanceof Lane) out.push(value);
  else if (Array.isArray(value)) value.forEach((x) => lanesIn(x, out));
  else if (isRecord(value)) Object.values(value).forEach((x) => lanesIn(x, out));
  return out;
}

/** The tree with its lane values replaced. */
export function replaceLanes(value: unknown, f: (x: Lane) => unknown): unknown {
  if (value instanceof Lane) return f(value);
  if (Array.isArray(value)) return value.map((x) => replaceLanes(x, f));
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([k, x]) => [k, replaceLanes(x, f)]));
  return value;
}
