// A function's messages in; enumerated sites with all their values along axes of their own, and log factors with named axes, out.
import { Deferred, type Distribution } from "../../dist/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { canBeRead, markovScope, type MarkovScope } from "../markov.js";
import type { Frame, Message } from "../message.js";
import { logProb } from "../score.js";
import type { Chain, ChainElimination } from "./chain.js";
import type { Named } from "./named.js";
import type { Nesting } from "./nesting.js";
import type { Elimination, Factor, Variable } from "./eliminate.js";

/** The loop of an enumerated site: from the chosen indices of variables to a value at each step. */
export interface EnumeratedLoop {
  values(
    indices: ReadonlyMap<string, Named>,
    steps: readonly (Elimination | ChainElimination)[],
  ): ReadonlyMap<string, Tensor>;
}

/** All values of a site along a first axis. */
export function supportOf(fn: Distribution): Tensor {
  const like = fn instanceof Deferred ? fn.like : fn;
  const values = like.enumerateSupport({ expand: false });
  const support = values.reshape([values.shape[0], ...like.eventShape]);
  return like.eventShape.length === 0 ? np.array(support, { dtype: "i32" }) : support;
}

const isKnown = ({ fn }: Readonly<Message>): boolean => !(fn instanceof Deferred) || fn.isResolved;

/** Values that stand for all values of a site in a loop. */
const claims = new WeakMap<Tensor, EnumeratedRun>();

/** A variable with an axis of its own. */
interface Known extends Variable {
  /** The batch axis of its values, from the right. */
  readonly dim: number;
  readonly scope: MarkovScope;
}

/** An enumerated site. */
export interface Enumerated extends Known {
  /** All values along a first axis. */
  readonly support: Tensor;
  readonly frames: readonly Frame[];
}

/** One run under enumeration: gives out axes, and says which variable each axis of a log density belongs to. */
export class EnumeratedRun {
  private readonly made: Enumerated[] = [];
  /** Those made here and those adopted. */
  private readonly known: Known[] = [];

  constructor(
    /** Batch axes from here to the left belong to enumerated sites. */
    readonly firstAvailableDim: number,
    /** Those from here to the left are given out. */
    private readonly firstGiven = firstAvailableDim,
    /** Sites that something outside their plates depends on (see `nestingOf`). */
    private readonly crossings: Nesting["crossings"] = new Map(),
    /** Whether sites of np.scan may be enumerated: for those who go on with `factors` and `chains`. */
    private readonly takesChains = false,
  ) {}

  private readonly scored: Factor[] = [];
  /** Sites of loops that have not said yet what their densities are. */
  private waiting: Readonly<Message>[] = [];
  /** Loops whose steps are summed over one by one. */
  readonly chains: Chain[] = [];
  /** Variables of loops that stand outside of them: of first steps, and of last ones. */
  readonly ends: Variable[] = [];
  /** Per site of a loop that is part of a chain, its message: it says what counts how often. */
  readonly heard = new Map<string, Readonly<Message>>();
  /** Sites of loops that are enumerated, and how their values are put together. */
  readonly loops: EnumeratedLoop[] = [];
  private readonly claimed = new Map<string, Tensor>();

  /** Everything that is to be summed out. */
  get bound(): readonly Variable[] {
    return [...this.made, ...this.ends];
  }

  /** Names of sites that have all their values. */
  get sites(): ReadonlySet<string> {
    return new Set([...this.made.map((v) => v.name), ...this.claimed.keys()]);
  }

  /** Whether the message's site has a value, or a density, for each combination of enumerated sites of its loop. */
  isInChain({ name, fn }: Readonly<Message>): boolean {
    return (
      fn instanceof Deferred &&
      (this.claimed.has(name) || fn.loop?.dependsOn(name, (n) => this.claimed.has(n)) === true)
    );
  }

  /** Which run a value stands for all values of. */
  static of(value: Tensor | undefined): EnumeratedRun | null {
    return (value && claims.get(value)) ?? null;
  }

  /** Takes the term of a site, if that is not a loop's. */
  score(msg: Readonly<Message>): void {
    this.scoreWaiting();
    if (this.isInChain(msg)) this.heard.set(msg.name, msg);
    else if (isKnown(msg)) this.scored.push(this.factor(msg));
    else this.waiting.push(msg);
  }

  private scoreWaiting(): void {
    if (this.waiting.length === 0) return;
    const known = this.waiting.filter(isKnown);
    this.waiting = this.waiting.filter((msg) => !isKnown(msg));
    for (const msg of known) this.scored.push(this.factor(msg));
  }

  /** The terms of all sites that were scored, and of the first steps of loops. */
  get factors(): readonly Factor[] {
    this.scoreWaiting();
    return this.scored;
  }

  /** Takes a term of a loop's step. */
  add(factor: Factor): void {
    this.scored.push(factor);
  }

  /** A batch axis for a variable of a loop that what follows depends on; its values lie along it. */
  expose(name: string, plates: ReadonlySet<string>): number {
    const dim = this.freeDim();
    this.known.push({ name, plates, dim, scope: markovScope() });
    return dim;
  }

  /** The first value in all steps, which is a draw like others where nothing is enumerated. */
  private claim(msg: Readonly<Message>, fn: Deferred): Tensor {
    const value = np.broadcastTo(supportOf(fn).at(0), [...fn.batchShape, ...fn.eventShape]).add(0);
    this.claimed.set(msg.name, value);
    claims.set(value, this);
    return value;
  }

