// Expressions of a loop body that do not depend on what it carries in, their values for all steps out: computed between attempts.
import type { Expression } from "acorn";
import type { Context } from "./context.js";
import { LaneDistribution } from "./lane-distribution.js";
import { Again, type StepLoop } from "./step-place.js";
import { Scope } from "./scope.js";
import { Affine, axesOf, isRecord, Lane, sortAxes } from "./values.js";

export class StepRequests {
  /** Values of all steps that the body takes its part of: by what asked for them. */
  readonly fetched = new Map<unknown, Map<string, { value: unknown }>>();
  private readonly refused = new Map<unknown, Set<string>>();
  private wanted: { node: Expression; key: string }[] = [];

  constructor(
    private readonly ctx: Context,
    private readonly step: StepLoop,
  ) {}

  /** Whether something was asked for that is not computed yet. */
  get pending(): boolean {
    return this.wanted.length > 0;
  }

  /** Asks for an expression's values, unless they were refused. */
  ask(node: Expression, key: string): void {
    if (this.refused.get(node)?.has(key)) return;
    if (!this.wanted.some((w) => w.node === node && w.key === key)) this.wanted.push({ node, key });
  }

  /** Computes what was asked for since the last time, for all steps at once; says whether there was anything. */
  prepare(): boolean {
    const { ctx, step } = this;
    const { wanted } = this;
    this.wanted = [];
    const saved = { axes: ctx.axes, lenient: ctx.lenient, steps: ctx.steps };
    for (const { node, key } of wanted) {
      const scope = new Scope(step.lanes);
      for (const part of key === "" ? [] : key.split(",")) {
        const [name, value] = part.split("=");
        scope.declare(ctx.memory.make({ name: name!, constant: true, value: Number(value) }));
      }
      ctx.axes = sortAxes([...saved.axes, step.axis]);
      ctx.lenient = true;
      try {
        const value = ctx.evaluate(node, scope);
        const useful =
          typeof value === "number" ||
          typeof value === "boolean" ||
          value instanceof Lane ||
          (typeof value === "object" &&
            value !== null &&
            // Each step makes an array or an object of its own, since it may be changed.
            !Array.isArray(value) &&
            !isRecord(value) &&
            axesOf(value).length === 0 &&
            !(value instanceof LaneDistribution) &&
            !(value instanceof Affine));
        if (useful) {
          const byKey = this.fetched.get(node) ?? new Map<string, { value: unknown }>();
          byKey.set(key, { value });
          this.fetched.set(node, byKey);
        } else this.refuse(node, key);
      } catch (error) {
        if (error instanceof Again) throw error;
        this.refuse(node, key);
      } finally {
        ctx.axes = saved.axes;
        ctx.lenient = saved.lenient;
        ctx.steps = saved.steps;
      }
    }
    return wanted.length > 0;
  }

  private refuse(node: Expression, key: string): void {
    const keys = this.refused.get(node) ?? new Set();
    keys.add(key);
    this.refused.set(node, keys);
  }
}
