// Graph in, the same with powers of one base made from one logarithm of it out.
// A power and its derivative, x^y and y x^(y - 1), are two of them. The logarithm in two parts is most of the work of each;
// powFromLog gives the bits of pow.
import { holdsGraph } from "../ir/sub-graphs.js";
import type { Graph, Value } from "../ir/types.js";
import { logHigh, logLow, pow, powFromLog } from "../ops/index.js";
import { replaceEquations } from "./replace.js";

export function sharePowers(graph: Graph, fire: (rule: string) => void): Graph {
  if (!graph.equations.some((eq) => eq.op === pow || holdsGraph(eq))) return graph;
  const powers = new Map<Value, number>();
  for (const { op, inputs } of graph.equations)
    if (op === pow && inputs[0].type.dtype === "f64") powers.set(inputs[0], (powers.get(inputs[0]) ?? 0) + 1);
  return replaceEquations(
    graph,
    (g) => sharePowers(g, fire),
    (builder, current) => {
      const logarithms = new Map<Value, readonly Value[]>();
      return ({ op, inputs }) => {
        const [base] = inputs;
        if (op !== pow || !((powers.get(base) ?? 0) > 1)) return null;
        let parts = logarithms.get(base);
        if (!parts) {
          parts = [logHigh, logLow].map((half) => builder.emit(half, [current(base)])[0]);
          logarithms.set(base, parts);
        }
        fire("share-logarithm");
        return builder.emit(powFromLog, [...inputs.map(current), ...parts])[0];
      };
    },
  );
}
