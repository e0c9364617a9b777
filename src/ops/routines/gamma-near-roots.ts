// log|Gamma(-a)| and digamma(-a) next to their roots: differences from the root, from a distance to it in 100 bits.
import type { Machine, Routine } from "../../ir/machine.js";
import { log1p } from "./log.js";
import { cos, sin } from "./trigonometric.js";

type Root = readonly [number, number];

/** Gauss and Legendre's rule with five nodes on [0, 1]: distances from the middle, and weights. */
const RULE: readonly (readonly [number, number])[] = [
  [-0.453089922969332, 0.11846344252809454],
  [-0.26923465505284155, 0.23931433524968324],
  [0, 0.28444444444444444],
  [0.26923465505284155, 0.23931433524968324],
  [0.453089922969332, 0.11846344252809454],
];

/** The mean of f between a and a + step. */
const meanOf = <V>(k: Machine<V>, f: Routine, a: V, step: V): V =>
  RULE.map(([node, weight]) =>
    k.mul(k.call(f, k.add(a, k.mul(step, k.num(0.5 + node)))), k.num(weight)),
  ).reduce((sum, term) => k.add(sum, term));

/** The distance of the root at m and the step to it, by a tree of branches: both are needed, so each leaf gives what f makes of them. */
function atRoot<V>(k: Machine<V>, m: V, roots: readonly Root[], first: number, f: (root: Root) => V): V {
  if (roots.length === 1) return f(roots[0]);
  const half = roots.length >> 1;
  return k.branch(
    k.lt(m, k.num(first + half)),
    () => atRoot(k, m, roots.slice(0, half), first, f),
    () => atRoot(k, m, roots.slice(half), first + half, f),
  );
}

interface Near<V> {
  /** The root's distance from the whole number. */
  readonly from: V;
  /** The root. */
  readonly root: V;
  /** From the root to a. */
  readonly step: V;
}

function near<V>(k: Machine<V>, m: V, d: V, roots: readonly Root[], first: number): Near<V> {
  const from = atRoot(k, m, roots, first, ([high]) => k.num(high));
  const low = atRoot(k, m, roots, first, ([, rest]) => k.num(rest));
  return { from, root: k.add(m, from), step: k.sub(k.sub(d, from), low) };
}

const PI = Math.PI;

/** log|Gamma(-a)| for a = m + d next to a root: log of pi / (a |sin pi d| Gamma(a)), factor by factor. */
export function lgammaNearRoot<V>(
  k: Machine<V>,
  m: V,
  d: V,
  roots: readonly Root[],
  first: number,
  digamma: Routine,
): V {
  const { from, root, step } = near(k, m, d, roots, first);
  const [angle, half] = [k.mul(step, k.num(PI)), k.mul(step, k.num(PI / 2))];
  const at = k.mul(from, k.num(PI));
  const cotangent = k.div(k.call(cos, at), k.call(sin, at));
  const bend = k.call(sin, half);
  const sine = k.sub(k.mul(cotangent, k.call(sin, angle)), k.mul(k.num(2), k.mul(bend, bend)));
  const gamma = k.mul(step, meanOf(k, digamma, root, step));
  return k.neg(k.add(k.add(k.call(log1p, k.div(step, root)), k.call(log1p, sine)), gamma));
}

/** digamma(-a) for a = m + d next to its root: digamma(a) + 1 / a + pi cot(pi d), term by term. */
export function digammaNearRoot<V>(
  k: Machine<V>,
  m: V,
  d: V,
  roots: readonly Root[],
  first: number,
  trigamma: Routine,
): V {
  const { from, root, step } = near(k, m, d, roots, first);
  const sines = k.mul(k.call(sin, k.mul(d, k.num(PI))), k.call(sin, k.mul(from, k.num(PI))));
  const turn = k.div(k.mul(k.num(PI), k.call(sin, k.mul(step, k.num(PI)))), sines);
  const inverse = k.div(step, k.mul(root, k.add(m, d)));
  return k.sub(k.sub(k.mul(step, meanOf(k, trigamma, root, step)), inverse), turn);
}
