// betaDrift: how the quantiles of the beta distribution move with its parameters, and so the derivatives of I_x(a, b) by a and b.
import type { Machine, Routine } from "../../ir/machine.js";
import { digammaGap, gapBeyondLog } from "./digamma-gap.js";
import { exp } from "./exp.js";
import { logOf } from "./incomplete-beta.js";
import { log, log1p } from "./log.js";

/** About 5 sqrt(max(a, b)) steps are needed: enough for parameters to 10^7. */
const TERMS = 20000;
const EPSILON = 2 ** -54;
/** From here on the asymptotic series of digamma holds. */
const FAR = 8;

/** log x + digamma(a + b) - digamma(a), or by digamma(a + 1); centred at the mean where a is large. */
function gap<V>(k: Machine<V>, a: V, b: V, x: V, y: V, raised: boolean): V {
  const one = k.num(1);
  const sum = k.add(a, b);
  return k.branch(
    k.lt(a, k.num(FAR)),
    () => {
      const plain = raised
        ? k.sub(k.call(digammaGap, k.add(a, one), b), k.div(one, sum))
        : k.call(digammaGap, a, b);
      return k.add(logOf(k, x, y), plain);
    },
    () => {
      const m = k.div(k.sub(k.mul(x, b), k.mul(y, a)), a);
      const main = k.branch(
        k.lt(m, k.num(-0.5)),
        () => k.call(log, k.mul(x, k.div(sum, a))),
        () => k.call(log1p, m),
      );
      const total = k.add(main, gapBeyondLog(k, a, b));
      return raised ? k.sub(total, k.div(one, a)) : total;
    },
  );
}

/**
 * g with I_x(a, b) = g x^a y^b / (a B(a, b)) and its derivative by a or by b: the continued fraction of Didonato and Morris (1992,
 * equation 2.1) as a sum of differences of convergents (Steed), each step with its derivative beside it (Boik and Robison-Cox 1998).
 * The first partial denominator can be near 0 and joins last.
 */
function fraction<V>(k: Machine<V>, a: V, b: V, x: V, y: V, byFirst: boolean): { g: V; slope: V } {
  const [one, two] = [k.num(1), k.num(2)];
  const sum = k.add(a, b);
  const above = k.add(k.sub(k.mul(a, y), k.mul(b, x)), one);
  const next = k.add(a, one);
  /** Numerator and denominator of step n, with derivatives; in the first a factor a is taken out. */
  const step = (n: V, first: boolean): { alpha: V; alphas: V; beta: V; betas: V } => {
    const less = k.sub(n, one);
    const at = k.add(a, k.add(n, less));
    const after = k.add(at, two);
    const part = k.div(k.sub(b, n), at);
    const weight = k.mul(k.mul(n, part), x);
    const left = first ? k.div(one, at) : k.div(k.add(a, less), at);
    const right = k.div(k.add(sum, less), at);
    const tail = k.div(k.add(a, n), after);
    const inner = k.add(above, k.mul(n, k.add(one, y)));
    const beta = k.add(k.add(n, weight), k.mul(tail, inner));
    const scale = k.mul(at, x);
    const alpha = k.mul(k.mul(k.mul(left, right), weight), scale);
    if (byFirst) {
      const leftSlope = k.div(k.div(first ? k.neg(one) : n, at), at);
      // The derivative of `right` is (n - b) / at^2.
      const ratios = k.sub(k.mul(leftSlope, right), k.mul(left, k.div(part, at)));
      const tailSlope = k.div(k.div(k.mul(k.add(n, one), inner), after), after);
      return {
        alpha,
        beta,
        alphas: k.mul(k.mul(ratios, weight), scale),
        betas: k.add(k.sub(tailSlope, k.div(weight, at)), k.mul(tail, y)),
      };
    }
    const share = k.div(k.mul(n, x), at);
    const ratios = k.add(k.div(weight, at), k.mul(right, share));
    return {
      alpha,
      beta,
      alphas: k.mul(k.mul(left, ratios), scale),
      betas: k.sub(share, k.mul(tail, x)),
    };
  };
  const s1 = step(one, true);
  const d1 = k.div(one, s1.beta);
  const d1s = k.neg(k.mul(k.mul(d1, d1), s1.betas));
  const t1 = k.mul(s1.alpha, d1);
  const t1s = k.add(k.mul(s1.alphas, d1), k.mul(s1.alpha, d1s));
  const open = (change: V, total: V): V => k.gt(k.abs(change), k.mul(k.abs(total), k.num(EPSILON)));
  const [, , , , , rest, rests] = k.loop(
    [one, d1, d1s, t1, t1s, t1, t1s],
    TERMS,
    (s) => k.or(open(s[3], s[5]), open(s[4], s[6])),
    ([i, d, ds, t, ts, total, slope]) => {
      const n = k.add(i, one);
      const { alpha, alphas, beta, betas } = step(n, false);
      const dn = k.div(one, k.add(beta, k.mul(alpha, d)));
      const inner = k.add(k.mul(alphas, d), k.mul(alpha, ds));
      const dns = k.neg(k.mul(k.mul(dn, dn), k.add(betas, inner)));
      const ratio = k.neg(k.mul(k.mul(alpha, d), dn));
      const change = k.neg(k.add(k.mul(inner, dn), k.mul(k.mul(alpha, d), dns)));
      const term = k.mul(ratio, t);
      const terms = k.add(k.mul(change, t), k.mul(ratio, ts));
      return [n, dn, dns, term, terms, k.add(total, term), k.add(slope, terms)];
    },
  );
  const first = k.div(above, next);
  const firstSlope = byFirst ? k.div(k.sub(y, first), next) : k.neg(k.div(x, next));
  const g = k.div(one, k.add(first, rest));
  return { g, slope: k.neg(k.mul(k.mul(g, g), k.add(firstSlope, rests))) };
}

