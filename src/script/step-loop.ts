// Statements whose iterations depend on each other -> np.scan: what they carry is found by running one step, and whatever does
// not depend on it is computed for all steps at once before, and handed in.
import type { AnyNode, Expression } from "acorn";
import { after, guarded } from "./branches.js";
import {
  formOf,
  isEmpty,
  joinForms,
  leavesOf,
  rebuild,
  sameForm,
  turned,
  widen,
  zerosLike,
  type Form,
} from "./carry.js";
import { hoistKey, namesChanged } from "./hoist.js";
import { NORMAL, type Completion, type Context, type StepFrame } from "./context.js";
import { offsetOf } from "./dependence.js";
import { factsOf } from "./facts.js";
import { LoopExits } from "./loop-exits.js";
import type { Emission } from "./joint-run.js";
import { BACKED, tensorOf } from "./lanes.js";
import type { Writes } from "./memory.js";
import { Scope, type Cell } from "./scope.js";
import { Affine, Lane, sortAxes, type Axis } from "./values.js";
import { Again, grownStart, readElsewhere, startValue, type Place, type StepLoop } from "./step-place.js";
import { StepRequests } from "./step-requests.js";
import { openWindow, type OpenWindow } from "./step-window.js";
import { writeElement } from "./write-element.js";

export function stepLoop(ctx: Context, step: StepLoop): { completion: Completion } {
  return new Stepper(ctx, step).run();
}

class Stepper {
  private readonly places: Place[] = [];
  private readonly requests: StepRequests;
  private readonly selected = new Map<object, Lane>();
  private readonly varying: ReadonlySet<string>;
  private readonly windows = new Map<string, OpenWindow>();
  /** Null where no iteration can be the last. */
  private readonly exits: LoopExits | null;
  /** What sites of the last step left, to be handed on for all steps. */
  private emitted: readonly { emission: Emission; form: Form }[] = [];
  /** Whether some step uses its number, so that it must be handed in. */
  private positioned = false;

  constructor(
    private readonly ctx: Context,
    private readonly step: StepLoop,
  ) {
    this.requests = new StepRequests(ctx, step);
    const mine = step.indices.map((i) => step.statements[i]!);
    this.varying = new Set(mine.flatMap((s) => [...namesChanged(s, step.lanes)]));
    this.exits = step.plan ? null : new LoopExits(ctx, mine, step.loop.label);
    if (step.plan)
      for (const [name, role] of step.plan.roles)
        if (role.kind === "carried" && role.window && mine.some((s) => factsOf(s).elements.has(name))) {
          const open = openWindow(ctx, step, name, role.window);
          if (!open) continue;
          this.windows.set(name, open);
          // The newest element is what a step writes; the older ones are carried.
          for (const owner of open.cells.slice(1))
            this.places.push({ owner, key: "value", name: owner.name, form: formOf(owner.value) });
        }
  }

  run(): { completion: Completion } {
    for (let attempt = 0; ; attempt++) {
      if (attempt > 40)
        this.ctx.fail(this.step.loop.node, "the loop's variables do not settle on one kind of value");
      try {
        return this.attempt();
      } catch (error) {
        if (!(error instanceof Again) || error.owner !== this) throw error;
        // What is computed before may have been all that needed the number of the step.
        if (this.requests.prepare()) this.positioned = false;
      }
    }
  }

