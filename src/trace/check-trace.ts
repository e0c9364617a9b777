// A function and arguments -> an error if its trace bakes in something that changes from run to run.
import { sameData, sameGraph } from "../ir/equal.js";
import { interpret } from "../ir/interpret.js";
import { print } from "../ir/print.js";
import { flatten } from "../tensor/pytree.js";
import { Tensor } from "../tensor/tensor.js";
import { plainOf } from "../script/closures.js";
import { tensor } from "./promote.js";
import { sameProgram } from "./same-program.js";
import { traceFunction, type TracedFunction } from "./make-graph.js";

/**
 * Traces fn twice and compares the graphs and what they captured, then compares the graph's results with an eager run.
 * Throws at the first difference: hidden randomness, counters, memoised tensors, loops over values that changed. A script is also
 * compared with the plain trace of its function, where that can be traced, and a pair [traced, scripted] one with the other: the
 * error shows the first equation that differs after optimisation.
 */
export function checkTrace<A extends unknown[]>(
  fn:
    ((...args: A) => unknown) | readonly [traced: (...args: A) => unknown, scripted: (...args: A) => unknown],
  ...args: A
): void {
  if (typeof fn !== "function") {
    const [a, b] = fn;
    const names = [a, b].map((f, i) => f.name || `function ${i + 1}`) as [string, string];
    sameProgram(
      `checkTrace([${names.join()}])`,
      a,
      b,
      names[0] === names[1] ? ["the first", "the second"] : names,
      args,
    );
    return;
  }
  checkOne(fn, args);
  const plain = plainOf(fn) as ((...args: A) => unknown) | undefined;
  if (plain && canBeTraced(plain, args))
    sameProgram(
      `checkTrace(${fn.name || "anonymous"})`,
      plain,
      fn,
      ["the traced function", "the script"],
      args,
    );
}

/** Operators and elements of tensors mean something in scripts only: then tracing fails, or meets no tensor at all. */
function canBeTraced<A extends unknown[]>(fn: (...args: A) => unknown, args: A): boolean {
  try {
    return traceFunction(fn, ...args).graph.outputs.length > 0;
  } catch {
    return false;
  }
}

function checkOne<A extends unknown[]>(fn: (...args: A) => unknown, args: A): void {
  const name = `checkTrace(${fn.name || "anonymous"})`;
  const first = traceFunction(fn, ...args);
  const second = traceFunction(fn, ...args);
  if (!sameGraph(first.graph, second.graph)) {
    const [a, b] = [print(first.graph), print(second.graph)].map((text) => text.split("\n")) as [
      string[],
      string[],
    ];
    const i = a.findIndex((line, k) => line !== b[k]);
    throw new Error(
      `${name}: two traces on the same arguments differ, so compiled code would repeat the first for ever. First difference:\n` +
        `  ${a[i] ?? "(end)"}\n  ${b[i] ?? "(end)"}\nPass what changes as an argument (random numbers from a key, counters as tensors).`,
    );
  }
  first.captures.forEach((t, i) => {
    if (t.link || second.captures[i]!.link) return;
    if (!sameData(t.data(), second.captures[i]!.data()))
      throw new Error(
        `${name}: a captured tensor of shape [${t.shape.join(",")}] has other contents in a second trace. Pass it as an argument.`,
      );
  });
  compareWithEager(name, first, fn, args);
}

function compareWithEager<A extends unknown[]>(
  name: string,
  traced: TracedFunction,
  fn: (...args: A) => unknown,
  args: A,
): void {
  const inputs = [...flatten(args).leaves, ...traced.captures];
  if (inputs.some((t) => t.link)) return;
  const results = interpret(
    traced.graph,
    inputs.map((t) => t.data()),
  );
  const eager = flatten(fn(...args), (x) => (x instanceof Tensor ? x : null)).leaves.map((t) => tensor(t));
  if (eager.length !== results.length)
    throw new Error(
      `${name}: the traced function returns ${results.length} tensors, the function itself ${eager.length}.`,
    );
  eager.forEach((t, i) => {
    if (!sameData(t.data(), results[i]!))
      throw new Error(
        `${name}: result ${i} is ${t.toString()} eagerly, but the traced program gives [${Array.from(results[i]!).slice(0, 8).join(", ")}]. ` +
          "Something that the function keeps between calls was baked in; pass it as an argument.",
      );
  });
}
