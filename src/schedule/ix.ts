// Integer index expressions in normal form: constant + sum of coefficient * atom; used for addresses and element indices.
import type { Index } from "../ir/index-map.js";
import { below, neverNegative, quotient } from "../ir/size.js";
import { type Atom, type Block, type Instr, Ix, type Term, type Var } from "./kernel.js";

export const constant = (n: number): Ix => new Ix(n, []);
export const ZERO = constant(0);
export const ofVar = (v: Var): Ix =>
  v.size === 1 && !v.sequential
    ? ZERO
    : new Ix(0, [{ atom: { kind: "var", key: `i${v.id}`, max: v.size - 1, of: v }, by: 1 }]);
export const ofInstr = (i: Instr, max: number): Ix =>
  new Ix(0, [{ atom: { kind: "dyn", key: `d${i.id}`, max, of: i }, by: 1 }]);

export function add(a: Ix, b: Ix): Ix {
  if (a.isConstant && b.isConstant) return constant(a.constant + b.constant);
  if (a.isConstant && a.constant === 0) return b;
  if (b.isConstant && b.constant === 0) return a;
  const terms = new Map<string, Term>();
  for (const t of a.terms) terms.set(t.atom.key, t);
  for (const t of b.terms) {
    const s = terms.get(t.atom.key);
    terms.set(t.atom.key, s ? { atom: t.atom, by: s.by + t.by } : t);
  }
  const kept = [...terms.values()].filter((t) => t.by !== 0);
  kept.sort((x, y) => (x.atom.key < y.atom.key ? -1 : x.atom.key > y.atom.key ? 1 : 0));
  return rejoin(new Ix(a.constant + b.constant, kept));
}

/** k*(x div k) + (x mod k) is x again. */
function rejoin(x: Ix): Ix {
  for (const t of x.terms) {
    if (t.atom.kind !== "mod") continue;
    const { of, by } = t.atom;
    const other = x.terms.find(
      (s) => s.atom.kind === "div" && s.atom.by === by && s.atom.of.key === of.key && s.by === t.by * by,
    );
    if (!other) continue;
    const rest = new Ix(
      x.constant,
      x.terms.filter((s) => s !== t && s !== other),
    );
    return add(rest, scale(of, t.by));
  }
  return x;
}

export function scale(a: Ix, by: number): Ix {
  if (by === 1) return a;
  if (by === 0) return ZERO;
  return new Ix(
    a.constant * by,
    a.terms.map((t) => ({ atom: t.atom, by: t.by * by })),
  );
}

/** Splits a into (multiple of k) and a rest; when the rest lies in [0, k) the quotient and remainder are exact. */
function split(a: Ix, k: number): { whole: Ix; rest: Ix } {
  const c = remainder(a.constant, k);
  return {
    whole: new Ix(
      a.constant - c,
      a.terms.filter((t) => quotient(t.by, k) !== null),
    ),
    rest: new Ix(
      c,
      a.terms.filter((t) => quotient(t.by, k) === null),
    ),
  };
}

/** What is left of x beside a multiple of k: in [0, k) for plain numbers; x itself where no multiple is one for every length. */
function remainder(x: number, k: number): number {
  if (quotient(x, k) !== null) return 0;
  return Math.abs(x) < FAR && k < FAR ? ((x % k) + k) % k : x;
}
/** Plain numbers are smaller. */
const FAR = 2 ** 33;

export function div(a: Ix, k: number): Ix {
  if (k === 1) return a;
  const { whole, rest } = split(a, k);
  const exact = new Ix(
    whole.constant / k,
    whole.terms.map((t) => ({ atom: t.atom, by: t.by / k })),
  );
  if (neverNegative(rest.min) && below(rest.max, k)) return exact;
  if (a.min < 0) throw new Error(`Sinter internal error: negative operand of an index quotient: ${a.key}`);
  const atom: Atom = { kind: "div", key: `(${a.key})/${k}`, max: Math.floor(a.max / k), of: a, by: k };
  return new Ix(0, [{ atom, by: 1 }]);
}

export function mod(a: Ix, k: number): Ix {
  if (k === 1) return ZERO;
  const { rest } = split(a, k);
  if (neverNegative(rest.min) && below(rest.max, k)) return rest;
  if (a.min < 0) throw new Error(`Sinter internal error: negative operand of an index remainder: ${a.key}`);
  if (below(a.max, k)) return a;
  const atom: Atom = { kind: "mod", key: `(${a.key})%${k}`, max: k - 1, of: a, by: k };
  return new Ix(0, [{ atom, by: 1 }]);
}

/** Row-major strides in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const s = new Array<number>(shape.length);
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    s[i] = n;
    n *= shape[i]!;
  }
  return s;
}

export function linear(index: readonly Ix[], shape: readonly number[]): Ix {
  const strides = stridesOf(shape);
  return index.reduce((n, ix, i) => (shape[i] === 1 ? n : add(n, scale(ix, strides[i]!))), ZERO);
}

export function delinear(at: Ix, shape: readonly number[]): Ix[] {
  const strides = stridesOf(shape);
  return shape.map((d, i) =>
    d === 1 ? ZERO : i === 0 ? div(at, strides[0]!) : mod(div(at, strides[i]!), d),
  );
}

/** A movement's index expression with the output indices filled in. */
export function substitute(e: Index, output: readonly Ix[]): Ix {
  switch (e.kind) {
    case "const":
      return constant(e.value);
    case "axis":
      return output[e.axis]!;
    case "add":
      return add(substitute(e.a, output), substitute(e.b, output));
    case "scale":
      return scale(substitute(e.a, output), e.by);
    case "div":
      return div(substitute(e.a, output), e.by);
    case "mod":
      return mod(substitute(e.a, output), e.by);
  }
}

/** Text that equal indices share; "?" for one that is not known. */
export function keyOf(ix: readonly (Ix | null)[]): string {
  let key = "";
  for (let i = 0; i < ix.length; i++) {
    if (i > 0) key += ";";
    key += ix[i]?.key ?? "?";
  }
  return key;
}

/** The innermost of the blocks that the expression depends on, or null when it is constant. */
export function blockOf(x: Ix): Block | null {
  let deepest: Block | null = null;
  for (const t of x.terms) {
    const b =
      t.atom.kind === "var" ? t.atom.of.body : t.atom.kind === "dyn" ? t.atom.of.block : blockOf(t.atom.of);
    if (b && (!deepest || b.depth > deepest.depth)) deepest = b;
  }
  return deepest;
}
