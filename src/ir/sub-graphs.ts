// Parameters in; the graphs that they hold out, or the parameters with those graphs replaced.
import { isData } from "./number-text.js";
import type { Equation, Graph, Param, Params } from "./types.js";

export const isGraph = (param: unknown): param is Graph =>
  typeof param === "object" && param !== null && (param as { kind?: unknown }).kind === "graph";

const isNested = (param: Param): param is readonly Param[] | { readonly [name: string]: Param } =>
  typeof param === "object" && param !== null && !isData(param) && !isGraph(param);

/** Parameters that were looked through and hold no graph; every pass asks again, and they are never written to. */
const graphless = new WeakSet<Params>();
const nothing: readonly never[] = [];

/** The graphs among an equation's parameters, by name ("then", "branches.0"). */
export function subGraphs(params: Params): readonly { name: string; graph: Graph }[] {
  if (graphless.has(params)) return nothing;
  const found: { name: string; graph: Graph }[] = [];
  const visit = (param: Param, name: string): void => {
    if (isGraph(param)) found.push({ name, graph: param });
    else if (isNested(param))
      for (const [key, inner] of Object.entries(param)) visit(inner, name === "" ? key : `${name}.${key}`);
  };
  for (const [key, param] of Object.entries(params)) visit(param, key);
  if (found.length === 0) graphless.add(params);
  return found;
}

/** Whether the equation holds a graph. */
export const holdsGraph = ({ op, params }: Equation): boolean =>
  // Of the four kinds only the special ones take graphs.
  op.kind === "special" && subGraphs(params).length > 0;

/** The equation with every sub-graph replaced; the same object when none changes. */
export function mapSubGraphs(equation: Equation, change: (graph: Graph) => Graph): Equation {
  const { op, params } = equation;
  // Of the four kinds only the special ones take graphs.
  if (op.kind !== "special" || graphless.has(params)) return equation;
  let changed = false;
  let held = false;
  const visit = (param: Param): Param => {
    if (isGraph(param)) {
      held = true;
      const graph = change(param);
      changed ||= graph !== param;
      return graph;
    }
    if (!isNested(param)) return param;
    // Lists of numbers (shapes, axes) are by far the most common: leave them as they are.
    if (Array.isArray(param)) {
      const list = param as readonly Param[];
      return list.some((p) => typeof p === "object" && p !== null) ? list.map(visit) : list;
    }
    return Object.fromEntries(Object.entries(param).map(([key, inner]) => [key, visit(inner)]));
  };
  let touched: Record<string, Param> | undefined;
  for (const key in params) {
    const param = params[key]!;
    if (typeof param !== "object" || param === null) continue;
    const next = visit(param);
    if (changed && next !== param) (touched ??= { ...params })[key] = next;
  }
  if (!held) graphless.add(params);
  return changed && touched ? { ...equation, params: touched } : equation;
}
