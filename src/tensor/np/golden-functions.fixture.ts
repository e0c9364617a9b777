// In: the text of functions.golden.txt. Out: its cases by the names of functions.
import { double } from "../../ops/routines/doubles.fixture.js";

export interface Case {
  readonly args: readonly number[];
  readonly value: number;
  /** (true value - value) in ulp of value. */
  readonly rest: number;
  /** One partial derivative per argument; null where there is none. */
  readonly slopes: readonly (number | null)[];
}

export function readGolden(text: string): Map<string, Case[]> {
  const golden = new Map<string, Case[]>();
  let cases: Case[] = [];
  for (const line of text.trim().split("\n")) {
    const fields = line.split(" ");
    if (fields.length === 1) {
      golden.set(line, (cases = golden.get(line) ?? []));
      continue;
    }
    // arguments, value, rest, a slope per argument
    const arity = fields.length / 2 - 1;
    cases.push({
      args: fields.slice(0, arity).map(double),
      value: double(fields[arity]),
      rest: Number(fields[arity + 1]) / 256,
      slopes: fields.slice(arity + 2).map((s) => (s === "-" ? null : double(s))),
    });
  }
  return golden;
}
