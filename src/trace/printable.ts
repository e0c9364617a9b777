// The stages of a compiled program -> the same, with graphs whose text form is their string.
import { print } from "../ir/print.js";
import type { Graph } from "../ir/types.js";
import type { Lowered } from "../runtime/backend.js";

export function printable(lowered: Lowered): Lowered {
  const stages: Lowered = Object.create(lowered) as Lowered;
  return Object.defineProperties(stages, {
    graph: { value: withText(lowered.graph), enumerable: true },
    optimized: { value: withText(lowered.optimized), enumerable: true },
    prologue: { value: lowered.prologue && withText(lowered.prologue), enumerable: true },
  });
}

function withText(graph: Graph): Graph {
  const text = { value: () => print(graph), enumerable: false };
  return Object.defineProperties(
    { ...graph },
    { toString: text, [Symbol.for("nodejs.util.inspect.custom")]: text },
  );
}
