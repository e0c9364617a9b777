// Graph in, the same with loops that carry, read and give each thing once and only what is needed out.
// Of a scan or while: equal operands become one, carries that stay equal become one, equal results become one; carries that
// never change become constants; what nothing needs goes; what is the same at every step is computed before the loop.
import { mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { broadcast, constant, scan, while_ } from "../ops/index.js";
import { mergeCommon } from "./cse.js";
import { dropDead } from "./dead.js";
import { hasEffect } from "./join-scans.js";
import { outlines, partsOf, scanOf, whileOf } from "./loop-parts.js";
import type { Loop } from "./loop-parts.js";

export function slimLoops(graph: Graph, fire: (rule: string) => void): Graph {
  const made = new Map(graph.equations.flatMap((eq) => eq.outputs.map((v) => [v, eq] as const)));
  const used = new Set<Value>(graph.outputs);
  const slimmed: (readonly Equation[])[] = [];
  // Backwards, so that the uses of a loop's results are known: by loops behind it as they are after slimming.
  const replaced = new Map<Value, Value>();
  for (let i = graph.equations.length - 1; i >= 0; i--) {
    let now: readonly Equation[] = [mapSubGraphs(graph.equations[i], (g) => slimLoops(g, fire))];
    const [eq] = now;
    if ((eq.op === scan || eq.op === while_) && !hasEffect(eq)) {
      const slim = new Slimming(eq, used, made, fire).run();
      now = slim.equations;
      slim.replaced.forEach((v, old) => replaced.set(old, v));
    }
    for (const e of now) for (const v of e.inputs) used.add(v);
    for (const v of replaced.values()) used.add(v);
    slimmed.push(now);
  }
  const equations = slimmed.reverse().flat();
  const current = (v: Value): Value => {
    const next = replaced.get(v);
    return next ? current(next) : v;
  };
  const same = replaced.size === 0 && equations.every((eq, i) => eq === graph.equations[i]);
  if (same && equations.length === graph.equations.length) return graph;
  return {
    ...graph,
    equations: equations.map((eq) =>
      eq.inputs.some((v) => replaced.has(v)) ? { ...eq, inputs: eq.inputs.map(current) } : eq,
    ),
    outputs: graph.outputs.map(current),
  };
}

interface Slim {
  /** What stands in the equation's place: equations hoisted out of it, then the loop. */
  readonly equations: readonly Equation[];
  /** Results of the loop that are other values now. */
  readonly replaced: ReadonlyMap<Value, Value>;
}

class Slimming {
  private body: Graph;
  private test: Graph | null;
  private consts: Operand[];
  private carries: Carried[];
  private xs: Operand[];
  private ys: Result[];
  private readonly replaced = new Map<Value, Value>();
  private readonly hoisted: Equation[] = [];
  private fired = false;

  constructor(
    private readonly eq: Equation,
    private readonly used: ReadonlySet<Value>,
    private readonly made: ReadonlyMap<Value, Equation>,
    private readonly fire: (rule: string) => void,
  ) {
    const loop: Loop = eq.op === scan ? scanOf(eq) : whileOf(eq);
    this.body = loop.body;
    this.test = loop.test;
    const outer = partsOf(eq.inputs, loop);
    const inner = partsOf(loop.body.inputs, loop);
    const tested = loop.test ? partsOf(loop.test.inputs, loop) : null;
    const operands = (part: 0 | 2): Operand[] =>
      outer[part].map((v, i) => ({ outer: v, inner: inner[part][i], tested: tested?.[part][i] ?? null }));
    this.consts = operands(0);
    this.xs = operands(2);
    this.carries = outer[1].map((v, i) => ({
      outer: v,
      inner: inner[1][i],
      tested: tested?.[1][i] ?? null,
      next: loop.body.outputs[i],
      result: eq.outputs[i],
    }));
    this.ys = eq.outputs
      .slice(loop.carries)
      .map((result, i) => ({ result, made: loop.body.outputs[loop.carries + i] }));
  }

  run(): Slim {
    this.plainOperands();
    this.consts = this.once(this.consts, "loop-equal-operands");
    this.xs = this.once(this.xs, "loop-equal-operands");
    this.equalCarries();
    this.steadyCarries();
    this.equalResults();
    this.dropUnneeded();
    this.hoist();
    if (!this.fired) return { equations: [this.eq], replaced: this.replaced };
    const inner = (list: readonly Operand[]): Value[] => list.map((x) => x.inner);
    const outer = (list: readonly Operand[]): Value[] => list.map((x) => x.outer);
    const body: Graph = {
      ...this.body,
      inputs: [...inner(this.consts), ...inner(this.carries), ...inner(this.xs)],
      outputs: [...this.carries.map((c) => c.next), ...this.ys.map((y) => y.made)],
    };
    const params = { ...this.eq.params, body, consts: this.consts.length };
    const { test } = this;
    const loop: Equation = {
      ...this.eq,
      inputs: [...outer(this.consts), ...outer(this.carries), ...outer(this.xs)],
      params: test
        ? { ...params, test: { ...test, inputs: [...this.consts, ...this.carries].map((x) => x.tested!) } }
        : { ...params, carries: this.carries.length },
      outputs: [...this.carries, ...this.ys].map((x) => x.result),
    };
    // A loop that gives nothing is gone.
    const rest = loop.outputs.length === 0 ? [] : [loop];
    return { equations: [...this.hoisted, ...rest], replaced: this.replaced };
  }

  private note(rule: string): void {
    this.fired = true;
    this.fire(rule);
  }

  /** Reads one body value in place of another everywhere, and merges what that makes equal. */
  private exchange(body: ReadonlyMap<Value, Value>, test: ReadonlyMap<Value, Value>): void {
    this.body = this.withResults(substitute(this.body, body));
    if (this.test) this.test = mergeCommon(substitute(this.test, test), () => undefined);
  }

  /** Merges equal equations of a body and moves the results along. */
  private withResults(body: Graph): Graph {
    const merged = mergeCommon(body, () => undefined);
    this.carries = this.carries.map((c, i) => ({ ...c, next: merged.outputs[i] }));
    this.ys = this.ys.map((y, i) => ({ ...y, made: merged.outputs[this.carries.length + i] }));
    return merged;
  }

  /** Literals are written in the body, and elements that are all the same array become a constant. */
  private plainOperands(): void {
    const body = new Map<Value, Value>();
    const test = new Map<Value, Value>();
    const literals: [Equation[], Equation[]] = [[], []];
    const literal = (like: Value, data: number, side: 0 | 1): Value => {
      const v: Value = { type: like.type };
      const { dtype, shape } = like.type;
      literals[side].push({ op: constant, inputs: [], params: { type: dtype, shape, data }, outputs: [v] });
      return v;
    };
    const isLiteral = (x: Operand): boolean => {
      const data = this.made.get(x.outer)?.params.data;
      if (typeof data !== "number") return false;
      body.set(x.inner, literal(x.inner, data, 0));
      if (x.tested) test.set(x.tested, literal(x.tested, data, 1));
      this.note("loop-literal-operand");
      return true;
    };
    this.consts = this.consts.filter((x) => !isLiteral(x));
    this.xs = this.xs.filter((x) => {
      if (isLiteral(x)) return false;
      const eq = this.made.get(x.outer);
      const dims = eq?.op === broadcast ? (eq.params.dims as readonly number[]) : null;
      if (!eq || !dims || dims.includes(0)) return true;
      const { type } = x.inner;
      const whole = dims.length === type.shape.length;
      const outer: Value = whole ? eq.inputs[0] : { type };
      const params = { shape: type.shape, dims: dims.map((d) => d - 1) };
      if (!whole) this.hoisted.push({ ...eq, params, outputs: [outer] });
      this.consts = [...this.consts, { outer, inner: x.inner, tested: null }];
      this.note("loop-repeated-element");
      return false;
    });
    if (body.size === 0) return;
    const { body: whole, test: tested } = this;
    this.body = { ...whole, equations: [...literals[0], ...whole.equations] };
    if (tested) this.test = { ...tested, equations: [...literals[1], ...tested.equations] };
    this.exchange(body, test);
  }

  private once(list: readonly Operand[], rule: string): Operand[] {
    const first = new Map<Value, Operand>();
    const body = new Map<Value, Value>();
    const test = new Map<Value, Value>();
    for (const x of list) {
      const twin = first.get(x.outer);
      if (!twin) first.set(x.outer, x);
      else {
        body.set(x.inner, twin.inner);
        if (x.tested && twin.tested) test.set(x.tested, twin.tested);
        this.note(rule);
      }
    }
    if (body.size > 0) this.exchange(body, test);
    return [...first.values()];
  }

  /** Carries that begin equal and, if they were equal, would be so after a step. */
  private equalCarries(): void {
    const { carries } = this;
    if (new Set(carries.map((c) => c.outer)).size === carries.length) return;
    const made = outlines(this.body);
    let classes = carries.map((c, i) =>
      carries.findIndex((d, k) => d.outer === c.outer && made[k] === made[i]),
    );
    for (;;) {
      const body = new Map<Value, Value>();
      carries.forEach((c, i) => {
        const twin = classes.indexOf(classes[i]);
        if (twin < i) body.set(c.inner, carries[twin].inner);
      });
      if (body.size === 0) return;
      const merged = mergeCommon(substitute(this.body, body), () => undefined);
      const finer = new Map<string, number>();
      const numbers = new Map<Value, number>();
      const next = classes.map((c, i) => {
        const after = merged.outputs[i];
        if (!numbers.has(after)) numbers.set(after, numbers.size);
        const key = `${c} ${numbers.get(after)}`;
        if (!finer.has(key)) finer.set(key, finer.size);
        return finer.get(key)!;
      });
      const stable = finer.size === new Set(classes).size;
      classes = next;
      if (!stable) continue;
      const test = new Map<Value, Value>();
      carries.forEach((c, i) => {
        const twin = carries[classes.indexOf(classes[i])];
        if (twin === c) return;
        if (c.tested && twin.tested) test.set(c.tested, twin.tested);
        this.replaced.set(c.result, twin.result);
        this.note("loop-equal-carries");
      });
      this.exchange(body, test);
      const { body: whole } = this;
      this.carries = this.carries.filter((_, i) => classes.indexOf(classes[i]) === i);
      this.body = {
        ...whole,
        outputs: [...this.carries.map((c) => c.next), ...this.ys.map((y) => y.made)],
      };
      return;
    }
  }

  /** A carry that a step hands on as it was is a constant. */
  private steadyCarries(): void {
    const steady = this.carries.filter((c) => c.next === c.inner);
    if (steady.length === 0) return;
    for (const c of steady) {
      this.replaced.set(c.result, c.outer);
      this.note("loop-steady-carry");
    }
    this.consts = [...this.consts, ...steady];
    this.carries = this.carries.filter((c) => c.next !== c.inner);
  }

  private equalResults(): void {
    const first = new Map<Value, Result>();
    const elements = new Map(this.xs.map((x) => [x.inner, x.outer]));
    const kept: Result[] = [];
    for (const y of this.ys) {
      const twin = first.get(y.made)?.result ?? elements.get(y.made);
      if (twin) {
        this.replaced.set(y.result, twin);
        this.note("loop-equal-results");
      } else {
        first.set(y.made, y);
        kept.push(y);
      }
    }
    this.ys = kept;
  }

  private dropUnneeded(): void {
    const used = new Set(this.used);
    for (const v of this.replaced.values()) used.add(v);
    const ys = this.ys.filter((y) => used.has(y.result));
    const needed = new Set(this.carries.filter((c) => used.has(c.result)));
    const inTest = this.test ? readBy(this.test, this.test.outputs) : new Set<Value>();
    for (const c of this.carries) if (c.tested && inTest.has(c.tested)) needed.add(c);
    let reads: ReadonlySet<Value>;
    for (;;) {
      reads = readBy(this.body, [...[...needed].map((c) => c.next), ...ys.map((y) => y.made)]);
      const more = this.carries.filter((c) => !needed.has(c) && reads.has(c.inner));
      if (more.length === 0) break;
      for (const c of more) needed.add(c);
    }
    const carries = this.carries.filter((c) => needed.has(c));
    const isRead = (x: Operand): boolean => reads.has(x.inner) || (x.tested !== null && inTest.has(x.tested));
    const consts = this.consts.filter(isRead);
    const xs = this.xs.filter(isRead);
    const fewer = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length < b.length;
    if (
      fewer(ys, this.ys) ||
      fewer(carries, this.carries) ||
      fewer(consts, this.consts) ||
      fewer(xs, this.xs)
    ) {
      this.note("loop-drop-unused");
      [this.ys, this.carries, this.consts, this.xs] = [ys, carries, consts, xs];
    }
    this.body = dropDead({
      ...this.body,
      outputs: [...this.carries.map((c) => c.next), ...this.ys.map((y) => y.made)],
    });
  }

  /** What depends on constants alone; movements and literals stay, for they cost nothing where they are read. */
  private hoist(): void {
    const fixed = new Set(this.consts.map((c) => c.inner));
    const made = new Map<Value, Equation>();
    const worth: Equation[] = [];
    for (const eq of this.body.equations) {
      if (!eq.inputs.every((v) => fixed.has(v))) continue;
      for (const v of eq.outputs) {
        fixed.add(v);
        made.set(v, eq);
      }
      if (eq.inputs.length > 0 && eq.op.kind !== "movement") worth.push(eq);
    }
    if (worth.length === 0) return;
    const out = new Set<Equation>();
    const lift = (eq: Equation): void => {
      if (out.has(eq)) return;
      for (const v of eq.inputs) {
        const from = made.get(v);
        if (from) lift(from);
      }
      out.add(eq);
    };
    worth.forEach(lift);
    const images = new Map(this.consts.map((c) => [c.inner, c.outer]));
    const leaving = new Set(worth);
    for (const eq of out) {
      const outputs = eq.outputs.map((v): Value => ({ ...v }));
      eq.outputs.forEach((v, i) => images.set(v, outputs[i]));
      this.hoisted.push({ ...eq, inputs: eq.inputs.map((v) => images.get(v)!), outputs });
    }
    const equations = this.body.equations.filter((eq) => !leaving.has(eq));
    const given = worth.flatMap((eq) => eq.outputs);
    const reads = readBy(
      { ...this.body, inputs: [...this.body.inputs, ...given], equations },
      this.body.outputs,
    );
    const tested = (v: Value): Value | null => (this.test ? { type: v.type } : null);
    this.consts = [
      ...this.consts.filter((c) => reads.has(c.inner) || c.tested !== null),
      ...given
        .filter((v) => reads.has(v))
        .map((v) => ({ outer: images.get(v)!, inner: v, tested: tested(v) })),
    ];
    this.body = dropDead({ ...this.body, equations });
    this.note("loop-hoist");
  }
}

interface Operand {
  readonly outer: Value;
  readonly inner: Value;
  /** The input of a while loop's test. */
  readonly tested: Value | null;
}
interface Carried extends Operand {
  readonly next: Value;
  readonly result: Value;
}
interface Result {
  readonly result: Value;
  readonly made: Value;
}

function substitute(graph: Graph, values: ReadonlyMap<Value, Value>): Graph {
  const at = (v: Value): Value => values.get(v) ?? v;
  return {
    ...graph,
    equations: graph.equations.map((eq) =>
      eq.inputs.some((v) => values.has(v)) ? { ...eq, inputs: eq.inputs.map(at) } : eq,
    ),
    outputs: graph.outputs.map(at),
  };
}

/** The values that some outputs of a graph depend on, inputs included. */
function readBy(graph: Graph, outputs: readonly Value[]): ReadonlySet<Value> {
  const needed = new Set(outputs);
  for (let i = graph.equations.length - 1; i >= 0; i--) {
    const eq = graph.equations[i];
    if (eq.outputs.some((v) => needed.has(v))) for (const v of eq.inputs) needed.add(v);
  }
  return needed;
}
