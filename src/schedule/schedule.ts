// The room's entry: a Graph in, kernels over buffers out.
import type { Graph, Value } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import { anchorsOf } from "./anchors.js";
import { collapse } from "./collapse.js";
import type { Buffer, Kernels } from "./kernel.js";
import { printKernels } from "./print.js";
import { order } from "./program.js";
import { Region } from "./region.js";
import { lowerControl } from "./control.js";
import type { Usage } from "./memory.js";
import { Scheduler } from "./scheduler.js";

/** Values computed again in several places are stored instead when that is cheaper; each attempt learns from the last. */
const ATTEMPTS = 4;

/**
 * Schedules a graph. Inputs are buffers in order; outputs are buffers that hold the results when the program has run. `next` says which
 * output is the next value of an input: both may have one place then, else the output has a place apart from all inputs.
 */
export function schedule(graph: Graph, next: ReadonlyMap<number, number> = new Map()): Kernels {
  const stored = anchorsOf(graph);
  for (let n = 0; ; n++) {
    const { kernels, usage } = attempt(graph, stored, next);
    const more = n < ATTEMPTS ? worthStoring(usage).filter((v) => !stored.has(v)) : [];
    if (more.length === 0) {
      order(kernels.root);
      collapse(kernels.root);
      return kernels;
    }
    for (const v of more) stored.add(v);
  }
}

function worthStoring(usage: ReadonlyMap<Value, Usage>): Value[] {
  const out: Value[] = [];
  for (const [value, u] of usage) {
    const size = sizeOf(value.type.shape);
    const store = size * (u.cost + 2) + u.turns * 1.5;
    // A loop of its own has two lanes.
    const turns = u.turns + u.alone;
    if (turns > size && turns * u.cost > 1.3 * store) out.push(value);
  }
  return out;
}

function attempt(
  graph: Graph,
  stored: ReadonlySet<Value>,
  next: ReadonlyMap<number, number>,
): { kernels: Kernels; usage: ReadonlyMap<Value, Usage> } {
  const s = new Scheduler(stored, lowerControl);
  const p = s.program;
  const region = new Region(graph, p.root, p.root);
  const inputs = graph.inputs.map((v, i) => {
    const b = p.buffer(v.type.dtype, sizeOf(v.type.shape), v.hint ?? `in${i}`, "input");
    b.next = next.get(i) ?? null;
    s.root(region, v, b);
    return b;
  });
  s.run(region);
  const outputs: Buffer[] = [];
  graph.outputs.forEach((v, i) => {
    const held = s.materialise(region, v);
    const own = held.role === "temporary" || (held.role === "input" && held.next === i);
    const b = own ? held : s.copyOf(region, v);
    b.role = "output";
    outputs.push(b);
  });
  const kernels: Kernels = {
    root: p.root,
    buffers: p.buffers,
    inputs,
    outputs,
    toString: () => printKernels(kernels),
  };
  return { kernels, usage: s.usage };
}
