// Lengths that are open: a number in, whether it stands for a multiple of one unknown length, and what it is for a given length, out.
// A graph with open lengths is an ordinary graph. Its unknown length n is written as OPEN, far beyond every real length, so
// that each number `by * OPEN + rest` that arithmetic on shapes makes can be told apart and read back (docs/adr/0013).

/** The unknown length n. A prime, so that no plain length divides a multiple of it by accident. */
export const OPEN = 68719476767;

/** Numbers from here on are no plain lengths. */
const LARGEST = 2 ** 33;
/** Multiples of n that are exact in all that addresses are made of. */
const MOST = 2 ** 16;
const FAR = 2 ** 30;

/** by * n + rest */
export interface Linear {
  readonly by: number;
  readonly rest: number;
}

/** Whether the number stands for `by * n + rest` with a positive `by`. */
export const isOpen = (x: number): boolean => x > LARGEST && linearOf(x) !== null;

/** The number as by * n + rest; null for one that is neither plain nor open, such as n * n. */
export function linearOf(x: number): Linear | null {
  if (x > -LARGEST && x < LARGEST) return { by: 0, rest: x };
  const by = Math.round(x / OPEN);
  const rest = x - by * OPEN;
  return Math.abs(by) < MOST && Math.abs(rest) < FAR && Number.isInteger(rest) ? { by, rest } : null;
}

/** The number for a length n. */
export function sizeAt(x: number, n: number): number {
  const linear = linearOf(x);
  if (!linear) throw new NotGeneric(`a size is no multiple of the length (${x / OPEN} of it)`);
  return linear.by * n + linear.rest;
}

/** The shape for a length n. */
export const shapeAt = (shape: readonly number[], n: number): number[] => shape.map((d) => sizeAt(d, n));

/** a < b for every n >= 1. For plain numbers that is a < b. */
export function below(a: number, b: number): boolean {
  const [x, y] = [linearOf(a), linearOf(b)];
  return x !== null && y !== null && x.by <= y.by && x.by + x.rest < y.by + y.rest;
}

/** x >= 0 for every n >= 1. */
export const neverNegative = (x: number): boolean => below(-1, x);

/** x / k where that is a whole number for every n; else null. */
export function quotient(x: number, k: number): number | null {
  if (Math.abs(x) < LARGEST && k < LARGEST) return x % k === 0 ? x / k : null;
  const [a, b] = [linearOf(x), linearOf(k)];
  if (!a || !b) return null;
  if (b.by === 0) return a.by % b.rest === 0 && a.rest % b.rest === 0 ? x / k : null;
  const q = a.by / b.by;
  return Number.isInteger(q) && a.rest === q * b.rest ? q : null;
}

/** Rows that decisions on costs assume where the length is open. */
const TYPICAL = 10000;

/** For decisions on costs: the number itself, or what it is for a typical length. */
export function typical(x: number): number {
  const linear = x > LARGEST ? linearOf(x) : null;
  return linear ? linear.by * TYPICAL + linear.rest : x;
}

/** A length as text: `3`, `n`, `2n+1`. */
export function showSize(x: number): string {
  const linear = isOpen(x) ? linearOf(x) : null;
  if (!linear) return String(x);
  const { by, rest } = linear;
  return `${by === 1 ? "" : by}n${rest === 0 ? "" : rest > 0 ? `+${rest}` : rest}`;
}

/** What showSize writes; undefined when the text is no length. */
export function readSize(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const open = /^(\d*)n([+-]\d+)?$/.exec(text);
  return open ? Number(open[1] || 1) * OPEN + Number(open[2] ?? 0) : undefined;
}

/** Why a graph cannot serve every length; the caller compiles it for one length instead. */
export class NotGeneric extends Error {}
