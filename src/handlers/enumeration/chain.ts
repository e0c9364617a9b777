// The steps of a loop, each a set of log factors over variables of its own and of the step before, in; factors over what stands before
// and after the loop out (variable elimination step by step: a forward algorithm), and a way back that chooses values.
import { np, type Tensor } from "../../tensor/index.js";
import { add, align, type Named } from "./named.js";
import {
  eliminate,
  type Choose,
  type Elimination,
  type Factor,
  type Sum,
  type Variable,
} from "./eliminate.js";

/** The axis of a stacked tensor that counts steps, in the order in which they run. */
export const STEP = "(step)";

/** A variable that the loop's state depends on: made `lag` steps before the last one (0: in it). */
export interface Live {
  readonly site: string;
  readonly lag: number;
}

/** Names inside of one step: variables that the state holds when it begins, and those that it makes. */
export const held = ({ site, lag }: Live): string => `${site}~${lag}`;
export const made = (site: string): string => `${site}~new`;

export interface ChainParts {
  /** Sites that are summed out, with the plates around each. */
  readonly sites: readonly Variable[];
  /** Steps of the loop that `factors` are of. */
  readonly count: number;
  /** Stacked along STEP, which is their first axis. */
  readonly factors: readonly Factor[];
  /** What the state depends on between any two steps. */
  readonly live: readonly Live[];
  /** The variables outside that `live` are before the first of these steps, and after the last. */
  readonly before: (live: Live) => string;
  readonly after: (live: Live) => string;
}

export class Chain {
  constructor(readonly parts: ChainParts) {}

  get before(): string[] {
    return this.parts.live.map(this.parts.before);
  }

  /** Every variable outside that the chain depends on, or makes. */
  touches(variables: ReadonlySet<string>): string[] {
    const { live, after, factors } = this.parts;
    const inside = factors.flatMap(({ axes }) => axes.filter((axis) => variables.has(axis)));
    return [...this.before, ...live.map(after), ...inside];
  }

  private plates(site: string): ReadonlySet<string> {
    return this.parts.sites.find((s) => s.name === site)!.plates;
  }

  /** `start` are all factors over what the chain begins with; `outside` the variables that stay axes. */
  run(
    start: readonly Factor[],
    outside: readonly Variable[],
    sum: Sum,
  ): { readonly factors: readonly Factor[]; readonly elimination: ChainElimination } {
    const { sites, live, count, factors, before, after } = this.parts;
    const variables = [
      ...live.map((v): Variable => ({ name: held(v), plates: this.plates(v.site) })),
      ...sites.map((s): Variable => ({ name: made(s.name), plates: s.plates })),
    ];
    // What the next step calls held is made here, or held since one step less.
    const next = new Map(
      live.map((v) => [v.lag === 0 ? made(v.site) : held({ ...v, lag: v.lag - 1 }), held(v)]),
    );
    const free = variables.filter((v) => next.has(v.name));
    const bound = variables.filter((v) => !next.has(v.name));
    const names = new Set(live.map(held));
    const step = (alpha: readonly Factor[], own: readonly Factor[]) => {
      const left = eliminate([...alpha, ...own], bound, [...free, ...outside], sum);
      const renamed = left.factors.map((f) => ({ ...f, axes: f.axes.map((axis) => next.get(axis) ?? axis) }));
      return {
        alpha: merged(renamed.filter((f) => f.axes.some((axis) => names.has(axis)))),
        rest: renamed.filter((f) => !f.axes.some((axis) => names.has(axis))),
        steps: left.steps as readonly Elimination[],
      };
    };
    const at = (t: number): Factor[] =>
      factors.map((f) => ({ ...f, tensor: f.tensor.at(t), axes: f.axes.slice(1) }));
    const outwards = new Map(live.map((v) => [held(v), before(v)]));
    const inwards = new Map([...outwards].map(([inner, outer]) => [outer, inner]));
    let alpha = merged(start.map((f) => ({ ...f, axes: f.axes.map((axis) => inwards.get(axis) ?? axis) })));
    const rest: Factor[] = [];
    const first: (readonly Elimination[])[] = [];
    // The first steps may depend on less than the others.
    let t = 0;
    let settled = false;
    while (t < count && !settled) {
      const result = step(alpha, at(t));
      settled = formOf(result.alpha) === formOf(alpha);
      if (settled) break;
      first.push(result.steps);
      rest.push(...result.rest);
      alpha = result.alpha;
      t++;
    }
    let stacked: readonly Elimination[] = [];
    if (t < count) {
      let form!: ReturnType<typeof step>;
      const body = (carry: readonly Tensor[], own: readonly Tensor[]) => {
        form = step(
          alpha.map((f, i) => ({ ...f, tensor: carry[i] })),
          factors.map((f, i) => ({ ...f, tensor: own[i], axes: f.axes.slice(1) })),
        );
        const kept = { rest: form.rest.map((f) => f.tensor), joints: form.steps.map((e) => e.joint.tensor) };
        return [form.alpha.map((f) => f.tensor), kept] as const;
      };
      const [last, kept] = np.scan(
        body as never,
        alpha.map((f) => f.tensor) as never,
        factors.map((f) => f.tensor.slice([t, count])) as never,
      ) as unknown as [Tensor[], { rest: Tensor[]; joints: Tensor[] }];
      form.rest.forEach((f, i) => rest.push({ ...f, tensor: np.sum(kept.rest[i], 0) }));
      stacked = form.steps.map(({ variable, joint }, i) => ({
        variable,
        joint: { tensor: kept.joints[i], axes: [STEP, ...joint.axes] },
      }));
      alpha = alpha.map((f, i) => ({ ...f, tensor: last[i] }));
    }
    const outer = new Map(live.map((v) => [held(v), after(v)]));
    const end = alpha.map((f) => ({ ...f, axes: f.axes.map((axis) => outer.get(axis) ?? axis) }));
    return {
      factors: [...end, ...rest],
      elimination: new ChainElimination(this.parts, next, first, stacked),
    };
  }
}

