// The body of np.scan with discrete sites that have all their values in; what one step computes for each combination of the values that
// it depends on, and which those are, out. Values of variables are axes of vmap, so that the body sees one combination at a time.
import { flatten, np, unflatten, vmap, type Flat, type Tensor, type TreeDef } from "../../tensor/index.js";
import { dependence } from "../../trace/dependence.js";
import type { Frame, Message } from "../message.js";
import { logProb } from "../score.js";
import { within } from "../stack.js";
import { held, made, type Live } from "./chain.js";

export type TensorType = Pick<Tensor, "dtype" | "shape">;

export interface Body {
  readonly f: (carry: unknown, x: unknown) => readonly [unknown, unknown];
  /** The sites with all their values: a first axis in front of batch and event. */
  readonly hidden: ReadonlyMap<string, Tensor>;
  /** Whose densities (of deterministic ones: values) are wanted. */
  readonly wanted: ReadonlySet<string>;
}

/** The state of a loop: of each tensor, its values for each combination of the variables it depends on, which are its first axes. */
export interface State {
  readonly def: TreeDef;
  readonly leaves: readonly Tensor[];
  readonly live: readonly (readonly Live[])[];
}

/** What a step made. Keys of variables are `held` and `made`. */
export interface Step {
  readonly state: State;
  readonly densities: readonly {
    readonly site: string;
    readonly tensor: Tensor;
    readonly axes: readonly string[];
  }[];
}

/** What every run of the body says of its sites. */
export type Heard = ReadonlyMap<
  string,
  { readonly frames: readonly Frame[]; readonly scale: Tensor | number }
>;

/** Some element of what one step is given: a tensor of each. */
export interface Given {
  readonly x: unknown;
  /** Values of the other latent sites. */
  readonly values: Readonly<Record<string, Tensor>>;
}

interface Plain {
  readonly carry: Flat;
  readonly y: Flat;
  readonly densities: readonly Tensor[];
}

export class LoopBody {
  /** Of the last run. */
  heard: Heard = new Map();
  private readonly names: readonly string[];

  constructor(private readonly body: Body) {
    this.names = [...body.wanted];
  }

  /** The body for one combination of values. */
  private plainly(carry: unknown, { x, values }: Given, chosen: Readonly<Record<string, Tensor>>): Plain {
    const { f, hidden } = this.body;
    const found = new Map<string, Message>();
    const before = (msg: Message): void => {
      if (msg.type !== "sample" && msg.type !== "deterministic") return;
      if (msg.type === "sample" && !msg.isObserved)
        msg.value = hidden.has(msg.name) ? chosen[msg.name] : (values[msg.name] ?? msg.value);
      msg.stop = true;
    };
    const after = (msg: Message): void => {
      if (msg.type === "sample" || msg.type === "deterministic") found.set(msg.name, msg);
    };
    const [next, y] = within({ name: "scan", guard: [], before, after }, () => f(carry, x));
    this.heard = new Map([...found].map(([name, { frames, scale }]) => [name, { frames, scale }]));
    const densities = this.names.map((name) => {
      const msg = found.get(name)!;
      return msg.type === "sample" ? logProb({ ...msg, scale: 1 }) : msg.value!;
    });
    return { carry: flatten(next), y: flatten(y), densities };
  }

  private at(site: string, index: Tensor): Tensor {
    return np.take(this.body.hidden.get(site)!, index, 0);
  }

  /** Which variables each result of the step reads: "c0", "c1", ... are the tensors of the state, sites are their own. */
  private outline(state: State, given: Given) {
    const { hidden } = this.body;
    let types!: { readonly next: readonly TensorType[]; readonly def: TreeDef };
    let count = 0;
    const reads = dependence("np.scan", (unknown) => {
      const leaves = state.leaves.map((t, i) =>
        unknown({ dtype: t.dtype, shape: t.shape.slice(state.live[i].length) }),
      );
      const indices = new Map([...hidden].map(([name]) => [name, unknown({ dtype: "i32", shape: [] })]));
      const chosen = Object.fromEntries([...indices].map(([name, k]) => [name, this.at(name, k)]));
      const like = flatten(given);
      const inside = unflatten(
        like.def,
        like.leaves.map((t) => unknown(t.type)),
      ) as Given;
      const { carry, y, densities } = this.plainly(unflatten(state.def, leaves), inside, chosen);
      types = { next: carry.leaves.map((t) => t.type), def: carry.def };
      count = y.leaves.length;
      const results = new Map<string, Tensor>();
      carry.leaves.forEach((t, i) => results.set(`c${i}`, t));
      y.leaves.forEach((t, i) => results.set(`y${i}`, t));
      densities.forEach((t, i) => results.set(`d${i}`, t));
      const inputs = new Map<string, Tensor>(indices);
      leaves.forEach((t, i) => inputs.set(`c${i}`, t));
      return { inputs, results };
    });
    return { reads, types, count };
  }

