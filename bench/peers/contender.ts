// What every program that is measured offers: answers first, then a time; so that run.ts treats all of them alike.
import type { Answers } from "./agreement.js";
import type { Posterior } from "./posteriors.js";

export interface Ready {
  /** Milliseconds from the program's text (and data) to a first gradient. */
  compileMs: number;
  answers: Answers;
  /** Best batch within about `seconds`: microseconds for one log density with its gradient. */
  time(seconds: number): Promise<Timing>;
  /** Slower measurements that are asked for by a flag, by name ("nuts", "svi"). */
  extra?(what: string): Promise<Record<string, number> | null>;
  /** Frees what was prepared. */
  release?(): void;
}

export interface Timing {
  us: number;
  /** Other figures of the same run, for the JSON. */
  details?: Record<string, number>;
}

export interface Contender {
  name: string;
  /** null when this program has no form of the model; the reason is in `why`. */
  prepare(posterior: Posterior): Promise<Ready | { missing: string }>;
  stop(): void;
}
