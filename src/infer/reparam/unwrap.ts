// A distribution in; the one inside toEvent, and how many axes toEvent took, out.
import { Distribution } from "../../dist/index.js";

export function unwrap(fn: Distribution): { base: Distribution; eventDims: number } {
  const { base, reinterpreted } = fn as { readonly base?: unknown; readonly reinterpreted?: unknown };
  if (!(base instanceof Distribution) || typeof reinterpreted !== "number") return { base: fn, eventDims: 0 };
  const inner = unwrap(base);
  return { base: inner.base, eventDims: inner.eventDims + reinterpreted };
}
