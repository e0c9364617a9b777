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
  const answers = checked.data();
  if (answers.indexOf(0) < 0) return null;
  // Bounds of a larger shape than x judge each of its members more than once: these are alternatives, of which one may hold.
  const held = new Uint8Array(x.size / event);
  const batch = x.shape.slice(0, x.ndim - eventDim);
  for (let i = 0; i < answers.length; i++) if (answers[i] !== 0) held[memberOf(i, checked.shape, batch)] = 1;
  const bad = held.indexOf(0);
  return bad < 0 ? null : show(x, eventDim, event, bad);
}

/** Which member of the batch shape an element of the larger shape, that it broadcasts to, belongs to. */
function memberOf(flat: number, larger: readonly number[], batch: readonly number[]): number {
  let member = 0;
  let stride = 1;
  let rest = flat;
  for (let axis = 1; axis <= batch.length; axis++) {
    const [d, own] = [larger[larger.length - axis]!, batch[batch.length - axis]!];
    if (own > 1) member += (rest % d) * stride;
    rest = Math.floor(rest / d);
    stride *= own;
  }
  return member;
}

/**
 * For each member of x whether it is in the set, or null where all are known to be: values that are traced, and known ones whose
 * bounds are traced or differ between alternatives, are tested by the program.
 */
export function insideOf(x: Tensor, constraint: Constraint): Tensor | null {
  if (everyReal(constraint)) return null;
  const { element } = constraint;
  if (element && !x.link) {
    const data = x.data();
    let all = true;
    for (let i = 0; all && i < data.length; i++) all = element(data[i]!);
    if (all) return null;
  }
  const checked = constraint.check(x);
  return !checked.link && checked.data().indexOf(0) < 0 ? null : checked;
}

/** The log density of values outside of the support: -Infinity, and NaN for what is not a number. */
export function outside(value: Tensor, eventDim: number): Tensor {
  const number = value.eq(value);
  const axes = Array.from({ length: eventDim }, (_, i) => -1 - i);
  return np.where(eventDim === 0 ? number : np.all(number, axes), -Infinity, NaN);
}

/** Whether every real value is in the set, so that no test is needed. */
export const everyReal = (constraint: Constraint): boolean =>
  /^(real|realVector|independent\(real, \d+\))$/.test(constraint.name);

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