/** How the variables of a chain were summed out. */
export class ChainElimination {
  /** Per site, the index of its value at each step; set by `choose`. */
  readonly indices = new Map<string, Named>();

  constructor(
    readonly parts: ChainParts,
    private readonly next: ReadonlyMap<string, string>,
    private readonly first: readonly (readonly Elimination[])[],
    private readonly stacked: readonly Elimination[],
  ) {}

  /** Goes back from what stands after the chain, in `known`, to what stands before it, which it adds there. */
  choose(known: Map<string, Named>, choose: Choose, number: number): void {
    const { sites, live, count, before, after } = this.parts;
    const outside = new Map(known);
    const survivors = [...this.next];
    const back = (state: ReadonlyMap<string, Named>, steps: readonly Elimination[], t: Tensor | number) => {
      const indices = new Map(outside);
      for (const [name, later] of survivors) indices.set(name, state.get(later)!);
      [...steps].reverse().forEach(({ variable, joint }, i) => {
        indices.set(variable, choose(variable, joint, indices, [number, i, t]));
      });
      return {
        state: new Map(live.map((v) => [held(v), indices.get(held(v))!])),
        made: sites.map((s) => indices.get(made(s.name))!),
      };
    };
    let state: ReadonlyMap<string, Named> = new Map(live.map((v) => [held(v), known.get(after(v))!]));
    const scanned = count - this.first.length;
    const found: Named[][] = [];
    let later: Named[] | null = null;
    if (scanned > 0) {
      let axes: readonly (readonly string[])[] = [];
      const order = live.map(held);
      const axesOf = order.map((name) => state.get(name)!.axes);
      const body = (carry: readonly Tensor[], { joints, t }: { joints: Tensor[]; t: Tensor }) => {
        const now = new Map(order.map((name, i) => [name, { tensor: carry[i], axes: axesOf[i] }]));
        const steps = this.stacked.map((e, i) => ({
          variable: e.variable,
          joint: { tensor: joints[i], axes: e.joint.axes.slice(1) },
        }));
        const result = back(now, steps, t);
        axes = result.made.map((m) => m.axes);
        const left = order.map((name, i) => align(result.state.get(name)!, axesOf[i]));
        return [left, result.made.map((m) => m.tensor)] as const;
      };
      const [begun, indices] = np.scan(
        body as never,
        order.map((name) => state.get(name)!.tensor) as never,
        {
          joints: this.stacked.map((e) => e.joint.tensor),
          t: np.arange(this.first.length, count).astype("i32"),
        } as never,
        { reverse: true },
      ) as unknown as [Tensor[], Tensor[]];
      state = new Map(order.map((name, i) => [name, { tensor: begun[i], axes: axesOf[i] }]));
      later = indices.map((tensor, i) => ({ tensor, axes: [STEP, ...axes[i]] }));
    }
    for (let t = this.first.length - 1; t >= 0; t--) {
      const result = back(state, this.first[t], t);
      state = result.state;
      found.unshift(result.made);
    }
    sites.forEach(({ name }, i) => {
      const early = found.map((step) => step[i]);
      this.indices.set(name, joined(early, later?.[i] ?? null));
    });
    for (const v of live) known.set(before(v), state.get(held(v))!);
  }
}

/** Indices of single steps in front of those of many. */
export function joined(early: readonly Named[], later: Named | null): Named {
  const axes = later ? later.axes.slice(1) : early[0].axes;
  const parts = early.map((x) => np.expandDims(align(x, axes), 0));
  if (later) parts.push(later.tensor);
  return { tensor: np.concatenate(parts, 0), axes: [STEP, ...axes] };
}

/** One factor for each set of plates, its axes in an order of their own. */
function merged(factors: readonly Factor[]): Factor[] {
  const groups = new Map<string, Factor[]>();
  for (const f of factors) {
    const key = [...f.plates].sort().join("\n");
    groups.set(key, [...(groups.get(key) ?? []), f]);
  }
  return [...groups].sort().map(([, group]) => {
    const sum = add(group);
    const axes = [...sum.axes].sort();
    return { ...group[0], tensor: align(sum, axes), axes };
  });
}

const formOf = (alpha: readonly Factor[]): string =>
  JSON.stringify(alpha.map((f) => [f.axes, f.tensor.shape, f.tensor.dtype, typeof f.scale]));
