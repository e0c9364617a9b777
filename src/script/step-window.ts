// An array of which the steps of a loop read only the last few elements they wrote: those are carried, not the array.
import type { Context } from "./context.js";
import type { Window } from "./dependence.js";
import { tensorOf } from "./lanes.js";
import { readElement } from "./read-element.js";
import type { Cell } from "./scope.js";
import type { StepLoop } from "./step-place.js";
import { Affine, type Lane } from "./values.js";

export interface OpenWindow {
  readonly window: Window;
  /** The element that a step writes, then the ones before it. */
  readonly cells: readonly Cell[];
  readonly root: Cell;
  /** What the written elements held before the loop, for all steps. */
  readonly before: Lane;
}

/** Null where the array is not known, or the window leaves it: the array itself is carried then. */
export function openWindow(ctx: Context, step: StepLoop, name: string, window: Window): OpenWindow | null {
  const root = step.loop.scope.find(name);
  if (!root) return null;
  const value = tensorOf(ctx.host.np, root.value);
  const { start, size } = step.loop;
  const n = value.shape[0] ?? 0;
  if (start + window.write + size > n || start + window.write - window.depth < 0) return null;
  const before = readElement(ctx.host.np, value, Affine.of(step.axis).plus(window.write), false) as Lane;
  const cells = Array.from({ length: window.depth + 1 }, (_, d): Cell => ({
    name: `${name}[${step.loop.name} - ${d}]`,
    constant: false,
    value: d === 0 ? undefined : readElement(ctx.host.np, value, start + window.write - d, false),
  }));
  cells.forEach((cell) => ctx.memory.make(cell, ctx.memory.ownersOf(root)));
  return { window, cells, root, before };
}
