// A loop with discrete sites that are to be summed out, and a run under enumeration, in; the loop's factors in that run, and what the
// loop carries out as far as it depends on those sites, out.
import { flatten, np, unflatten, type Shape, type Tensor } from "../../tensor/index.js";
import type { Scan } from "../../trace/statements.js";
import type { Frame } from "../message.js";
import { Chain, ChainElimination, held, joined, made, STEP, type Live } from "./chain.js";
import type { Factor } from "./eliminate.js";
import { LoopBody, type Body, type Given, type State, type TensorType } from "./loop-body.js";
import type { EnumeratedRun } from "./run.js";
import { valuesAt } from "./values-at.js";

/** Steps back that a state may depend on. */
const MOST_STEPS = 4;
/** How many axes of events a density may have behind those of its batch, for it to be seen that it depends on what is gone. */
const EVENT_AXES = 8;

/** A site that is to be summed out: all its values, of one element, along a first axis; and its shape in one step. */
export interface HiddenSite {
  readonly support: Tensor;
  readonly batchShape: Shape;
  readonly eventShape: Shape;
}

export interface Loop {
  readonly f: Body["f"];
  readonly hidden: ReadonlyMap<string, HiddenSite>;
  /** Sites whose densities depend on those. */
  readonly wanted: ReadonlySet<string>;
  readonly init: unknown;
  readonly xs: unknown;
  readonly length: number;
  readonly reverse: boolean;
  /** Values of the other latent sites, with the steps in front. */
  readonly values: Readonly<Record<string, Tensor>>;
  readonly scan: Scan;
}

/** All values as the body sees them. */
export const spread = ({ support, batchShape, eventShape }: HiddenSite): Tensor => {
  const count = support.shape[0];
  const ones = batchShape.map(() => 1);
  return np.broadcastTo(support.reshape([count, ...ones, ...eventShape]), [
    count,
    ...batchShape,
    ...eventShape,
  ]);
};

/** Adds factors, variables and a chain to the run. Per tensor of the state: what it is after the loop where it depends on hidden sites. */
export function enumerateLoop(loop: Loop, run: EnumeratedRun): readonly (Tensor | null)[] {
  const { f, hidden, wanted, init, xs, length, reverse, values, scan } = loop;
  const sites = [...hidden.keys()];
  const steps = new LoopBody({ f, wanted, hidden: new Map(Array.from(hidden, ([k, v]) => [k, spread(v)])) });
  const given = flatten({ x: xs, values });
  const at = (s: number): Given =>
    unflatten(
      given.def,
      given.leaves.map((t) => t.at(reverse ? length - 1 - s : s)),
    ) as Given;
  const framesOf = (site: string): readonly Frame[] => steps.heard.get(site)!.frames;
  const platesOf = (site: string): Set<string> => new Set(framesOf(site).map((frame) => frame.name));
  const factor = (tensor: Tensor, axes: readonly string[], site: string): Factor => {
    const outer = run.heard.get(site)!;
    if (outer.mask !== null)
      throw new Error(
        `site "${site}": a mask around np.scan cannot be used where its sites (${sites.join(", ")}) are summed out step by step; put handlers.mask inside of the loop.`,
      );
    const { frames, scale } = steps.heard.get(site)!;
    return run.named(tensor, axes, { name: site, frames, scale: times(scale, outer.scale) });
  };
  const start = flatten(init);
  let state: State = { def: start.def, leaves: start.leaves, live: start.leaves.map(() => []) };
  let s = 0;
  for (; s < length; s++) {
    const next = steps.next(state, at(s));
    if (s === 0) for (const site of sites) refuseUndeclared(site, hidden.get(site)!, framesOf(site));
    if (formOf(next.live, next.next) === formOf(state.live, ownTypes(state))) break;
    const far = next.live.flat().find((v) => v.lag >= MOST_STEPS);
    if (far)
      throw new Error(
        `site "${far.site}" cannot be enumerated: what np.scan carries depends on its values at more than ${MOST_STEPS} earlier steps. ` +
          "Carry the last values themselves, or sample the site.",
      );
    const live = new Map(state.live.flat().map((v) => [held(v), `${v.site}@${s - 1 - v.lag}`]));
    for (const site of sites) live.set(made(site), `${site}@${s}`);
    const done = steps.step(state, at(s));
    for (const site of sites) run.ends.push({ name: `${site}@${s}`, plates: platesOf(site) });
    for (const { tensor, axes, site } of done.densities)
      run.add(
        factor(
          tensor,
          axes.map((key) => live.get(key)!),
          site,
        ),
      );
    state = done.state;
  }
  const count = length - s;
  const live = [...new Map(state.live.flat().map((v) => [held(v), v])).values()];
  const before = (v: Live): string => `${v.site}@${s - 1 - v.lag}`;
  const after = (v: Live): string => (count > 0 ? `${v.site}#${v.lag}` : before(v));
  let chain: Chain | null = null;
  if (count > 0) {
    let last!: ReturnType<LoopBody["step"]>;
    const body = (leaves: unknown, own: unknown): readonly [unknown, unknown] => {
      last = steps.step({ ...state, leaves: leaves as Tensor[] }, own as Given);
      return [last.state.leaves, last.densities.map((d) => d.tensor)];
    };
    const range: [number, number] = reverse ? [0, count] : [s, length];
    const rest = unflatten(
      given.def,
      given.leaves.map((t) => t.slice(range)),
    );
    const [end, stacked] = scan(body, state.leaves, rest, { length: count, reverse }) as [Tensor[], Tensor[]];
    for (const v of live) run.ends.push({ name: after(v), plates: platesOf(v.site) });
    const ordered = (t: Tensor): Tensor => (reverse ? np.flip(t, 0) : t);
    const factors = last.densities.map(({ site, axes }, i) =>
      factor(ordered(stacked[i]), [STEP, ...axes], site),
    );
    const variables = sites.map((name) => ({ name, plates: platesOf(name) }));
    chain = new Chain({ sites: variables, count, factors, live, before, after });
    run.chains.push(chain);
    state = { ...state, leaves: end };
  }
  run.loops.push({
    values: (indices, taken) =>
      new Map(
        Array.from(hidden, ([site, { support }]) => {
          const early = Array.from({ length: s }, (_, t) => indices.get(`${site}@${t}`)!);
          const own = taken.find((e) => e instanceof ChainElimination && e.parts === chain?.parts) as
            ChainElimination | undefined;
          const index = joined(early, own?.indices.get(site) ?? null);
          const inOrder = reverse ? { ...index, tensor: np.flip(index.tensor, 0) } : index;
          return [site, valuesAt(support, inOrder, framesOf(site), [STEP])] as const;
        }),
      ),
  });
  const dims = new Map<string, number>();
  return state.leaves.map((t, i) => {
    const own = state.live[i];
    if (own.length === 0) return null;
    const shape = t.shape.slice(own.length);
    if (own.some((v) => String(hidden.get(v.site)!.batchShape) !== String(shape))) return gone(run, shape);
    for (const v of own) if (!dims.has(after(v))) dims.set(after(v), run.expose(after(v), platesOf(v.site)));
    return along(
      t,
      own.map((v) => dims.get(after(v))!),
    );
  });
}