/** Above the mean for b < 1: from 1 - I = y^b Gamma(a + b) / (Gamma(a) Gamma(b + 1)) (1 + b sum (1 - a)_n y^n / (n! (b + n))). */
function smallUpper<V>(k: Machine<V>, a: V, b: V, x: V, y: V): V {
  const [zero, one] = [k.num(0), k.num(1)];
  const [, , , sum, slope] = k.loop(
    [one, one, zero, zero, zero],
    200,
    (s) => k.or(k.gt(k.abs(s[1]), k.num(1e-19)), k.gt(k.abs(s[2]), k.mul(k.abs(s[4]), k.num(EPSILON / 16)))),
    ([n, c, cs, total, slope]) => {
      const f = k.div(y, n);
      const more = k.sub(n, a);
      const next = k.mul(k.mul(c, more), f);
      const nexts = k.mul(k.sub(k.mul(cs, more), c), f);
      const at = k.add(b, n);
      return [k.add(n, one), next, nexts, k.add(total, k.div(next, at)), k.add(slope, k.div(nexts, at))];
    },
  );
  const rise = k.call(digammaGap, a, b);
  const bracket = k.add(k.div(rise, b), k.add(k.mul(rise, sum), slope));
  return k.mul(k.mul(a, k.call(exp, k.neg(k.mul(a, logOf(k, x, y))))), bracket);
}

function drift<V>(k: Machine<V>, a: V, b: V, x: V, y: V): V {
  const below = k.le(k.mul(x, k.add(k.add(a, b), k.num(2))), k.add(a, k.num(1)));
  return k.branch(
    below,
    () => {
      const { g, slope } = fraction(k, a, b, x, y, true);
      return k.neg(k.add(k.mul(gap(k, a, b, x, y, true), g), slope));
    },
    () =>
      k.branch(
        k.lt(b, k.num(1)),
        () => smallUpper(k, a, b, x, y),
        () => {
          const { g, slope } = fraction(k, b, a, y, x, false);
          return k.mul(k.div(a, b), k.add(k.mul(gap(k, a, b, x, y, false), g), slope));
        },
      ),
  );
}

export const betaDrift: Routine = {
  name: "beta_drift",
  doc: "d logit x / d log a along I_x(a, b) = constant for a, b > 0 and 0 < x < 1: -a dI/da over x (1 - x) times the density; relative error below 1e-12 for parameters to 10^5.",
  arity: 3,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V, x: V): V => drift(k, a, b, x, k.sub(k.num(1), x)),
};

export const betaDriftDown: Routine = {
  name: "beta_drift_down",
  doc: "-d logit x / d log b along I_x(a, b) = constant: b dI/db over x (1 - x) times the density, the mirror image of betaDrift.",
  arity: 3,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V, x: V): V => drift(k, b, a, k.sub(k.num(1), x), x),
};