  private attempt(): { completion: Completion } {
    const { ctx, step } = this;
    const { np } = ctx.host;
    const { size } = step.loop;
    const init = this.places.flatMap((p) => leavesOf(ctx, startValue(ctx, p), p.form));
    const xsKeys: { set: (t: unknown) => void }[] = [];
    const xs: unknown[] = [];
    const current = new Map<object, unknown>();
    const slices = new Map<unknown, Map<string, unknown>>();
    const position = Float64Array.from({ length: size }, (_, p) => p);
    if (this.positioned) xs.push(np.array(position));
    let stepAxis: Axis | null = null;
    const feed = (value: Lane, set: (v: unknown) => void): void => {
      const rest = value.axes.filter((a) => a !== step.axis);
      const at = value.axes.indexOf(step.axis);
      const order = [at, ...value.tensor.shape.map((_, i) => i).filter((i) => i !== at)];
      xs.push(at === 0 ? value.tensor : np.transpose(value.tensor, order));
      xsKeys.push({ set: (t) => set(rest.length > 0 ? new Lane(t as never, rest) : t) });
    };
    for (const [node, byKey] of this.requests.fetched)
      for (const [key, { value }] of byKey) {
        const slot = slices.get(node) ?? new Map<string, unknown>();
        slices.set(node, slot);
        if (value instanceof Lane && value.axes.includes(step.axis)) feed(value, (v) => slot.set(key, v));
        else slot.set(key, value);
      }
    for (const [key, value] of this.selected) feed(value, (v) => current.set(key, v));
    // Values after each statement that others read for all iterations.
    const shown: { name: string; index: number; form: Form }[] = [];
    const saved = ctx.axes;
    let out: readonly [unknown, unknown];
    try {
      out = np.scan(
        (carry, x) => {
          const given = Object.values(x as object) as unknown[];
          const at = this.positioned ? given.shift() : null;
          xsKeys.forEach((k, i) => k.set(given[i]));
          stepAxis = Object.defineProperty({ ...step.axis, kind: "step" as const }, "position", {
            get: () => at ?? this.wantPosition(),
          });
          const frame = this.frame(stepAxis, slices, current);
          const leaves = [...(carry as unknown[])];
          shown.length = 0;
          const ys: unknown[] = [];
          const body = (): void => {
            frame.emissions.length = 0;
            for (const p of this.places)
              ctx.memory.write(p.owner, p.key, rebuild(ctx, p.form, leaves), p.through);
            for (const w of this.windows.values())
              ctx.memory.write(w.cells[0]!, "value", frame.select(w, w.before));
            this.body(stepAxis!, shown, ys);
            this.emitted = frame.emissions.map((emission) => ({ emission, form: formOf(emission.tree) }));
            for (const { emission, form } of this.emitted) ys.push(leavesOf(ctx, emission.tree, form));
          };
          ctx.steps = [...ctx.steps, frame];
          let after: unknown[];
          try {
            const { result, writes } = ctx.memory.recorded(() => {
              body();
              return this.finalValues();
            }, true);
            this.settle(writes, result);
            after = this.places.flatMap((p, i) => leavesOf(ctx, result[i], p.form));
          } finally {
            ctx.steps = ctx.steps.slice(0, -1);
          }
          if (this.requests.pending) throw new Again(this);
          return [after, ys];
        },
        init,
        Object.fromEntries(xs.map((x, i) => [`x${i}`, x])),
        { length: size },
      ) as readonly [unknown, unknown];
    } finally {
      ctx.axes = saved;
    }
    this.publish([...(out[0] as unknown[])], [...(out[1] as unknown[])], shown);
    return { completion: this.exits?.completion() ?? NORMAL };
  }

  /** One step: the statements in their order, with the values after each that others need. */
  private body(axis: Axis, shown: { name: string; index: number; form: Form }[], ys: unknown[]): void {
    const { ctx, step } = this;
    const scope = new Scope(step.lanes);
    const { name } = step.loop;
    scope.declare(ctx.memory.make({ name, constant: true, value: Affine.of(axis) }));
    const show = (index: number): void => {
      for (const v of readElsewhere(step)) {
        const cell = scope.own(v) ?? step.loop.scope.find(v);
        if (!cell || cell.value === undefined || this.windows.has(v)) continue;
        const form = formOf(cell.value);
        shown.push({ name: v, index, form });
        ys.push(leavesOf(ctx, cell.value, form));
      }
    };
    const all = (): Completion => {
      if (!this.exits) show(-1);
      const run = (from: number): Completion => {
        for (let k = from; k < step.indices.length; k++) {
          const index = step.indices[k]!;
          const end = ctx.execute(step.statements[index]!, scope);
          if (!this.exits) show(index);
          if (end.kind === "normal") continue;
          if (end.kind === "mixed") return after(ctx, end, () => run(k + 1), step.statements[index]!);
          return end;
        }
        return NORMAL;
      };
      return run(0);
    };
    if (!this.exits) {
      all();
      for (const w of this.windows.values())
        ys.push(leavesOf(ctx, w.cells[0]!.value, formOf(w.cells[0]!.value)));
      return;
    }
    const { exits } = this;
    const alive = ctx.ops.truth(exits.live.value);
    if (alive === true) exits.note(all());
    else if (alive !== false)
      guarded(
        ctx,
        alive,
        () => {
          exits.note(all());
          return NORMAL;
        },
        step.loop.node,
      );
  }

  private wantPosition(): never {
    this.positioned = true;
    throw new Again(this);
  }

  private finalValues(): unknown[] {
    for (const { window, cells } of this.windows.values())
      for (let d = window.depth; d >= 1; d--) this.ctx.memory.write(cells[d]!, "value", cells[d - 1]!.value);
    return this.places.map((p) => this.ctx.memory.read(p.owner, p.key));
  }

