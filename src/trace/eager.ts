// Equations in, their contents out at once: the evaluator behind eager mode, and the builder that records as it computes.
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import type { EvaluateHost, Op } from "../ir/op.js";
import type { Data, Equation, Params, Type, Value } from "../ir/types.js";

const host: EvaluateHost = { interpret };

/** Hears of every operation that eager mode runs: `profile` sets it for a while. */
export type KernelWatch = (op: Op, milliseconds: number) => void;
let watch: KernelWatch | null = null;

/** Runs the body with its eager operations timed. */
export function watchKernels<T>(hear: KernelWatch, body: () => T): T {
  const outer = watch;
  watch = hear;
  try {
    return body();
  } finally {
    watch = outer;
  }
}

/** Runs one row's reference meaning. */
export function evaluate(
  op: Op,
  inputs: readonly Data[],
  params: Params,
  types: { inputs: readonly Type[]; outputs: readonly Type[] },
): readonly Data[] {
  if (watch === null) return op.evaluate(inputs, params, types, host);
  const started = performance.now();
  const outputs = op.evaluate(inputs, params, types, host);
  watch(op, performance.now() - started);
  return outputs;
}

/** Computes each equation as it is appended. With `record` the equations are kept: the tape of a gradient. */
export class EagerBuilder extends Builder {
  // One map per builder, which goes with it: a weak map for all would be walked at every garbage collection.
  private readonly contents = new Map<Value, Data>();

  constructor(
    name: string,
    private readonly record: boolean,
  ) {
    super(name);
  }

  /** The contents of a value made here; null for any other. */
  contentsOf(v: Value): Data | null {
    return this.contents.get(v) ?? null;
  }

  /** A value with the given contents. */
  know(v: Value, data: Data): Value {
    this.contents.set(v, data);
    return v;
  }

  /** A new value with the given contents, outside the inputs. */
  constant(type: Type, data: Data): Value {
    return this.know({ type }, data);
  }

  override append(equation: Equation): void {
    if (this.record) this.equations.push(equation);
    const inputs = equation.inputs.map((v) => {
      const data = this.contents.get(v);
      if (!data)
        throw new Error(
          `Eager mode: ${equation.op.name} reads a value without contents (${equation.op.name} of a symbolic trace); this is a fault of Sinter.`,
        );
      return data;
    });
    const outputs = evaluate(equation.op, inputs, equation.params, {
      inputs: equation.inputs.map((v) => v.type),
      outputs: equation.outputs.map((v) => v.type),
    });
    equation.outputs.forEach((v, i) => this.contents.set(v, outputs[i]!));
  }

  /** Appends a copy of another tape's equation, whose outputs' contents are known there. */
  adopt(equation: Equation, from: Equation, tape: EagerBuilder): void {
    if (this.record) this.equations.push(equation);
    equation.outputs.forEach((v, i) => this.contents.set(v, tape.contents.get(from.outputs[i]!)!));
  }
}
