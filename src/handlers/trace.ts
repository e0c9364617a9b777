// trace(fn): runs fn and returns a record of its sites, with their log densities computed when asked for.
import { np, withOrigin, type Tensor } from "../tensor/index.js";
import type { Message, SiteType } from "./message.js";
import { warnOfManySites } from "./many-sites.js";
import { logProb, logProbSum } from "./score.js";
import { within } from "./stack.js";

/** One recorded statement. */
export class TraceNode implements Pick<Message, "name" | "fn" | "args" | "isObserved" | "untrusted"> {
  readonly type: SiteType;
  readonly name: string;
  readonly fn: Message["fn"];
  readonly args: Message["args"];
  readonly value: Tensor;
  readonly isObserved: boolean;
  readonly untrusted: boolean;
  readonly scale: Message["scale"];
  readonly mask: Message["mask"];
  readonly infer: Readonly<Record<string, unknown>>;
  readonly frames: Message["frames"];
  private density: Tensor | undefined;

  constructor(msg: Message) {
    ({ type: this.type, name: this.name, fn: this.fn, args: this.args, isObserved: this.isObserved } = msg);
    ({
      untrusted: this.untrusted,
      scale: this.scale,
      mask: this.mask,
      infer: this.infer,
      frames: this.frames,
    } = msg);
    this.value = msg.value!;
  }

  /** The log density per batch element, masked and scaled; zero for statements without one. */
  get logProb(): Tensor {
    return (this.density ??=
      this.type === "sample" ? withOrigin(this.name, () => logProb(this)) : np.array(0));
  }

  /** Its sum. */
  get logProbSum(): Tensor {
    return this.type === "sample" ? withOrigin(this.name, () => logProbSum(this)) : np.array(0);
  }
}

/** The record of one run, in the order of the statements. */
export class SiteTrace {
  readonly nodes: Record<string, TraceNode> = Object.create(null) as Record<string, TraceNode>;
  /** What the function returned. */
  result: unknown;

  /** The log density of the run: the sum over all sample statements (or those that the test admits). */
  logProbSum(include: (node: TraceNode) => boolean = () => true): Tensor {
    const terms = Object.values(this.nodes).filter((node) => node.type === "sample" && include(node));
    return terms.reduce(
      (total, node, i) => (i === 0 ? node.logProbSum : total.add(node.logProbSum)),
      np.array(0),
    );
  }

  add(msg: Message): void {
    if (msg.type === "subsample") return;
    const before = this.nodes[msg.name];
    if (before && isSamePlate(before, msg)) return;
    const shared = msg.type === "param" || msg.type === "mutable";
    if (before && !(shared && before.type === msg.type))
      throw new Error(
        `site "${msg.name}" appears twice in one run (as ${before.type}, then as ${msg.type}); every site needs a name of its own. ` +
          `In a plain loop put the index into the name; in a script the loop variable leaves it, so that \`${msg.name}_\${i}\` is "${msg.name}" too.`,
      );
    this.nodes[msg.name] = new TraceNode(msg);
  }
}

/** A whole plate may be entered again: it is the same axis. One that is seen in part would draw other elements. */
const isSamePlate = (before: TraceNode, msg: Message): boolean =>
  before.type === "plate" &&
  msg.type === "plate" &&
  before.args[0] === msg.args[0] &&
  before.args[1] === msg.args[1] &&
  msg.args[0] === msg.args[1];

/** Runs fn and returns a record of its sites, in order; log densities are computed when asked for. */
export function trace<A extends readonly unknown[]>(fn: (...args: A) => unknown): (...args: A) => SiteTrace {
  return (...args) => {
    const record = new SiteTrace();
    const after = (msg: Message): void => record.add(msg);
    record.result = within({ name: "trace", guard: [], after }, () => fn(...args));
    warnOfManySites(Object.keys(record.nodes));
    return record;
  };
}
