// Two ways to write one function, and arguments -> an error that shows the first equation in which their programs differ.
import { print } from "../ir/print.js";
import { optimise } from "../passes/optimise.js";
import { traceFunction } from "./make-graph.js";

type Fn<A extends unknown[]> = (...args: A) => unknown;

/** Throws where the optimised programs of the two are not the same, equation by equation. */
export function sameProgram<A extends unknown[]>(
  name: string,
  a: Fn<A>,
  b: Fn<A>,
  what: readonly [string, string],
  args: A,
): void {
  const [left, right] = [a, b].map((fn) => linesOf(fn, args)) as [string[], string[]];
  const at = left.findIndex((line, i) => line !== right[i]);
  const i = at < 0 ? left.length : at;
  if (i === left.length && right.length === left.length) return;
  const before = left[i - 1];
  throw new Error(
    `${name}: ${what[0]} and ${what[1]} become different programs. First difference, at equation ${i}:\n` +
      (before === undefined ? "" : `    ${before.trim()}\n`) +
      `  - ${(left[i] ?? "(end)").trim()}\n  + ${(right[i] ?? "(end)").trim()}\n` +
      `(- ${what[0]}, + ${what[1]}.) Where the results agree, too, both are right: the difference is what one of them computes in another way.`,
  );
}

/** The lines of the optimised graph, behind the one that names it. */
function linesOf<A extends unknown[]>(fn: Fn<A>, args: A): string[] {
  const { main } = optimise(traceFunction(fn, ...args).graph);
  return print({ ...main, name: "program" }).split("\n");
}
