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
