// What a compiled function tells of its programs, and its text.
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
}

/** One record per compile, in order; `inPlace` tells of calls that were not compiled. */
export interface Explanation extends ReadonlyArray<CompileRecord> {
  /** How many programs were read from `cacheDir` instead of compiled. */
  readonly loaded: number;
  readonly inPlace: readonly InPlaceRecord[];
  toString(): string;
}

/** One record as a line: why, for which lengths, at what price. */
export const recordText = (r: CompileRecord): string =>
  `${r.why}${reach(r)} (${r.ms.toFixed(1)} ms, ${r.bytes} bytes)`;

/** What `explain` says of a program beyond one length. */
const reach = ({ lengths, reason }: CompileRecord): string =>
  lengths
    ? `; serves every leading length (so far ${lengths.join(", ")})`
    : reason === null
      ? ""
      : `; for this length alone: ${reason}`;
