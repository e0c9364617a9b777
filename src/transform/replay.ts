// A graph being walked into a new one: which of its values stand where in the graph under construction.
import { Builder } from "../ir/builder.js";
import type { Equation, Graph, Value } from "../ir/types.js";

/** A Builder and the images in it of another graph's values. */
export class Replay {
  readonly builder: Builder;
  private readonly images = new Map<Value, Value>();

  constructor(
    readonly graph: Graph,
    name: string,
  ) {
    this.builder = new Builder(name);
  }

  set(value: Value, image: Value): void {
    this.images.set(value, image);
  }

  at(value: Value): Value {
    const image = this.images.get(value);
    if (!image) throw new Error(`transform: graph ${this.graph.name} uses a value that it does not define.`);
    return image;
  }

  /** Gives the new graph the inputs of the old one. */
  copyInputs(): void {
    for (const v of this.graph.inputs) this.set(v, this.builder.input(v.type, v.hint));
  }

  /** Appends the equation as it is on the images of its operands; what rules emit next carries its origin. */
  copy(eq: Equation): Equation {
    const outputs = eq.outputs.map((v): Value => ({ ...v }));
    eq.outputs.forEach((v, i) => this.set(v, outputs[i]));
    const image = { ...eq, inputs: eq.inputs.map((v) => this.at(v)), outputs };
    this.builder.append(image);
    this.builder.origin = eq.origin;
    return image;
  }
}

/** Checks that there is one flag per input, and that inputs to be differentiated are floats. */
export function checkFlags(name: string, graph: Graph, flags: readonly boolean[], floats: boolean): void {
  if (flags.length !== graph.inputs.length)
    throw new Error(
      `${name}: graph ${graph.name} has ${graph.inputs.length} inputs, got ${flags.length} flags; give one per input.`,
    );
  if (!floats) return;
  graph.inputs.forEach((v, i) => {
    const { dtype } = v.type;
    if (flags[i] && dtype !== "f64" && dtype !== "f32")
      throw new Error(
        `${name}: input ${i}${v.hint === undefined ? "" : ` (${v.hint})`} of graph ${graph.name} is ${dtype}; only f64 and f32 inputs have derivatives.`,
      );
  });
}
