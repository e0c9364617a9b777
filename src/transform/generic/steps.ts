// Graphs in, the steps of a walk through each out, and what two such walks differ in.
import { sameData } from "../../ir/equal.js";
import { isData } from "../../ir/number-text.js";
import { NotGeneric } from "../../ir/size.js";
import type { Data, Equation, Graph, Param, Value } from "../../ir/types.js";
import { walk, type Source } from "./walk.js";

/** What a trace shows, one step after another. */
export type Step =
  | { readonly kind: "fixed"; readonly what: unknown; readonly where: string }
  | { readonly kind: "number"; readonly x: number; readonly where: string }
  | { readonly kind: "source"; readonly value: Value; readonly literal: Equation | null };

export function stepsOf(graph: Graph, args: number): { steps: readonly Step[]; argumentSteps: number } {
  const steps: Step[] = [];
  walk({ ...graph, equations: [], outputs: [] }, args, recorder(steps));
  const argumentSteps = steps.length - 1;
  steps.length = 0;
  walk(graph, args, recorder(steps));
  return { steps, argumentSteps };
}

const recorder = (steps: Step[]) => ({
  fixed: (what: unknown, where: string) => void steps.push({ kind: "fixed", what, where }),
  number(x: number, where: string) {
    steps.push({ kind: "number", x, where });
    return x;
  },
  source(value: Value, literal: Equation | null): Source {
    steps.push({ kind: "source", value, literal });
    return { kind: "input", value, spread: false };
  },
});

export type Use = Extract<Step, { kind: "source" }>;

export const numbersOf = (steps: readonly Step[]): number[] =>
  steps.flatMap((s) => (s.kind === "number" ? [s.x] : []));

const sameThing = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (isData(a as Param) && isData(b as Param) && sameData(a as Data, b as Data));

export const dataOf = (literal: Equation): Data | number => literal.params.data as Data | number;

export function isSameLiteral(x: Equation | null, y: Equation | null): boolean {
  return x !== null && y !== null && sameThing(dataOf(x), dataOf(y));
}

export interface Comparison {
  number(x: number, y: number, where: string): void;
  source(x: Use, y: Use): void;
}

export function compare(a: readonly Step[], b: readonly Step[], on: Comparison): void {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x.kind === "number" && y.kind === "number") on.number(x.x, y.x, x.where);
    else if (x.kind === "source" && y.kind === "source") on.source(x, y);
    else if (x.kind !== "fixed" || y.kind !== "fixed" || !sameThing(x.what, y.what))
      throw new NotGeneric(`${placeOf(y)} differs from that of another length`);
  }
  if (a.length !== b.length) throw new NotGeneric("another length makes other operations");
}

const placeOf = (s: Step): string => (s.kind === "source" ? "what is captured" : s.where);
