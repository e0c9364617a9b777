// A graph and which inputs are bound in; what the statistics pass made of it, and a way to run it, out. And sums without rounding.
import { interpret } from "../ir/interpret.js";
import type { Data, Graph, Value } from "../ir/types.js";
import { optimise } from "./optimise.js";

export function run(g: Graph, bound: readonly boolean[]) {
  const result = optimise(g, { bound, verify: true });
  const fired = result.passes.find((p) => p.name === "statistics")!.fired["sum-through-factor"] ?? 0;
  const execute = (inputs: readonly Data[]): readonly Data[] => {
    const { prologue, main, reads } = result;
    const derived = prologue
      ? interpret(
          prologue,
          inputs.filter((_, i) => bound[i]),
        )
      : [];
    return interpret(main, [
      ...inputs.filter((_, i) => !bound[i]),
      ...derived,
      ...reads.map((i) => inputs[i]),
    ]);
  };
  return { ...result, fired, execute };
}

/** Rows of the given number among the main graph's values. */
export const rowsLeft = (g: Graph, n: number): Value[] =>
  g.equations.flatMap((eq) => eq.outputs).filter((v) => v.type.shape.includes(n));

/** Sums of doubles that are exact but for one rounding at the end: two-sums carry the errors along. */
export class Exact {
  private readonly parts: number[] = [];
  add(x: number): void {
    let v = x;
    let kept = 0;
    for (const p of this.parts) {
      const [a, b] = Math.abs(v) < Math.abs(p) ? [p, v] : [v, p];
      const high = a + b;
      const low = b - (high - a);
      if (low !== 0) this.parts[kept++] = low;
      v = high;
    }
    this.parts.length = kept;
    this.parts.push(v);
  }
  /** x y z, without rounding. */
  addProduct(...factors: readonly number[]): void {
    let terms = [1];
    for (const f of factors) {
      const [fh, fl] = halves(f);
      terms = terms.flatMap((t) => {
        const [th, tl] = halves(t);
        const high = t * f;
        return [high, tl * fl - (high - th * fh - tl * fh - th * fl)];
      });
    }
    terms.forEach((t) => this.add(t));
  }
  get value(): number {
    return this.parts.reduce((s, p) => s + p, 0);
  }
}
function halves(x: number): readonly [number, number] {
  const t = 134217729 * x;
  const high = t - (t - x);
  return [high, x - high];
}
