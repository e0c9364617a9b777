// Graph and rules in, graph with the rules applied everywhere out, in one forward walk.
// Every equation is looked at once its operands are in normal form, and whatever a rule emits goes through the rules
// itself, so that one walk reaches what repeated passes would; the cost is linear in the number of equations.
import { Builder, equation, withInputs } from "../ir/builder.js";
import type { Op } from "../ir/op.js";
import { showNumber } from "../ir/number-text.js";
import { holdsGraph, mapSubGraphs } from "../ir/sub-graphs.js";
import type { DType, Equation, Graph, Params, Shape, Value } from "../ir/types.js";
import { constant } from "../ops/index.js";
import { dropDead } from "./dead.js";
import type { Context, Rule } from "./rule.js";

/** What makes a value: an operation, or none for inputs. */
type Maker = Op | undefined;

/** The rules of one operation, and of those the ones that may apply to what makes its (at most two) operands. */
interface Own {
  readonly rules: readonly Rule[];
  readonly narrowed: Map<Maker, Map<Maker, readonly Rule[]>>;
}

/** Rules by the operation at their root, in the order in which they are tried. */
export class RuleSet {
  private readonly byOp = new Map<Op, Own>();
  /** Numbers of the rules for each operation and each kind; made when first asked for. */
  private byRoot: Map<Op | string, number[]> | undefined;

  constructor(readonly rules: readonly Rule[]) {}

  /** Whether any rule has the operation at its root. */
  has(op: Op): boolean {
    return this.own(op).rules.length > 0;
  }

  /** The rules for an equation of the operation. */
  for(op: Op, inputs: readonly Value[], makers: ReadonlyMap<Value, Equation>): readonly Rule[] {
    const { rules, narrowed } = this.own(op);
    const { length } = inputs;
    if (rules.length === 0 || length === 0 || length > 2) return rules;
    const a = makers.get(inputs[0]!)?.op;
    const b = length === 2 ? makers.get(inputs[1]!)?.op : a;
    let byFirst = narrowed.get(a);
    if (!byFirst) narrowed.set(a, (byFirst = new Map<Maker, readonly Rule[]>()));
    let mine = byFirst.get(b);
    if (!mine) {
      const may = ({ over }: Rule): boolean => over === undefined || over.some((o) => o === a || o === b);
      byFirst.set(b, (mine = rules.filter(may)));
    }
    return mine;
  }

  private own(op: Op): Own {
    let mine = this.byOp.get(op);
    if (!mine) {
      const roots = (this.byRoot ??= this.index());
      const numbers = [...(roots.get(op) ?? none), ...(roots.get(op.kind) ?? none)].sort((a, b) => a - b);
      this.byOp.set(op, (mine = { rules: numbers.map((n) => this.rules[n]!), narrowed: new Map() }));
    }
    return mine;
  }

  private index(): Map<Op | string, number[]> {
    const byRoot = new Map<Op | string, number[]>();
    this.rules.forEach(({ roots }, n) => {
      for (const root of typeof roots === "string" ? [roots] : roots) {
        const list = byRoot.get(root);
        if (list) list.push(n);
        else byRoot.set(root, [n]);
      }
    });
    return byRoot;
  }
}

const none: readonly number[] = [];

/** Rules that answer each other would never end; no real chain is nearly this long. */
const deepest = 200;

/** Applies the rules throughout the graph and its sub-graphs; `fire` hears of each application. */
export function rewrite(graph: Graph, rules: RuleSet, fire: (rule: string) => void): Graph {
  const done = new Map<Graph, Graph>();
  const visit = (g: Graph): Graph => {
    let result = done.get(g);
    if (!result) {
      result = new Rewriting(g, rules, fire, visit).run();
      done.set(g, result);
    }
    return result;
  };
  return visit(graph);
}

class Rewriting implements Context {
  private readonly builder: Builder;
  private readonly made = new Map<Value, Equation>();
  private readonly replaced = new Map<Value, Value>();
  private readonly useCounts = new Map<Value, number>();
  private readonly literals = new Map<string, Value>();
  /** Names of the rules that are being applied, one inside of the other; of so many. */
  private readonly trail: string[] = [];
  private depth = 0;
  private changed = false;

