// A function in; how many batch axes its sites use, so that enumeration can take those further left, its discrete sites, and what
// depends on them from outside their plates, out.
import { dependence } from "../../trace/dependence.js";
import { Deferred } from "../../dist/index.js";
import type { Shape, Tensor } from "../../tensor/index.js";
import type { Message } from "../message.js";
import { logProb } from "../score.js";
import { seed } from "../seed.js";
import { apart, handle } from "../stack.js";

export interface Nesting {
  /** Per site of a loop, the shapes of what the loop carries. */
  readonly carries: ReadonlyMap<string, readonly Shape[]>;
  readonly axes: number;
  /** Latent sites that have finitely many values. */
  readonly discrete: readonly string[];
  /** Per latent site: a site that depends on it but stands outside a plate around it. */
  readonly crossings: ReadonlyMap<string, { readonly site: string; readonly plate: string }>;
}

/** Runs the function once without contents, apart from the handlers around. */
export function nestingOf(fn: () => unknown): Nesting {
  let axes = 0;
  const discrete: string[] = [];
  const carries = new Map<string, readonly Shape[]>();
  const platesOf = new Map<string, readonly string[]>();
  const reads = apart(() =>
    dependence("enumeration", (unknown) => {
      const inputs = new Map<string, Tensor>();
      const results = new Map<string, Tensor>();
      const before = (msg: Message): void => {
        if (msg.type !== "sample") return;
        const { batchShape, eventShape, isDiscrete, hasEnumerateSupport } = msg.fn!;
        if (msg.fn instanceof Deferred && msg.fn.loop) carries.set(msg.name, msg.fn.loop.carries);
        axes = Math.max(axes, batchShape.length, ...msg.frames.map((frame) => -frame.dim));
        if (msg.value !== undefined) {
          axes = Math.max(axes, msg.value.ndim - eventShape.length);
          return;
        }
        if (isDiscrete && hasEnumerateSupport) discrete.push(msg.name);
        msg.value = unknown({ dtype: isDiscrete ? "i32" : "f64", shape: [...batchShape, ...eventShape] });
        inputs.set(msg.name, msg.value);
      };
      const heard: Message[] = [];
      const after = (msg: Message): void => {
        if (msg.type !== "sample") return;
        heard.push(msg);
        platesOf.set(
          msg.name,
          msg.frames.map((frame) => frame.name),
        );
      };
      seed(
        handle(fn, () => ({ name: "nesting", guard: [], before, after })),
        unknown({ dtype: "key", shape: [] }),
      )();
      // Distributions of sites in loops are known when the loops have run.
      for (const msg of heard) results.set(msg.name, logProb({ ...msg, scale: 1 }));
      return { inputs, results };
    }),
  );
  const crossings = new Map<string, { site: string; plate: string }>();
  for (const [site, names] of reads)
    for (const name of names)
      for (const plate of platesOf.get(name)!)
        if (!platesOf.get(site)!.includes(plate)) crossings.set(name, { site, plate });
  return { axes, discrete, crossings, carries };
}
