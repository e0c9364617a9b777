// Two traces of one function at two lengths in; one graph for every length out, or the reason why there is none. A third trace
// in: what that graph must be given to be the same computation. So no length is served that was not seen to fit.
import { linearOf, NotGeneric, OPEN, sizeAt } from "../../ir/size.js";
import type { Data, Equation, Graph, Value } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import { verify } from "../../ir/verify.js";
import { compare, dataOf, isSameLiteral, numbersOf, stepsOf, type Step, type Use } from "./steps.js";
import { walk } from "./walk.js";

/** What fills an input of the generic graph: an input of the trace, or numbers that the trace wrote as a literal. */
export type Contents =
  { readonly kind: "input"; readonly index: number } | { readonly kind: "data"; readonly data: Data };

export interface Fitted {
  readonly length: number;
  /** One per input of the generic graph. */
  readonly contents: readonly Contents[];
}

interface Slot {
  readonly value: Value;
  readonly spread: boolean;
}

export class Template {
  private constructor(
    /** For the length OPEN. Inputs: the arguments, then what was captured, then numbers that depend on the length. */
    readonly graph: Graph,
    private readonly args: number,
    private readonly steps: readonly Step[],
    /** The generic graph's number at each number of the steps, in order. */
    private readonly numbers: readonly number[],
    /** At each source: the slot, or null for a literal. */
    private readonly sources: readonly (Slot | null)[],
    private readonly slots: readonly Slot[],
    /** Where, among the numbers, the length itself stands. */
    private readonly lengthAt: number,
  ) {}

  /** Throws NotGeneric with the reason when the traces are not one computation at two lengths. */
  static of(before: Graph, now: Graph, args: number): Template {
    const a = stepsOf(before, args);
    const b = stepsOf(now, args);
    const lengthAt = findLength(a.steps.slice(0, a.argumentSteps), b.steps);
    const lengths = [a, b].map(({ steps }) => numbersOf(steps)[lengthAt]!) as [number, number];
    const numbers: number[] = [];
    const sources: (Slot | null)[] = [];
    const slots: Slot[] = [];
    const known = new Map<Value, Map<Value, Slot | null>>();
    compare(a.steps, b.steps, {
      number: (x, y, where) => numbers.push(generalise(x, y, lengths, where)),
      source(x, y) {
        let row = known.get(x.value);
        if (!row) known.set(x.value, (row = new Map<Value, Slot | null>()));
        let slot = row.get(y.value);
        if (slot === undefined) {
          slot = isSameLiteral(x.literal, y.literal) ? null : slotFor(x.literal, y);
          if (slot) slots.push(slot);
          row.set(y.value, slot);
        }
        sources.push(slot);
      },
    });
    const graph = withSlots(now, args, numbers, sources, slots);
    try {
      verify(graph, "generic");
    } catch (error) {
      throw new NotGeneric((error as Error).message);
    }
    return new Template(graph, args, b.steps, numbers, sources, slots, lengthAt);
  }

  /** Throws NotGeneric with the reason when the trace is not this computation at some length. */
  fit(trace: Graph): Fitted {
    const { steps } = stepsOf(trace, this.args);
    const length = numbersOf(steps)[this.lengthAt]!;
    let [number, source] = [0, 0];
    const filled = new Map<Slot, Use>();
    const places = new Map(trace.inputs.map((v, i) => [v, i]));
    compare(this.steps, steps, {
      number: (_, y, where) => {
        const wanted = sizeAt(this.numbers[number++]!, length);
        if (y !== wanted)
          throw new NotGeneric(`${where} is ${y}, where other lengths would make it ${wanted}`);
      },
      source: (x, y) => {
        const slot = this.sources[source++]!;
        if (slot === null) {
          if (!isSameLiteral(x.literal, y.literal))
            throw new NotGeneric("a literal differs from that of other lengths");
          return;
        }
        const before = filled.get(slot);
        if (before && before.value !== y.value && !isSameLiteral(before.literal, y.literal))
          throw new NotGeneric("values that are one at other lengths are two");
        if (slot.spread && (!y.literal || typeof dataOf(y.literal) !== "number"))
          throw new NotGeneric("an array stands where other lengths have one number");
        filled.set(slot, y);
      },
    });
    if (!(length >= 1)) throw new NotGeneric(`the length is ${length}`);
    const contents = this.slots.map((slot): Contents => {
      const { value, literal } = filled.get(slot)!;
      if (!literal) return { kind: "input", index: places.get(value)! };
      const data = dataOf(literal);
      if (typeof data !== "number") return { kind: "data", data };
      const { dtype, shape } = value.type;
      return { kind: "data", data: allocate({ dtype, shape: slot.spread ? [] : shape }).fill(data) };
    });
    const own = trace.inputs.slice(0, this.args).map((_, index): Contents => ({ kind: "input", index }));
    return { length, contents: [...own, ...contents] };
  }
}

/** The argument's axis that tells the length: of those that differ, the one that differs least. */
function findLength(first: readonly Step[], second: readonly Step[]): number {
  let [best, least, at] = [-1, Infinity, 0];
  first.forEach((a, i) => {
    const b = second[i]!;
    if (a.kind !== "number" || b.kind !== "number") return;
    const change = Math.abs(a.x - b.x);
    if (change > 0 && change < least) [best, least] = [at, change];
    at++;
  });
  if (best < 0) throw new NotGeneric("no argument has another length");
  return best;
}

/** The number as a multiple of the length, which two lengths suggest and every further one confirms. */
function generalise(x: number, y: number, [n, m]: readonly [number, number], where: string): number {
  if (x === y) return x;
  const by = (y - x) / (m - n);
  const open = by * OPEN + (x - by * n);
  if (!Number.isInteger(by) || by < 1 || linearOf(open) === null)
    throw new NotGeneric(`${where} is ${x} for the length ${n} and ${y} for the length ${m}`);
  return open;
}

/** Two numbers that fill their types are one input of one number. */
function slotFor(before: Equation | null, { value, literal }: Use): Slot {
  const spread =
    before !== null && literal !== null && [before, literal].every((l) => typeof dataOf(l) === "number");
  const { hint } = value;
  const named = literal ? {} : hint === undefined ? {} : { hint };
  return { value: { type: { dtype: value.type.dtype, shape: [] }, ...named }, spread };
}

/** The trace's graph with open lengths, and with inputs in place of what differs. */
function withSlots(
  graph: Graph,
  args: number,
  numbers: readonly number[],
  sources: readonly (Slot | null)[],
  slots: readonly Slot[],
): Graph {
  let [number, source] = [0, 0];
  // The types of slots are known once their first use has been walked.
  const values = new Map<Slot, Value>();
  const shapes: { slot: Slot; value: Value }[] = [];
  const made = walk(graph, args, {
    fixed: () => undefined,
    number: () => numbers[number++]!,
    source(value) {
      const slot = sources[source++]!;
      if (slot === null) return { kind: "literal" };
      let image = values.get(slot);
      if (!image) {
        const { dtype, shape } = value.type;
        const from = number;
        const open = shape.map((_, i) => numbers[from + i]!);
        image = { ...slot.value, type: { dtype, shape: slot.spread ? [] : open } };
        values.set(slot, image);
        shapes.push({ slot, value: image });
      }
      return { kind: "input", value: image, spread: slot.spread };
    },
  });
  return { ...made, inputs: [...made.inputs, ...slots.map((s) => values.get(s)!)] };
}
