// A traced (and differentiated) Graph in; the graph to schedule, the prologue for bound data, and what each pass did out.
import { print } from "../ir/print.js";
import type { Graph } from "../ir/types.js";
import { verify } from "../ir/verify.js";
import { dropDeadDeep } from "./dead.js";
import { pipeline } from "./pipeline.js";
import type { PassContext } from "./pipeline.js";

export interface OptimiseOptions {
  /** One flag per input: true for data that stay put while the other inputs change. */
  readonly bound?: readonly boolean[];
  /** Allows rules that assume ordinary numbers. Off by default. */
  readonly fastMath?: boolean;
  /** Verifies the graph before the first pass and after each. */
  readonly verify?: boolean;
}

export interface PassReport {
  readonly name: string;
  /** Applications by rule name. */
  readonly fired: Readonly<Record<string, number>>;
  /** Graph texts, printed only when read. */
  readonly before: string;
  readonly after: string;
}

export interface Optimised {
  /** Bound inputs (all, in order) -> derived values. Absent when nothing is bound or nothing is worth deriving. */
  readonly prologue?: Graph;
  /** Unbound inputs ++ derived values ++ the bound inputs at the positions `reads`. */
  readonly main: Graph;
  /** Positions in the given graph of the bound inputs that main still reads, in order. */
  readonly reads: readonly number[];
  readonly passes: readonly PassReport[];
}

export function optimise(graph: Graph, options: OptimiseOptions = {}): Optimised {
  const fired = new Map<string, number>();
  const context: PassContext = {
    fire: (rule) => fired.set(rule, (fired.get(rule) ?? 0) + 1),
    fastMath: options.fastMath ?? false,
    bound: options.bound,
  };
  if (options.verify) verify(graph, "before the passes");
  const passes: PassReport[] = [];
  let current = graph;
  for (const pass of pipeline) {
    const before = current;
    const after = pass.run(before, context);
    if (options.verify) verify(after, `after ${pass.name}`);
    passes.push({
      name: pass.name,
      fired: Object.fromEntries(fired),
      get before() {
        return print(before);
      },
      get after() {
        return print(after);
      },
    });
    fired.clear();
    current = after;
  }
  const { parts } = context;
  if (!parts) return { main: current, reads: [], passes };
  if (!parts.prologue) return { main: current, reads: parts.reads, passes };
  const prologue = dropDeadDeep(parts.prologue, () => undefined);
  if (options.verify) verify(prologue, "prologue");
  return { prologue, main: current, reads: parts.reads, passes };
}
