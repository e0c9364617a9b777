// A graph and a visitor in; the graph with the visitor's numbers and values in place of its own out. The visitor sees all that
// two traces of one function can differ in, always in the same order, so that two graphs can be compared step by step.
import { isGraph } from "../../ir/sub-graphs.js";
import { isData } from "../../ir/number-text.js";
import { NotGeneric } from "../../ir/size.js";
import type { Equation, Graph, Param, Params, Type, Value } from "../../ir/types.js";
import { broadcast, call, cond, constant, scan, while_ } from "../../ops/index.js";

/** What stands in for a value that the graph neither computes nor takes as an argument. */
export type Source =
  | { readonly kind: "literal" }
  /** An input of the new graph; `spread` when one number fills the type. */
  | { readonly kind: "input"; readonly value: Value; readonly spread: boolean };

export interface Visitor {
  /** Something that must be the same in every trace; `where` names it in messages. */
  fixed(what: unknown, where: string): void;
  number(x: number, where: string): number;
  /** A literal (its equation is given) or something captured, at each of its uses. */
  source(value: Value, literal: Equation | null): Source;
}

/** A graph being written: the root, or a sub-graph, which takes what it needs from outside as further inputs. */
interface Scope {
  readonly parent: Scope | null;
  readonly images: Map<Value, Value>;
  readonly literals: Map<Value, Equation>;
  readonly equations: Equation[];
  /** Outer values by the inputs that stand for them here. */
  readonly extras: Map<Value, Value>;
  readonly refs: Map<Value, number>;
}

const scopeIn = (parent: Scope | null): Scope => ({
  parent,
  images: new Map(),
  literals: new Map(),
  equations: [],
  extras: new Map(),
  refs: new Map(),
});

/** The first `args` inputs are arguments; the rest are captured. */
export function walk(graph: Graph, args: number, visitor: Visitor): Graph {
  const scope = scopeIn(null);
  const own = graph.inputs.slice(0, args).map((v, i) => define(scope, v, visitor, `argument ${i}`));
  visitEquations(graph, scope, visitor);
  return { ...graph, inputs: own, equations: scope.equations, outputs: outputsOf(graph, scope, visitor) };
}

function visitEquations(graph: Graph, scope: Scope, visitor: Visitor): void {
  for (const eq of graph.equations) {
    if (eq.op === constant) scope.literals.set(eq.outputs[0]!, eq);
    else visitEquation(eq, scope, visitor);
  }
  visitor.fixed(graph.outputs.length, "the number of results");
}

const outputsOf = (graph: Graph, scope: Scope, visitor: Visitor): Value[] =>
  graph.outputs.map((v, i) => use(v, scope, visitor, `result ${i}`));

const nameOf = (eq: Equation): string =>
  eq.origin === undefined ? eq.op.name : `${eq.op.name} of ${eq.origin}`;

function visitEquation(eq: Equation, scope: Scope, visitor: Visitor): void {
  const where = nameOf(eq);
  visitor.fixed(eq.op, where);
  visitor.fixed(eq.inputs.length, where);
  const inputs = eq.inputs.map((v) => use(v, scope, visitor, where));
  const inner: Scope[] = [];
  const graphs = new Map<Graph, Scope>();
  const visitParam = (name: string, param: Param): Param => {
    if (typeof param === "number") {
      // Numbers that are contents, not lengths.
      if (name === "fill" || name === "data") visitor.fixed(param, `${name} of ${where}`);
      else return visitor.number(param, `${name} of ${where}`);
      return param;
    }
    if (typeof param !== "object" || param === null || isData(param)) {
      visitor.fixed(param, `${name} of ${where}`);
      return param;
    }
    if (isGraph(param)) {
      const within = scopeIn(scope);
      inner.push(within);
      const made = subGraph(param, within, visitor, where);
      graphs.set(made, within);
      return made;
    }
    if (Array.isArray(param)) {
      visitor.fixed((param as readonly Param[]).length, where);
      return (param as readonly Param[]).map((p) => visitParam(name, p));
    }
    return Object.fromEntries(Object.entries(param).map(([key, p]) => [key, visitParam(key, p)]));
  };
  let params: Params = Object.fromEntries(
    Object.entries(eq.params).map(([name, param]) => [name, visitParam(name, param)]),
  );
  const extras = [...new Set(inner.flatMap((s) => [...s.extras.keys()]))];
  let operands: readonly Value[] = inputs;
  if (extras.length > 0) {
    const { op } = eq;
    if (op !== cond && op !== scan && op !== while_ && op !== call)
      throw new NotGeneric(`a number inside of ${where} depends on the length`);
    const outer = extras.map((v) => reach(v, scope));
    const whole = (g: Graph): Graph => {
      const { extras: known } = graphs.get(g)!;
      return { ...g, inputs: [...extras.map((v) => known.get(v) ?? { type: v.type }), ...g.inputs] };
    };
    params = Object.fromEntries(
      Object.entries(params).map(([name, p]) => [
        name,
        isGraph(p) ? whole(p) : name === "consts" ? (p as number) + extras.length : p,
      ]),
    );
    operands = op === cond ? [inputs[0]!, ...outer, ...inputs.slice(1)] : [...outer, ...inputs];
  }
  const outputs = eq.outputs.map((v) => define(scope, v, visitor, where));
  scope.equations.push({ ...eq, inputs: operands, params, outputs });
}

function subGraph(graph: Graph, scope: Scope, visitor: Visitor, where: string): Graph {
  const inputs = graph.inputs.map((v) => define(scope, v, visitor, where));
  visitEquations(graph, scope, visitor);
  return { ...graph, inputs, equations: scope.equations, outputs: outputsOf(graph, scope, visitor) };
}

function typeOf(type: Type, visitor: Visitor, where: string): Type {
  visitor.fixed(type.dtype, `the element type in ${where}`);
  visitor.fixed(type.shape.length, `the number of axes in ${where}`);
  return { dtype: type.dtype, shape: type.shape.map((d) => visitor.number(d, `a length in ${where}`)) };
}

function define(scope: Scope, v: Value, visitor: Visitor, where: string): Value {
  const image: Value = { ...v, type: typeOf(v.type, visitor, where) };
  scope.images.set(v, image);
  scope.refs.set(v, scope.refs.size);
  return image;
}

function use(v: Value, scope: Scope, visitor: Visitor, where: string): Value {
  const ref = scope.refs.get(v);
  visitor.fixed(ref, `an operand of ${where}`);
  if (ref !== undefined) return scope.images.get(v)!;
  const literal = scope.literals.get(v) ?? null;
  const source = visitor.source(v, literal);
  const type = typeOf(v.type, visitor, where);
  if (source.kind === "literal") {
    let image = scope.images.get(v);
    if (!image) {
      const { origin } = literal!;
      image = { type };
      scope.equations.push({
        op: constant,
        inputs: [],
        params: { type: type.dtype, shape: type.shape, data: literal!.params.data! },
        outputs: [image],
        ...(origin === undefined ? {} : { origin }),
      });
      scope.images.set(v, image);
    }
    return image;
  }
  const value = reach(source.value, scope);
  if (!source.spread || type.shape.length === 0) return value;
  const wide: Value = { type };
  scope.equations.push({
    op: broadcast,
    inputs: [value],
    params: { shape: type.shape, dims: [] },
    outputs: [wide],
  });
  return wide;
}

/** A value of the root as seen in a scope. */
function reach(v: Value, scope: Scope): Value {
  if (!scope.parent) return v;
  let own = scope.extras.get(v);
  if (!own) scope.extras.set(v, (own = { type: v.type }));
  return own;
}
