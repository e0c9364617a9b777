// A function that is about to be traced -> in development, warnings for the places where JavaScript decides about a tensor.
import { development } from "./hidden-inputs.js";

const seen = new WeakSet();

/** Reads each function once. The reader comes with a parser, so that it is loaded when it is needed. */
export function checkSource(fn: (...args: never[]) => unknown, args: readonly unknown[]): void {
  if (!development() || seen.has(fn)) return;
  seen.add(fn);
  // Most functions decide nothing.
  if (!/\b(if|while|for)\b|[?!]|&&|\|\||==/.test(Function.prototype.toString.call(fn))) return;
  const place = caller();
  type Reader = { tensorTests: (f: typeof fn, xs: readonly unknown[]) => string[] };
  const warn = ({ tensorTests }: Reader): void => {
    for (const message of tensorTests(fn, args)) {
      // The warning is for the person at the console; there is no other channel while tracing.
      // eslint-disable-next-line no-console
      console.warn(`${message}\n${place}`);
    }
  };
  // A program that ends before the reader is loaded has nobody to warn.
  import("../script/tensor-tests.js").then(warn, () => undefined);
}

/** Frames shown where the library cannot be told from the program, as in one bundle. */
const SHOWN = 12;

/** The calls that led here: the library's own come first, the user's file and line after them. */
function caller(): string {
  const errors = Error as { stackTraceLimit?: number };
  const limit = errors.stackTraceLimit;
  errors.stackTraceLimit = 60;
  const lines = new Error().stack?.split("\n").slice(2) ?? [];
  if (limit !== undefined) errors.stackTraceLimit = limit;
  const home = /^(.*\/(?:src|dist)\/)/.exec(new URL(import.meta.url).pathname)?.[1];
  if (home === undefined) return lines.slice(0, SHOWN).join("\n");
  const from = lines.findIndex((line) => !line.includes(home) || line.includes(".test."));
  return lines.slice(Math.max(0, from), Math.max(0, from) + 3).join("\n");
}
