// A program whose call runs a chunk of iterations, and the first contents of its inputs, in; a chain out.
import type { ChunkLayout, ChunkProgram, Data } from "../../runtime/entry.js";
import { noCounts, STATISTICS, type Chain, type ChainPart } from "../chains/chain.js";

/** Outputs behind the state, in this order. */
export const CHUNK_OUTPUTS = [
  "draws",
  "statistics",
  "kept",
  "warmupGradients",
  "warmupDivergences",
  "gradients",
  "divergences",
] as const;

/** Milliseconds that a call should not exceed, since the event loop waits for it. */
const LONGEST_CALL = 50;

export class ProgramChain implements Chain {
  /** What the inputs hold before the next call: the state, then settings. */
  readonly contents: readonly Data[];

  constructor(
    private readonly program: ChunkProgram,
    private readonly layout: ChunkLayout,
    first: readonly Data[],
    private readonly plan: { readonly warmup: number; readonly total: number },
  ) {
    this.contents = first.map((data) => data.slice());
  }

  get iteration(): number {
    return this.contents[this.layout.iteration][0];
  }

  get stepSize(): number {
    return this.contents[this.layout.stepSize][0];
  }

  advance(milliseconds: number): ChainPart {
    const { program, layout, contents, plan } = this;
    const counts = noCounts();
    const draws: Data[] = [];
    const statistics: Data[] = [];
    // Chains share the program: each brings its state and takes it away again.
    contents.forEach((data, i) => program.inputs[i].set(data));
    const trajectories = program.inputs[layout.trajectories];
    const began = performance.now();
    for (let time = began; contents[layout.iteration][0] < plan.total;) {
      const warm = contents[layout.iteration][0] < plan.warmup;
      program.run();
      const output = (name: (typeof CHUNK_OUTPUTS)[number]): Data =>
        program.output(layout.stateLeaves + CHUNK_OUTPUTS.indexOf(name));
      for (let i = 0; i < layout.stateLeaves; i++) {
        const next = program.output(i);
        program.inputs[i].set(next);
        contents[i].set(next);
      }
      const rows = output("kept")[0];
      draws.push(output("draws").slice(0, rows * layout.dim));
      statistics.push(output("statistics").slice(0, rows * STATISTICS.length));
      counts.warmupGradients += output("warmupGradients")[0];
      counts.gradients += output("gradients")[0] - output("warmupGradients")[0];
      counts.warmupDivergences += output("warmupDivergences")[0];
      counts.divergences += output("divergences")[0];
      const now = performance.now();
      counts[warm ? "warmupSeconds" : "seconds"] += (now - time) / 1000;
      const [count, rate] = [trajectories[0], trajectories[0] / (now - time)];
      trajectories[0] = Math.max(1, Math.min(layout.capacity, 2 * count, Math.floor(rate * LONGEST_CALL)));
      time = now;
      if (now - began > milliseconds) break;
    }
    contents[layout.trajectories].set(trajectories);
    return { draws: joined(draws), statistics: joined(statistics), counts };
  }

  save(): Float64Array {
    return joined(this.contents.slice(0, this.layout.stateLeaves));
  }

  restore(state: Float64Array): void {
    const leaves = this.contents.slice(0, this.layout.stateLeaves);
    const size = leaves.reduce((sum, leaf) => sum + leaf.length, 0);
    if (size !== state.length)
      throw new Error(
        `The saved state has ${state.length} numbers and this sampler ${size}: it was saved with other options of the kernel, or by another version of sinter.`,
      );
    let at = 0;
    for (const leaf of leaves) leaf.set(state.subarray(at, (at += leaf.length)));
  }
}

function joined(parts: readonly Data[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
