// Whether concrete parameters and values are checked, and the checks: a member of the set, or an error naming what is not.
import type { Constraint } from "../bijectors/index.js";
import { np, type Tensor } from "../tensor/index.js";

let enabled = true;

/** Turns the checks of concrete parameters, values and observations on or off; returns what was set before. */
export function setValidation(on: boolean): boolean {
  const before = enabled;
  enabled = on;
  return before;
}

export const validationEnabled = (): boolean => enabled;

/** Whether membership can and should be tested now: traced tensors have no value to look at. */
export const isCheckable = (x: Tensor, constraint: Constraint): boolean =>
  enabled && !x.link && constraint.check !== alwaysTrue;

/** The check of a constraint that says yes to anything; used where there is nothing to test. */
export const alwaysTrue = (x: Tensor): Tensor => np.full(x.shape, true, { dtype: "bool" });

/** The first member of x that the constraint rejects, as text with its place, or null. Needs a concrete x. */
export function firstViolation(x: Tensor, constraint: Constraint): string | null {
  const checked = constraint.check(x);
  // Bounds that are being traced leave the answer open.
  if (checked.link) return null;
  const ok = checked.data();
  const bad = ok.findIndex((v) => v === 0);
  if (bad < 0) return null;
  if (constraint.eventDim > 0 || checked.size !== x.size) {
    const event = x.size / checked.size;
    const part = Number.isInteger(event) ? x.data().slice(bad * event, (bad + 1) * event) : x.data();
    const shown = Array.from(part.slice(0, 9), String).join(", ");
    return `[${shown}${part.length > 9 ? ", ..." : ""}]${x.ndim > constraint.eventDim ? ` at event ${bad}` : ""}`;
  }
  const place = checked.ndim === 0 ? "" : ` at index [${unravel(bad, checked.shape).join(", ")}]`;
  return `${String(x.data()[bad])}${place}`;
}

function unravel(flat: number, shape: readonly number[]): number[] {
  const out: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out.unshift(flat % shape[axis]!);
    flat = Math.floor(flat / shape[axis]!);
  }
  return out;
}