  /** Per wanted site, and per tensor of what the loop carries and returns: the hidden sites of any step that it depends on. */
  reach(state: State, given: Given) {
    const { reads, count } = this.outline(state, given);
    const carried = state.leaves.map((_, i) => `c${i}`);
    const all = new Map([...reads].map(([name, own]) => [name, new Set(own)]));
    for (let grown = true; grown;) {
      grown = false;
      for (const set of all.values())
        for (const c of carried)
          if (set.has(c))
            for (const name of all.get(c)!)
              if (!set.has(name)) {
                set.add(name);
                grown = true;
              }
    }
    const list = (letter: string, n: number): ReadonlySet<string>[] =>
      Array.from({ length: n }, (_, i) => all.get(`${letter}${i}`)!);
    return {
      sites: new Map(this.names.map((name, i) => [name, all.get(`d${i}`)!])),
      carry: list("c", state.leaves.length),
      y: list("y", count),
    };
  }

  /** The state after the next step, as far as structure goes, and the axes of every result. */
  next(state: State, given: Given) {
    const { reads, types } = this.outline(state, given);
    const keys = (result: string): string[] => {
      const read = reads.get(result)!;
      const keyed = new Set<string>();
      state.live.forEach((live, i) => read.has(`c${i}`) && live.forEach((v) => keyed.add(held(v))));
      for (const name of this.body.hidden.keys()) if (read.has(name)) keyed.add(made(name));
      return this.order(state).filter((key) => keyed.has(key));
    };
    const lists = (letter: string, n: number): string[][] =>
      Array.from({ length: n }, (_, i) => keys(`${letter}${i}`));
    const after = new Map<string, Live>(
      [...this.body.hidden.keys()].map((site) => [made(site), { site, lag: 0 }]),
    );
    for (const v of state.live.flat()) after.set(held(v), { ...v, lag: v.lag + 1 });
    const carry = lists("c", types.next.length);
    const live = carry.map((axes) => axes.map((key) => after.get(key)!).sort(byAge));
    return { axes: { carry, d: lists("d", this.names.length) }, live, after, ...types };
  }

  /** The variables of a step, outermost axis first. */
  private order(state: State): string[] {
    const live = [...new Map(state.live.flat().map((v) => [held(v), v])).values()].sort(byAge);
    return [...live.map(held), ...[...this.body.hidden.keys()].map(made)];
  }

  /** One step, for every combination. */
  step(state: State, given: Given): Step {
    const outline = this.next(state, given);
    const order = this.order(state);
    const names = [...this.body.hidden.keys()];
    const indices = names.map((name) => np.arange(this.body.hidden.get(name)!.shape[0]).astype("i32"));
    const args = [...state.leaves, ...indices];
    const carried = state.leaves.length;
    let own: readonly number[] = [];
    let fn = (...xs: Tensor[]): Tensor[] => {
      const chosen = Object.fromEntries(names.map((name, i) => [name, this.at(name, xs[carried + i])]));
      const plain = this.plainly(unflatten(state.def, xs.slice(0, carried)), given, chosen);
      const all = [...plain.carry.leaves, ...plain.densities];
      own = all.map((t) => t.ndim);
      return all;
    };
    for (const key of [...order].reverse()) {
      const inAxes = args.map((_, i) =>
        (i < carried ? state.live[i].some((v) => held(v) === key) : made(names[i - carried]) === key)
          ? 0
          : null,
      );
      fn = vmap(fn, inAxes);
    }
    const wide = fn(...args);
    const { carry, d } = outline.axes;
    const narrowed = [...carry, ...d].map((axes, i) => narrow(wide[i], order, axes));
    const leaves = carry.map((axes, i) => {
      // Oldest last: the order in which the next step has them.
      const now = axes.map((key) => outline.after.get(key)!);
      const perm = outline.live[i].map((v) => now.indexOf(v));
      return np.transpose(narrowed[i], [
        ...perm,
        ...Array.from({ length: own[i] }, (_, k) => perm.length + k),
      ]);
    });
    return {
      state: { def: outline.def, leaves, live: outline.live },
      densities: d.map((axes, i) => ({ site: this.names[i], tensor: narrowed[carry.length + i], axes })),
    };
  }
}

const byAge = (a: Live, b: Live): number => a.lag - b.lag || (a.site < b.site ? -1 : a.site > b.site ? 1 : 0);

/** Without the axes along which nothing changes. */
function narrow(t: Tensor, order: readonly string[], axes: readonly string[]): Tensor {
  const ranges = order.map((key): [number, number] | null => (axes.includes(key) ? null : [0, 1]));
  if (ranges.every((r) => r === null)) return t;
  const rest = t.shape.slice(order.length);
  const cut = t.slice(...ranges, ...rest.map(() => null));
  return cut.reshape([...axes.map((key) => t.shape[order.indexOf(key)]), ...rest]);
}
