// Statements of models (sample, param, ...) in functions that are compiled: how jit learns of them and of handlers around a call.
import type { Tensor } from "../tensor/tensor.js";

/** What the room of the handlers tells. */
export interface Statements {
  /** How many statements were made in this process so far. */
  count(): number;
  /** Whether handlers around the present call look at statements. */
  watched(): boolean;
  /** The names of those handlers, outermost first. */
  handlers(): readonly string[];
  /** Runs the body with those handlers set aside. */
  apart<T>(body: () => T): T;
}

let current: Statements = {
  count: () => 0,
  watched: () => false,
  handlers: () => [],
  apart: (body) => body(),
};

export const statements = (): Statements => current;

export function registerStatements(given: Statements): void {
  current = given;
}

type Body = (carry: unknown, x: unknown) => readonly [unknown, unknown];

/** np.scan, its arguments made into tensors. */
export type Scan = (
  f: Body,
  init: unknown,
  xs: unknown,
  options: { readonly length: number; readonly reverse: boolean },
) => readonly [unknown, unknown];

/** A scan that may make statements, inside of handlers; the last argument is the scan itself. */
export type ScanSites = (...args: [...Parameters<Scan>, scan: Scan]) => readonly [unknown, unknown];

let sites: ScanSites | null = null;

/** How scans make statements; null where nobody has said. */
export const scanSites = (): ScanSites | null => sites;

export function registerScanSites(given: ScanSites): void {
  sites = given;
}

/** np.cond with a test that is traced. */
export type Branches = (test: Tensor, f: () => unknown, g: () => unknown) => unknown;

/** A choice whose branches may make statements, inside of handlers; null where they make none. */
export type BranchSites = (
  ...args: [...Parameters<Branches>, choose: (a: unknown, b: unknown) => unknown]
) => { readonly result: unknown } | null;

let branches: BranchSites | null = null;

/** How branches make statements; null where nobody has said. */
export const branchSites = (): BranchSites | null => branches;

export function registerBranchSites(given: BranchSites): void {
  branches = given;
}
