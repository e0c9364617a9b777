// The ways out of a compiled loop (its end, a return, break and continue to loops around it) -> tests that the loop carries, and
// the end of the whole loop made of them.
import type { AnyNode } from "acorn";
import { isEmpty } from "./carry.js";
import { NORMAL, type Completion, type Context, type Exit, type Test } from "./context.js";
import { childrenOf } from "./facts.js";
import type { Cell } from "./scope.js";
import { vacant } from "./values.js";

type Leaving = Exit["completion"];
interface Way {
  readonly taken: Cell;
  readonly completion: Leaving;
  used: boolean;
}

const cell = (name: string, value: unknown): Cell => ({ name, constant: false, value });
const keyOf = (c: Leaving): string => (c.kind === "return" ? "return" : `${c.kind} ${c.label}`);

export class LoopExits {
  /** Whether the loop has not been left. */
  readonly live = cell("live", true);
  private readonly result = cell("the result", vacant);
  private readonly ways = new Map<string, Way>();

  /** To be made outside of every recording, so that loops around this one do not carry its tests. */
  constructor(
    private readonly ctx: Context,
    body: readonly AnyNode[],
    private readonly label: string | null,
  ) {
    const add = (completion: Leaving): void => {
      const way = { taken: cell("left", false), completion, used: false };
      this.ways.set(keyOf(completion), way);
      ctx.memory.make(way.taken);
    };
    add({ kind: "return", value: undefined });
    const visit = (node: AnyNode): void => {
      if ((node.type === "BreakStatement" || node.type === "ContinueStatement") && node.label)
        if (node.label.name !== label)
          add({ kind: node.type === "BreakStatement" ? "break" : "continue", label: node.label.name });
      childrenOf(node).forEach(visit);
    };
    body.forEach(visit);
    ctx.memory.make(this.live);
    ctx.memory.make(this.result);
  }

  private get value(): unknown {
    return this.result.value === vacant ? undefined : this.result.value;
  }

  private own(c: Leaving): boolean {
    return c.kind !== "return" && (c.label === null || c.label === this.label);
  }

  /** Notes which paths left the loop at the end of an iteration, and gives them. */
  note(end: Completion): Exit[] {
    if (end.kind === "normal") return [];
    const all = end.kind === "mixed" ? end.exits : [{ when: true as const, completion: end }];
    const leaving = all.filter((e) => !(e.completion.kind === "continue" && this.own(e.completion)));
    for (const { when, completion } of leaving) {
      const set = (target: Cell, value: unknown): void =>
        this.ctx.memory.write(
          target,
          "value",
          when === true || isEmpty(target.value) ? value : this.ctx.ops.where(when, value, target.value),
        );
      set(this.live, false);
      if (this.own(completion)) continue;
      const way = this.ways.get(keyOf(completion))!;
      way.used = true;
      set(way.taken, true);
      if (completion.kind === "return" && completion.value !== undefined) set(this.result, completion.value);
    }
    return leaving as Exit[];
  }

  /** How the loop as a whole ends. */
  completion(): Completion {
    const exits: Exit[] = [];
    for (const { taken, completion, used } of this.ways.values()) {
      if (!used) continue;
      const when = this.ctx.ops.truth(taken.value);
      const end = completion.kind === "return" ? { ...completion, value: this.value } : completion;
      if (when === true) return end;
      if (when !== false) exits.push({ when: when as Test, completion: end });
    }
    return exits.length === 0 ? NORMAL : { kind: "mixed", exits, open: true };
  }
}
