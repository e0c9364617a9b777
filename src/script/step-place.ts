// What a sequential loop is about, and the places whose values its steps hand on.
import type { Statement } from "acorn";
import type { Form } from "./carry.js";
import type { Context } from "./context.js";
import type { Counted } from "./counted.js";
import type { Dependence } from "./dependence.js";
import { BACKED, isDynamic, tensorOf } from "./lanes.js";
import type { Scope } from "./scope.js";
import { Lane, type Axis } from "./values.js";

export interface StepLoop {
  readonly loop: Counted;
  readonly axis: Axis;
  readonly statements: readonly Statement[];
  /** Which of them run here. */
  readonly indices: readonly number[];
  /** Where values of all iterations are. */
  readonly lanes: Scope;
  readonly plan: Dependence | null;
  readonly snapshots?: Map<string, (after: number) => unknown>;
}

/** Thrown out of a recording that has to start again, knowing more. */
export class Again extends Error {
  constructor(readonly owner: object) {
    super("again");
  }
}

export interface Place {
  readonly owner: object;
  readonly key: string | number | symbol;
  readonly name: string;
  /** Written where tests had chosen already: the arms of branches around the loop must not merge it again. */
  readonly through?: boolean;
  form: Form;
  /** What it holds before the first step, when the script has not said. */
  start?: unknown;
}

export function startValue(ctx: Context, place: Place): unknown {
  const now = place.start ?? ctx.memory.read(place.owner, place.key);
  return now === undefined && place.key === BACKED ? tensorOf(ctx.host.np, place.owner) : now;
}

/** A number that turns into a tensor: what the place starts from, in the tensor's shape. Null where nothing is to be done. */
export function grownStart(ctx: Context, place: Place, value: unknown): unknown {
  if (place.form.kind !== "leaf" || place.form.backed) return null;
  const { np } = ctx.host;
  const start = startValue(ctx, place);
  if (!isDynamic(value) || !(isDynamic(start) || typeof start === "number")) return null;
  const [from, to] = [tensorOf(np, start), tensorOf(np, value)];
  if (from.shape.length > 0 || to.shape.length === 0) return null;
  const t = from instanceof Lane ? from.tensor : from;
  const lead = from instanceof Lane ? from.axes.map((a) => a.size) : [];
  const wide = np.broadcastTo(np.reshape(t, [...lead, ...to.shape.map(() => 1)]), [...lead, ...to.shape]);
  return from instanceof Lane ? new Lane(wide, from.axes) : wide;
}

/** Variables that these statements write and others of the loop read. */
export function readElsewhere({ plan, indices }: StepLoop): string[] {
  if (!plan) return [];
  const names = new Set(indices.flatMap((i) => [...plan.writes[i]!]));
  return [...names].filter((name) => plan.reads.some((r, i) => !indices.includes(i) && r.has(name)));
}
