// One step function in; the program that runs it with its state in place, for one signature of arguments, out.
import type { Tensor } from "../../tensor/index.js";
import { flatProgram, type FlatOptions, type FlatProgram } from "../../trace/flat-program.js";
import type { BoundArguments } from "../density/bound-arguments.js";
import { sviStep, type StepParts } from "./step-function.js";

export class StepProgram {
  readonly program: FlatProgram;
  private bound: readonly Tensor[];

  constructor(
    options: FlatOptions,
    readonly parts: StepParts,
    readonly args: BoundArguments,
    /** Key, parameters, optimiser state: they give the types and the first contents. */
    start: readonly Tensor[],
  ) {
    this.bound = args.tensors;
    this.program = flatProgram(
      options,
      start.map((t) => t.type),
      args.tensors,
      (free, bound) => sviStep(parts, free, args.rebuild(bound)),
    );
    this.load(start);
  }

  load(state: readonly Tensor[]): void {
    state.forEach((t, i) => this.program.inputs[i].set(t.data()));
  }

  setArguments(tensors: readonly Tensor[]): void {
    if (tensors.every((t, i) => t === this.bound[i])) return;
    this.program.bind(tensors);
    this.bound = tensors;
  }

  /** One step; the state is replaced by its successor. Returns the loss. */
  step(): number {
    const { program } = this;
    program.run();
    const { inputs } = program;
    for (let i = 0; i < inputs.length; i++) inputs[i].set(program.output(i + 1));
    return program.output(0)[0];
  }
}