  /** Adds what the body turned out to write to what is carried, and starts again if that was news. */
  private settle(writes: Writes, finals: readonly unknown[]): void {
    const { ctx, step } = this;
    let again = false;
    const windowCells = new Set<object>([...this.windows.values()].flatMap((w) => w.cells));
    for (const w of writes) {
      if (windowCells.has(w.owner) || this.places.some((p) => p.owner === w.owner && p.key === w.key))
        continue;
      if (Object.is(w.after, w.before)) continue;
      const name = (w.owner as { name?: unknown }).name;
      const label = typeof name === "string" ? name : typeof w.key === "symbol" ? "an array" : String(w.key);
      if (w.key === "length")
        ctx.fail(
          step.loop.node,
          "an array grows in a loop whose iterations depend on each other. Make it long enough before the loop: np.zeros([n])",
        );
      const start = isEmpty(w.before) && w.key !== BACKED ? zerosLike(ctx, w.after) : undefined;
      this.places.push({
        owner: w.owner,
        key: w.key,
        name: label,
        form: formOf(w.key === BACKED ? w.after : (start ?? w.before)),
        ...(w.through ? { through: true } : {}),
        ...(start === undefined ? {} : { start }),
      });
      again = true;
    }
    finals.forEach((value, i) => {
      const place = this.places[i];
      if (!place) return;
      const start = grownStart(ctx, place, value);
      if (start !== null) {
        place.start = start;
        again = true;
      }
      const form = joinForms(ctx, place.form, formOf(value), place.name, step.loop.node);
      if (form === null) {
        place.start = zerosLike(ctx, value);
        place.form = formOf(place.start);
        again = true;
      } else if (!sameForm(form, place.form)) {
        place.form = form;
        again = true;
      }
    });
    if (again) throw new Again(this);
  }

  /** Puts the results where the rest of the script finds them. */
  private publish(
    carry: unknown[],
    ys: unknown[],
    shown: readonly { name: string; index: number; form: Form }[],
  ): void {
    const { ctx, step } = this;
    for (const p of this.places) ctx.memory.write(p.owner, p.key, rebuild(ctx, p.form, carry), p.through);
    const lane = (form: Form, leaves: unknown[]): unknown =>
      rebuild(ctx, widen(form, step.axis), turned(ctx, form, leaves, step.axis));
    const byName = new Map<string, { index: number; value: unknown }[]>();
    for (const s of shown) {
      const list = byName.get(s.name) ?? [];
      list.push({ index: s.index, value: lane(s.form, ys.shift() as unknown[]) });
      byName.set(s.name, list);
    }
    for (const [name, list] of byName)
      step.snapshots?.set(
        name,
        (reader) => [...list].reverse().find((s) => s.index < reader)?.value ?? list[0]!.value,
      );
    const windows = [...this.windows.values()];
    const left = ys.splice(windows.length);
    for (const { window, cells, root } of windows) {
      const rows = lane(formOf(cells[1]?.value ?? 0), ys.shift() as unknown[]) as Lane;
      const next = writeElement(ctx.host.np, {
        container: tensorOf(ctx.host.np, root.value),
        indices: [Affine.of(step.axis).plus(window.write)],
        value: rows,
        mask: null,
        add: false,
      });
      if (Array.isArray(root.value)) ctx.memory.write(root.value, BACKED, next);
      else ctx.memory.write(root, "value", next);
    }
    for (const { emission, form } of this.emitted) {
      const tree = lane(form, left.shift() as unknown[]) as Emission["tree"];
      ctx.joint!.emit({ ...emission, tree, axes: sortAxes([...emission.axes, step.axis]) });
    }
  }

  private frame(
    stepAxis: Axis,
    slices: Map<unknown, Map<string, unknown>>,
    current: Map<object, unknown>,
  ): StepFrame {
    return {
      lane: this.step.axis,
      step: stepAxis,
      emissions: [],
      fetch: (node, scope) => this.fetch(node, scope, slices),
      place: (node, scope) => this.place(node, scope),
      select: (key, value) => {
        if (current.has(key)) return current.get(key);
        this.selected.set(key, value);
        throw new Again(this);
      },
    };
  }

  /** The cell of `a[t - 1]`, where that element is carried. */
  private place(node: AnyNode, scope: Scope): Cell | null {
    if (node.type !== "MemberExpression" || node.object.type !== "Identifier" || !node.computed) return null;
    const open = this.windows.get(node.object.name);
    if (!open) return null;
    const offset = offsetOf(node.property, this.step.loop.name, scope);
    return offset === null ? null : (open.cells[open.window.write - offset] ?? null);
  }

  /** An expression that does not depend on what is carried: its value at this step, computed for all steps before the loop. */
  private fetch(
    node: Expression,
    scope: Scope,
    slices: Map<unknown, Map<string, unknown>>,
  ): { value: unknown } | null {
    const cell = this.place(node, scope);
    if (cell) return { value: cell.value };
    const key = hoistKey(this.ctx, node, scope, this.step.loop.name, this.varying);
    if (key === null) return null;
    const slot = slices.get(node);
    if (slot?.has(key)) return { value: slot.get(key) };
    this.requests.ask(node, key);
    return null;
  }
}
