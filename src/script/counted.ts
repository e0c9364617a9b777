// A loop that runs a number of times that is known while compiling.
import type { Statement } from "acorn";
import type { Scope } from "./scope.js";

/** A loop that runs a known number of times. */
export interface Counted {
  readonly node: Statement;
  readonly body: Statement;
  readonly scope: Scope;
  readonly label: string | null;
  /** The loop variable. */
  readonly name: string;
  readonly start: number;
  readonly step: number;
  readonly size: number;
  /** for..of: a variable that holds the element. */
  readonly element?: { readonly name: string; readonly of: unknown };
}
