// Equations in, statements out: decides for each equation of a graph whether it needs one, and which.
import type { Special } from "../ir/op.js";
import type { Equation, Value } from "../ir/types.js";
import { element } from "./element.js";
import type { Region } from "./region.js";
import { Statements } from "./statements.js";

/** Lowers cond, while, scan and call; handed in, since it schedules sub-graphs with the same scheduler. */
export type LowerControl = (s: Scheduler, region: Region, eq: Equation, op: Special) => void;

export class Scheduler extends Statements {
  /** `stored` are the values, otherwise computed in place, that get a statement of their own. */
  constructor(
    stored: ReadonlySet<Value>,
    private readonly lowerControl: LowerControl,
  ) {
    super(stored);
  }

  /** Schedules the equations of a graph whose inputs already have sources in the region. */
  run(region: Region): void {
    for (const eq of region.graph.equations) this.equation(region, eq);
  }

  private equation(region: Region, eq: Equation): void {
    const op = eq.op;
    switch (op.kind) {
      case "elementwise":
        if (this.isAnchored(eq.outputs[0]!)) this.anchored(region, eq);
        else if (eq.outputs[0]!.type.shape.length === 0) element(this, region, eq.outputs[0]!, []);
        return;
      case "movement":
        if (this.isAnchored(eq.outputs[0]!)) this.anchored(region, eq);
        return;
      case "reduction":
        return this.reduce(region, eq, op);
      case "special":
        return this.special(region, eq, op);
    }
  }

  private special(region: Region, eq: Equation, op: Special): void {
    switch (op.lowering) {
      case "constant":
      case "iota":
        return;
      case "gather":
        if (this.isAnchored(eq.outputs[0]!)) this.anchored(region, eq);
        return;
      case "concatenate":
        return this.concatenate(region, eq);
      case "scatterAdd":
        return this.scatter(region, eq);
      case "setAt":
        return this.setAt(region, eq);
      case "cond":
      case "while":
      case "scan":
      case "call":
        return this.lowerControl(this, region, eq, op);
      default:
        return this.callRoutine(region, eq, op);
    }
  }
}