/** A tensor with the first axes moved to the given batch axes, further left than its own. */
function along(t: Tensor, dims: readonly number[]): Tensor {
  const rank = t.ndim - dims.length;
  const order = dims.map((_, i) => i).sort((a, b) => dims[a] - dims[b]);
  const moved = np.transpose(t, [...order, ...Array.from({ length: rank }, (_, k) => dims.length + k)]);
  const shape = Array.from({ length: -Math.min(...dims) }, () => 1);
  const own = t.shape.slice(dims.length);
  own.forEach((d, k) => (shape[shape.length - own.length + k] = d));
  dims.forEach((dim, i) => (shape[shape.length + dim] = t.shape[i]));
  return moved.reshape(shape);
}

/**
 * Stands for what is known inside of the loop alone: a site that reads it throws (see EnumeratedRun.named). Ones pass the checks of
 * parameters on their way there.
 */
export const gone = (run: EnumeratedRun, shape: Shape): Tensor => {
  const ones = Array.from({ length: -run.leftmost + EVENT_AXES }, () => 1);
  return np.ones([2, ...ones, ...shape]);
};

const ownTypes = ({ leaves, live }: State): TensorType[] =>
  leaves.map((t, i) => ({ dtype: t.dtype, shape: t.shape.slice(live[i].length) }));

const formOf = (live: State["live"], types: readonly TensorType[]): string => JSON.stringify([live, types]);

function times(a: Tensor | number, b: Tensor | number): Tensor | number {
  if (a === 1) return b;
  if (b === 1) return a;
  if (typeof a === "number") return typeof b === "number" ? a * b : b.mul(a);
  return a.mul(b);
}

/** Elements of a batch axis that no plate declares would all be given the same value. */
function refuseUndeclared(name: string, { batchShape }: HiddenSite, frames: readonly Frame[]): void {
  batchShape.forEach((d, i) => {
    const dim = i - batchShape.length;
    if (d === 1 || frames.some((frame) => frame.dim === dim)) return;
    throw new Error(
      `site "${name}" cannot be enumerated: its batch axis ${dim} of length ${d} belongs to no plate. Put it into a plate inside of the loop.`,
    );
  });
}
