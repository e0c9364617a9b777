// Graph in; nothing out, or an error that names the first equation that breaks a rule of the IR.
import { printEquation } from "./print.js";
import { subGraphs } from "./sub-graphs.js";
import type { Equation, Graph, Type, Value } from "./types.js";
import { sameType, showType } from "./types.js";

/**
 * Throws unless every value is defined once and before its use, every output type is what the row infers, and every
 * sub-graph is itself well formed and closed. `where` names the caller (a pass) in the message.
 */
export function verify(graph: Graph, where = "verify"): void {
  const defined = new Set<Value>();
  const fail = (message: string, equation?: Equation): never => {
    const at = equation === undefined ? "" : `\n  in: ${printEquation(graph, equation)}`;
    const origin = equation?.origin === undefined ? "" : `\n  made by: ${equation.origin}`;
    throw new Error(`${where}: graph ${graph.name}: ${message}${at}${origin}`);
  };
  const define = (v: Value, what: string, equation?: Equation): void => {
    if (defined.has(v)) fail(`${what} is defined twice.`, equation);
    checkType(v.type, what, (message) => fail(message, equation));
    defined.add(v);
  };

  graph.inputs.forEach((v, i) => define(v, `input ${i}`));
  for (const eq of graph.equations) {
    eq.inputs.forEach((v, i) => {
      if (!defined.has(v)) fail(`operand ${i} (${showType(v.type)}) is not defined before its use.`, eq);
    });
    for (const sub of subGraphs(eq.params)) {
      try {
        verify(sub.graph, where);
      } catch (error) {
        fail(`sub-graph ${sub.name} is not well formed: ${(error as Error).message}`, eq);
      }
    }
    let expected: readonly Type[];
    try {
      expected = eq.op.infer(
        eq.inputs.map((v) => v.type),
        eq.params,
      );
    } catch (error) {
      return fail(`the row refuses its operands: ${(error as Error).message}`, eq);
    }
    if (expected.length !== eq.outputs.length)
      fail(`the row gives ${expected.length} outputs, the equation has ${eq.outputs.length}.`, eq);
    eq.outputs.forEach((v, i) => {
      if (!sameType(v.type, expected[i]!))
        fail(`output ${i} is typed ${showType(v.type)}, the row infers ${showType(expected[i]!)}.`, eq);
      define(v, `output ${i}`, eq);
    });
  }
  graph.outputs.forEach((v, i) => {
    if (!defined.has(v)) fail(`graph output ${i} (${showType(v.type)}) is not defined.`);
  });
}

function checkType(type: Type, what: string, fail: (message: string) => void): void {
  if (!type.shape.every((d) => Number.isInteger(d) && d >= 0))
    fail(`${what} has the shape [${type.shape.join(",")}]; axis lengths are non-negative integers.`);
}
