// One step function in; the program that runs it many times a call with its state in place, for one signature of arguments, out.
import { np, type Tensor } from "../../tensor/index.js";
import { concrete } from "../../tensor/tensor.js";
import { flatProgram, type FlatOptions, type FlatProgram } from "../../trace/flat-program.js";
import type { BoundArguments } from "../density/bound-arguments.js";
import { sviStep, type StepParts } from "./step-function.js";

const CAPACITY = 256;

type Contents = ReturnType<FlatProgram["output"]>;

const i32 = (x: number): Tensor => np.array(x, { dtype: "i32" });

export class StepProgram {
  readonly program: FlatProgram;
  private bound: readonly Tensor[];
  /** Steps that are known to take no longer than asked for. */
  private pace = 1;

  constructor(
    options: FlatOptions,
    readonly parts: StepParts,
    readonly args: BoundArguments,
    /** Key, parameters, optimiser state: they give the types and the first contents. */
    start: readonly Tensor[],
    /** Losses that fit into one call. */
    private readonly capacity = CAPACITY,
  ) {
    this.bound = args.tensors;
    this.program = flatProgram(
      { ...options, next: start.map((_, i) => [i + 1, i + 1]) },
      [i32(0), ...start].map((t) => t.type),
      args.tensors,
      ([count, ...state], bound) => {
        const own = args.rebuild(bound);
        const end = np.whileLoop(
          (c) => c.done.lt(count),
          (c) => {
            const [loss, ...next] = sviStep(parts, c.state, own);
            return { done: c.done.add(1), losses: np.setAt(c.losses, c.done, loss), state: next };
          },
          { done: i32(0), losses: np.zeros([capacity]), state: state as readonly Tensor[] },
        );
        return [end.losses, ...end.state];
      },
    );
    this.state = this.program.inputs.slice(1);
    this.load(start);
  }

  /** Key, parameters, optimiser state as they are now. */
  readonly state: FlatProgram["inputs"];

  load(state: readonly Tensor[]): void {
    state.forEach((t, i) => this.state[i].set(t.data()));
  }

  /** Copies of the state, as tensors of the types it was loaded from. */
  read(like: readonly Tensor[]): readonly Tensor[] {
    return like.map(({ type }, i) => {
      const data = this.state[i];
      // In single precision the program's numbers are narrower than the store's.
      return concrete(type, type.dtype === "f64" ? new Float64Array(data) : data.slice());
    });
  }

  setArguments(tensors: readonly Tensor[]): void {
    if (tensors.every((t, i) => t === this.bound[i])) return;
    this.program.bind(tensors);
    this.bound = tensors;
  }

  /** That many steps, at most `capacity` in one call; the state is replaced by its successor. Returns the losses. */
  steps(count: number): Contents {
    const { program, state } = this;
    program.inputs[0][0] = count;
    program.run();
    for (let i = 0; i < state.length; i++) {
      const next = program.output(i + 1);
      if (next.buffer !== state[i].buffer || next.byteOffset !== state[i].byteOffset) state[i].set(next);
    }
    return program.output(0).subarray(0, count);
  }

  /** Steps for about so many milliseconds, no more than `most`. */
  slice(most: number, milliseconds: number): Contents {
    const count = Math.min(most, this.pace, this.capacity);
    const began = performance.now();
    const losses = this.steps(count);
    const fits = (count * milliseconds) / (performance.now() - began);
    this.pace = Math.max(1, Math.min(2 * count, Math.floor(fits)));
    return losses;
  }
}
