// Whether concrete parameters and values are checked, and the checks: a member of the set, or an error naming what is not.
import type { Constraint } from "../bijectors/index.js";
import type { Tensor } from "../tensor/index.js";

let enabled = true;

/** Turns the checks of concrete parameters, values and observations on or off; returns what was set before. */
export function setValidation(on: boolean): boolean {
  const before = enabled;
  enabled = on;
  return before;
}

export const validationEnabled = (): boolean => enabled;

/** Whether membership can and should be tested now: traced tensors have no value to look at. */
export const isCheckable = (x: Tensor): boolean => enabled && !x.link;

/** The first member of x that the constraint rejects, as text with its place, or null. Needs a concrete x. */
export function firstViolation(x: Tensor, constraint: Constraint): string | null {
  const { element, eventDim } = constraint;
  const data = x.data();
  const event = x.shape.slice(x.ndim - eventDim).reduce((n, d) => n * d, 1);
  if (element) {
    for (let i = 0; i < data.length; i++)
      if (!element(data[i]!)) return show(x, eventDim, event, Math.floor(i / event));
    return null;
  }
  const checked = constraint.check(x);
  // Bounds that are being traced leave the answer open.
  if (checked.link) return null;
  const bad = checked.data().indexOf(0);
  if (bad < 0) return null;
  // Bounds of a larger shape than x judge each of its elements more than once.
  return checked.size * event === x.size ? show(x, eventDim, event, bad) : String(x);
}

/** One member of x and where it stands. */
function show(x: Tensor, eventDim: number, event: number, member: number): string {
  const batch = x.shape.slice(0, x.ndim - eventDim);
  const place = batch.length === 0 ? "" : ` at index [${unravel(member, batch).join(", ")}]`;
  const part = Array.from(x.data().slice(member * event, (member + 1) * event));
  if (eventDim === 0) return `${String(part[0])}${place}`;
  return `[${part.slice(0, 9).join(", ")}${part.length > 9 ? ", ..." : ""}]${place}`;
}

function unravel(flat: number, shape: readonly number[]): number[] {
  const out: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out.unshift(flat % shape[axis]!);
    flat = Math.floor(flat / shape[axis]!);
  }
  return out;
}
