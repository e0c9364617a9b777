// Graph in, text out: one equation a line, a type on every value. `parse` reads it back.
import { isData, showData, showNumber, storageTag } from "./number-text.js";
import { isOpen, showSize } from "./size.js";
import { isGraph } from "./sub-graphs.js";
import type { Equation, Graph, Param, Params, Value } from "./types.js";
import { sameShape, showType } from "./types.js";

const words = new Set(["graph", "return", "true", "false", "null", "NaN", "inf"]);
const identifier = /^[A-Za-z_$][\w$]*$/;
const numbered = /^v\d+$/;

/** Names by value: inputs by their hint where it is a unique word, everything else v0, v1, ... in order of definition. */
export function nameValues(graph: Graph): Map<Value, string> {
  const taken = new Map<string, number>();
  for (const { hint } of graph.inputs) if (hint !== undefined) taken.set(hint, (taken.get(hint) ?? 0) + 1);
  const names = new Map<Value, string>();
  let next = 0;
  for (const v of graph.inputs) {
    const { hint } = v;
    const usable =
      hint !== undefined &&
      taken.get(hint) === 1 &&
      identifier.test(hint) &&
      !words.has(hint) &&
      !numbered.test(hint);
    names.set(v, usable ? hint : `v${next++}`);
  }
  for (const eq of graph.equations) for (const v of eq.outputs) if (!names.has(v)) names.set(v, `v${next++}`);
  return names;
}

/** The text of a graph. */
export function print(graph: Graph): string {
  return showGraph(graph, "") + "\n";
}

/** The text of one equation as it stands in its graph, for error messages. */
export function printEquation(graph: Graph, equation: Equation): string {
  return showEquation(equation, nameValues(graph), "");
}

function showGraph(graph: Graph, indent: string): string {
  const names = nameValues(graph);
  const inner = indent + "  ";
  const inputs = graph.inputs.map((v) => `${names.get(v)}: ${showType(v.type)}`).join(", ");
  const lines = graph.equations.map((eq) => inner + showEquation(eq, names, inner));
  const outputs = graph.outputs.map((v) => names.get(v) ?? "?").join(", ");
  lines.push(`${inner}return${outputs === "" ? "" : " " + outputs}`);
  return `graph ${showWord(graph.name)}(${inputs}) {\n${lines.join("\n")}\n${indent}}`;
}

function showEquation(eq: Equation, names: ReadonlyMap<Value, string>, indent: string): string {
  const left = eq.outputs.map((v) => `${names.get(v) ?? "?"}: ${showType(v.type)}`).join(", ");
  const right = [eq.op.name, ...eq.inputs.map((v) => names.get(v) ?? "?")];
  const literal = literalOf(eq);
  if (literal !== undefined) right.push(literal);
  else if (Object.keys(eq.params).length > 0) right.push(showRecord(eq.params, indent));
  const origin = eq.origin === undefined ? "" : `  # ${showOrigin(eq.origin)}`;
  return `${left} = ${right.join(" ")}${origin}`;
}

/** A constant's contents; its type and shape are those of the value on the left. */
function literalOf({ op, params, outputs }: Equation): string | undefined {
  if (op.kind !== "special" || op.lowering !== "constant" || outputs.length !== 1) return undefined;
  const { dtype, shape } = outputs[0]!.type;
  const { data } = params;
  if (Object.keys(params).length !== 3 || params.type !== dtype) return undefined;
  if (!Array.isArray(params.shape) || !sameShape(params.shape as number[], shape)) return undefined;
  if (typeof data === "number") return showNumber(data);
  return isData(data) ? storageTag(data) + showData(data) : undefined;
}

const showWord = (word: string): string =>
  identifier.test(word) && !words.has(word) ? word : JSON.stringify(word);

const showOrigin = (origin: string): string =>
  origin === "" || origin.startsWith('"') || origin !== origin.trim() || /[\r\n]/.test(origin)
    ? JSON.stringify(origin)
    : origin;

function showRecord(record: Params | { readonly [name: string]: Param }, indent: string): string {
  const fields = Object.keys(record).sort();
  return `{${fields.map((name) => `${showWord(name)}=${showParam(record[name]!, indent)}`).join(", ")}}`;
}

function showParam(param: Param, indent: string): string {
  if (typeof param === "number") return isOpen(param) ? showSize(param) : showNumber(param);
  if (param === null || typeof param === "boolean") return String(param);
  if (typeof param === "string") return JSON.stringify(param);
  if (isData(param)) return storageTag(param) + showData(param);
  if (isGraph(param)) return showGraph(param, indent);
  if (isList(param)) return `[${param.map((p) => showParam(p, indent)).join(", ")}]`;
  return showRecord(param, indent);
}

const isList = (param: object): param is readonly Param[] => Array.isArray(param);
