// A function's messages in; enumerated sites with all their values along axes of their own, and log factors with named axes, out.
import { Deferred } from "../../dist/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { canBeRead, markovScope, type MarkovScope } from "../markov.js";
import type { Frame, Message } from "../message.js";
import { logProb } from "../score.js";
import type { Nesting } from "./nesting.js";
import type { Factor, Variable } from "./eliminate.js";

/** An enumerated site. */
export interface Enumerated extends Variable {
  /** The batch axis of its values, from the right. */
  readonly dim: number;
  /** All values along a first axis. */
  readonly support: Tensor;
  readonly frames: readonly Frame[];
  readonly scope: MarkovScope;
}

/** One run under enumeration: gives out axes, and says which variable each axis of a log density belongs to. */
export class EnumeratedRun {
  private readonly made: Enumerated[] = [];
  /** Those made here and those adopted. */
  private readonly known: Enumerated[] = [];

  constructor(
    /** Batch axes from here to the left belong to enumerated sites. */
    readonly firstAvailableDim: number,
    /** Those from here to the left are given out. */
    private readonly firstGiven = firstAvailableDim,
    /** Sites that something outside their plates depends on (see `nestingOf`). */
    private readonly crossings: Nesting["crossings"] = new Map(),
  ) {}

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
    if (fn instanceof Deferred)
      throw new Error(
        `site "${msg.name}" cannot be enumerated: it is drawn in np.scan, whose steps depend on each other. Write the loop out, ` +
          `for (const t of markov(n)) with a site \`${msg.name}_\${t}\` each, or carry the states' log probabilities through np.scan and add their sum with factor.`,
      );
    if (!fn.hasEnumerateSupport)
      throw new Error(
        `site "${msg.name}" cannot be enumerated: ${fn.name} has no finite list of values. ` +
          "Use plates instead of toEvent, or another distribution, or sample it.",
      );
    this.refuseUndeclared(msg);
    this.refuseCrossing(msg.name);
    const values = fn.enumerateSupport({ expand: false });
    const count = values.shape[0];
    const support = values.reshape([count, ...fn.eventShape]);
    const whole = fn.eventShape.length === 0 ? np.array(support, { dtype: "i32" }) : support;
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
    const axes: string[] = [];
    const summed: number[] = [];
    const shape: number[] = [];
    density.shape.forEach((d, i) => {
      const dim = i - density.ndim;
      const frame = msg.frames.find((f) => f.dim === dim);
      const name = frame ? frame.name : d > 1 && dim <= this.firstAvailableDim ? this.at(dim, msg) : null;
      if (name === null) return void summed.push(i);
      axes.push(name);
      shape.push(d);
    });
    const total = summed.length > 0 ? np.sum(density, summed) : density;
    const plates = new Set(msg.frames.map((f) => f.name));
    return { tensor: total.reshape(shape), axes, site: msg.name, plates, scale: msg.scale };
  }

  /** The variable that an axis belongs to now. */
  private at(dim: number, msg: Readonly<Message>): string {
    const found = this.known.filter((v) => v.dim === dim && canBeRead(v.scope)).pop();
    if (found) return found.name;
    throw new Error(
      `site "${msg.name}" depends on an enumerated site that lies further back than the history of its markov loop. ` +
        "Give markov a longer { history }.",
    );
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