  get variables(): readonly Enumerated[] {
    return this.made;
  }

  /** The first axis to the left of all that were given out. */
  get nextDim(): number {
    return Math.min(this.firstGiven, ...this.made.map((v) => v.dim - 1));
  }

  /** All values of a site that is to be enumerated. */
  values(msg: Readonly<Message>): Tensor {
    const fn = msg.fn!;
    if (!fn.hasEnumerateSupport)
      throw new Error(
        `site "${msg.name}" cannot be enumerated: ${fn.name} has no finite list of values. ` +
          "Use plates instead of toEvent, or another distribution, or sample it.",
      );
    this.refuseCrossing(msg.name);
    if (fn instanceof Deferred) {
      if (fn.loop && this.takesChains) return this.claim(msg, fn);
      throw new Error(
        `site "${msg.name}" cannot be enumerated here: it is drawn in a loop whose steps depend on each other. ` +
          (fn.loop
            ? "Enumerate it in the model, with handlers.collapse, infer.TraceEnumELBO or infer.inferDiscrete, not in a guide or with handlers.enumerate."
            : `Write it with np.scan, or write the loop out, for (const t of markov(n)) with a site \`${msg.name}_\${t}\` each.`),
      );
    }
    this.refuseUndeclared(msg);
    const whole = supportOf(fn);
    const count = whole.shape[0];
    const dim = this.freeDim();
    const plates = new Set(msg.frames.map((frame) => frame.name));
    const scope = markovScope();
    const made = { name: msg.name, dim, support: whole, plates, frames: msg.frames, scope };
    this.made.push(made);
    this.known.push(made);
    return whole.reshape([count, ...Array.from({ length: -dim - 1 }, () => 1), ...fn.eventShape]);
  }

  /** A variable of another run whose values this run goes on with. */
  adopt(variable: Enumerated): void {
    this.known.push({ ...variable, scope: markovScope() });
  }

  /** Whether a log density of this batch shape has axes of enumerated variables. */
  touches(shape: readonly number[]): boolean {
    return shape.some((d, i) => d > 1 && i - shape.length <= this.firstAvailableDim);
  }

  /** The term of a site, unscaled, with its axes named; axes that nothing declares are summed. */
  factor(msg: Readonly<Message>): Factor {
    const density = logProb({
      fn: msg.fn,
      value: msg.value,
      mask: msg.mask,
      untrusted: msg.untrusted,
      scale: 1,
    });
    return this.named(density, [], msg);
  }

  /** A log density, unscaled, whose first axes have names. */
  named(
    density: Tensor,
    lead: readonly string[],
    { name: site, frames, scale }: Pick<Message, "name" | "frames" | "scale">,
  ): Factor {
    const axes = [...lead];
    const summed: number[] = [];
    const shape: number[] = density.shape.slice(0, lead.length);
    density.shape.forEach((d, i) => {
      if (i < lead.length) return;
      const dim = i - density.ndim;
      const frame = frames.find((f) => f.dim === dim);
      const name = frame ? frame.name : d > 1 && dim <= this.firstAvailableDim ? this.at(dim, site) : null;
      if (name === null) return void summed.push(i);
      axes.push(name);
      shape.push(d);
    });
    const total = summed.length > 0 ? np.sum(density, summed) : density;
    const plates = new Set(frames.map((f) => f.name));
    return { tensor: total.reshape(shape), axes, site, plates, scale };
  }

  /** The variable that an axis belongs to now. */
  private at(dim: number, site: string): string {
    const found = this.known.filter((v) => v.dim === dim && canBeRead(v.scope)).pop();
    if (found) return found.name;
    throw new Error(
      this.loops.length === 0
        ? `site "${site}" depends on an enumerated site that lies further back than the history of its markov loop. ` +
            "Give markov a longer { history }."
        : `site "${site}" depends on what np.scan returned of sites that are summed out step by step (${[...this.claimed.keys()].join(", ")}). ` +
            "Make it a site of the loop; only the last values themselves may be used behind it.",
    );
  }

  /** The axis to the left of which nothing is an enumerated variable. */
  get leftmost(): number {
    return Math.min(this.firstGiven, ...this.known.map((v) => v.dim)) - 1;
  }

  private freeDim(): number {
    const taken = new Set(this.known.filter((v) => canBeRead(v.scope)).map((v) => v.dim));
    let dim = this.firstGiven;
    while (taken.has(dim)) dim--;
    return dim;
  }

  private refuseCrossing(name: string): void {
    const crossing = this.crossings.get(name);
    if (!crossing) return;
    throw new Error(
      `site "${name}" cannot be enumerated: site "${crossing.site}" depends on it but stands outside plate "${crossing.plate}", so that all ` +
        "combinations of the plate's elements would have to be summed. Move it into the plate, or sample the site instead.",
    );
  }

  /** Elements of a batch axis that no plate declares would all be given the same value. */
  private refuseUndeclared({ fn, name, frames }: Readonly<Message>): void {
    const { batchShape } = fn!;
    batchShape.forEach((d, i) => {
      const dim = i - batchShape.length;
      if (d === 1 || dim <= this.firstAvailableDim || frames.some((f) => f.dim === dim)) return;
      throw new Error(
        `site "${name}" cannot be enumerated: its batch axis ${dim} of length ${d} belongs to no plate. Put it into a plate, so that the elements are known to be independent.`,
      );
    });
  }
}
