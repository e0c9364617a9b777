// What a compiled function tells of its programs, and its text.
import type { Lowered } from "../runtime/backend.js";
import type { InPlaceRecord } from "./in-place.js";

/** Why and how one program came to be. */
export interface CompileRecord {
  /** The facts that the program depends on, by place. */
  readonly key: ReadonlyMap<string, string>;
  readonly why: string;
  /** The guards that failed against the nearest program there was; empty for the first. */
  readonly failed: readonly { readonly guard: string; readonly old: string; readonly new: string }[];
  /** Milliseconds from the call to a program that can run: tracing and compiling. */
  readonly ms: number;
  /** Size of the compiled code; 0 on the interpreter. */
  readonly bytes: number;
  /** Leading lengths that this program serves so far, in order; null when it is for the first call's alone. */
  readonly lengths: readonly number[] | null;
  /** Why it serves one length although others came before; null otherwise. */
  readonly reason: string | null;
  /**
   * Every stage of the program, with the rules that fired in each pass, loops, code and costs per kernel, as `lower` gives them; null
   * once it was dropped.
   */
  readonly lowered?: Lowered | null;
}

/** One record per compile, in order; `inPlace` tells of calls that were not compiled. */
export interface Explanation extends ReadonlyArray<CompileRecord> {
  /** How many programs were read from `cacheDir` instead of compiled. */
  readonly loaded: number;
  readonly inPlace: readonly InPlaceRecord[];
  toString(): string;
}

/** `stages` gives those of the record's program while it is kept. */
export function explanation(
  name: string,
  made: readonly CompileRecord[],
  stages: (record: CompileRecord) => Lowered | null,
  loaded: number,
  inPlace: readonly InPlaceRecord[],
): Explanation {
  // Not enumerable: printed records would be as long as their programs.
  const records = made.map((r) => Object.defineProperty({ ...r }, "lowered", { get: () => stages(r) }));
  const text = (): string =>
    [
      ...records.map((r, i) => `${name} #${i}: ${recordText(r)}${costText(r.lowered ?? null)}`),
      ...inPlace.map((r) => `${name}: ${r.why} (${r.calls} calls); compiled form: ${r.instead}`),
    ].join("\n");
  return Object.defineProperties(records, {
    loaded: { value: loaded, enumerable: loaded > 0 },
    inPlace: { value: inPlace, enumerable: inPlace.length > 0 },
    toString: { value: text },
  }) as unknown as Explanation;
}

/** A table of kernels, indented: with times where the program can be stopped between them. */
function costText(lowered: Lowered | null): string {
  if (!lowered || lowered.kernelCosts.length === 0) return "";
  const { isProfiled } = lowered;
  const table = String(isProfiled ? lowered.kernelTimes() : lowered.kernelCosts);
  return table
    .split("\n")
    .map((line) => `\n  ${line}`)
    .join("");
}

/** One record as a line: why, for which lengths, at what price. */
const recordText = (r: CompileRecord): string =>
  `${r.why}${reach(r)} (${r.ms.toFixed(1)} ms, ${r.bytes} bytes)`;

/** What `explain` says of a program beyond one length. */
const reach = ({ lengths, reason }: CompileRecord): string =>
  lengths
    ? `; serves every leading length (so far ${lengths.join(", ")})`
    : reason === null
      ? ""
      : `; for this length alone: ${reason}`;