  constructor(
    private readonly graph: Graph,
    private readonly rules: RuleSet,
    private readonly fire: (rule: string) => void,
    private readonly subGraph: (g: Graph) => Graph,
  ) {
    this.builder = new Builder(graph.name);
    this.builder.inputs.push(...graph.inputs);
  }

  run(): Graph {
    if (!this.graph.equations.some((eq) => this.rules.has(eq.op) || holdsGraph(eq))) return this.graph;
    for (const eq of this.graph.equations) this.count(eq.inputs, 1);
    this.count(this.graph.outputs, 1);
    for (const eq of this.graph.equations) this.take(eq);
    if (!this.changed) return this.graph;
    return dropDead(this.builder.finish(this.graph.outputs.map((v) => this.current(v))));
  }

  private take(original: Equation): void {
    let eq = original;
    const { inputs } = original;
    for (let i = this.replaced.size > 0 ? 0 : inputs.length; i < inputs.length; i++)
      if (this.replaced.has(inputs[i]!)) {
        eq = withInputs(
          eq,
          eq.inputs.map((v) => this.current(v)),
        );
        break;
      }
    if (eq.op.kind === "special") eq = mapSubGraphs(eq, this.subGraph);
    this.changed ||= eq !== original;
    this.builder.origin = eq.origin;
    const better = this.improve(eq);
    if (better) {
      this.changed = true;
      this.replaced.set(eq.outputs[0], better);
      this.useCounts.set(
        better,
        (this.useCounts.get(better) ?? 0) + (this.useCounts.get(eq.outputs[0]) ?? 0),
      );
    } else this.append(eq);
  }

  private improve(eq: Equation): Value | null {
    if (eq.outputs.length !== 1) return null;
    const rules = this.rules.for(eq.op, eq.inputs, this.made);
    for (let n = 0; n < rules.length; n++) {
      const rule = rules[n]!;
      if (this.depth === deepest)
        throw new Error(
          `passes: rules keep answering each other on an equation of ${eq.op.name}: ${this.trail.slice(-6).join(", ")}.`,
        );
      this.trail[this.depth++] = rule.name;
      const result = rule.apply(eq, this);
      this.depth--;
      if (result) {
        this.fire(rule.name);
        return result;
      }
    }
    return null;
  }

  private append(eq: Equation): void {
    this.builder.append(eq);
    for (const v of eq.outputs) this.made.set(v, eq);
  }

  private current(v: Value): Value {
    return this.replaced.get(v) ?? v;
  }

  is(v: Value, op: Op): Equation | null {
    const eq = this.made.get(v);
    return eq !== undefined && eq.op === op && eq.outputs[0] === v ? eq : null;
  }

  definition(v: Value): Equation | null {
    return this.made.get(v) ?? null;
  }

  splat(v: Value): number | null {
    const data = this.is(v, constant)?.params.data;
    return typeof data === "number" ? data : null;
  }

  uses(v: Value): number {
    return this.useCounts.get(v) ?? 0;
  }

  /** Keeps the number of uses by equations that stand and by those still to come. */
  private count(values: readonly Value[], change: number): void {
    for (const v of values) this.useCounts.set(v, this.uses(v) + change);
  }

  emit(op: Op, inputs: readonly Value[], params: Params = {}): Value {
    const types = op.infer(
      inputs.map((v) => v.type),
      params,
    );
    const outputs = types.map((type): Value => ({ type }));
    const eq = equation(op, inputs, params, outputs, this.builder.origin);
    const better = this.improve(eq);
    if (better) return better;
    this.append(eq);
    this.count(inputs, 1);
    return outputs[0];
  }

  literal(x: number, dtype: DType, shape: Shape): Value {
    const key = `${dtype}[${shape.join(",")}]${showNumber(x)}`;
    let v = this.literals.get(key);
    if (!v) {
      v = { type: { dtype, shape } };
      this.append(equation(constant, [], { type: dtype, shape, data: x }, [v], undefined));
      this.literals.set(key, v);
    }
    return v;
  }
}
