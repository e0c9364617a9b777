// A sampler's layout and code in; its state as arrays, and a call that runs some of its iterations, out.
import type { Cell, SamplerLayout, VectorName } from "../codegen/wasm/sampler/plan.js";

export class Sampler {
  /** Everything that a chain is: copied out it is a checkpoint, copied back in the chain goes on from there. */
  readonly state: Float64Array;
  /** The factors of the metric, where it is not diagonal. */
  readonly factors: Float64Array;
  /** Sums that they are estimated from, of the same size: the host's to use. */
  readonly estimate: Float64Array;
  readonly windowEnds: Float64Array;
  /** Chains share the memory in turns: where the state of the one that has it now goes when another comes. */
  tenant: Float64Array | null = null;

  constructor(
    readonly layout: SamplerLayout,
    private readonly memory: ArrayBuffer,
    /** Runs so many iterations, or to the end of the chain if that comes first; the number of rows written. */
    readonly run: (iterations: number) => number,
  ) {
    const { state, factors, windowEnds } = layout;
    this.state = new Float64Array(memory, state.place, state.size);
    this.factors = new Float64Array(memory, factors.place, factors.size);
    this.estimate = new Float64Array(memory, layout.estimate, factors.size);
    this.windowEnds = new Float64Array(memory, windowEnds, layout.windows);
  }

  private index(cell: Cell): number {
    return (this.layout.cells[cell] - this.layout.state.place) / 8;
  }
  get(cell: Cell): number {
    return this.state[this.index(cell)];
  }
  set(cells: Readonly<Partial<Record<Cell, number>>>): void {
    for (const [name, value] of Object.entries(cells)) this.state[this.index(name as Cell)] = value;
  }
  /** With what it is filled up with. */
  vector(name: VectorName): Float64Array {
    return new Float64Array(this.memory, this.layout.vectors[name], this.layout.stride / 8);
  }
  /** The rows of the last run, valid until the next. */
  draws(rows: number): Float64Array {
    return new Float64Array(this.memory, this.layout.draws, rows * this.layout.plan.dim);
  }
  /** Of the chain's divergences after warm-up, the iterations and points of number `from` up to `to`, as far as points are kept. */
  diverged(
    from: number,
    to: number,
  ): { readonly iteration: number; readonly point: Float64Array; readonly before: Float64Array }[] {
    const { plan, stride, diverged, divergedAfter, mostDiverged } = this.layout;
    const iterations = new Float64Array(this.memory, divergedAfter, mostDiverged);
    const vector = (row: number): Float64Array =>
      new Float64Array(this.memory, diverged + row * stride, plan.dim).slice();
    return Array.from({ length: Math.max(0, Math.min(to, mostDiverged) - from) }, (_, i) => ({
      iteration: iterations[from + i],
      point: vector(2 * (from + i)),
      before: vector(2 * (from + i) + 1),
    }));
  }
  statistics(rows: number): Float64Array {
    return new Float64Array(this.memory, this.layout.statistics, rows * this.layout.width);
  }
}
