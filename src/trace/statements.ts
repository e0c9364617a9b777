// Statements of models (sample, param, ...) in functions that are compiled: how jit learns of them and of handlers around a call.

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
