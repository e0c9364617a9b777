// lgamma, digamma, trigamma: rational fits next to 2 (and to the root of digamma), recurrences to 8, asymptotic series beyond, reflection below.
import type { Machine, Routine } from "../../ir/machine.js";
import { horner, rational } from "./arithmetic.js";
import {
  digammaRoot,
  DIGAMMA_ROOT,
  DIGAMMA_ROOT_LOW,
  digammaTail,
  HALF_LOG_TWO_PI,
  lgammaTwo,
  stirling,
  trigammaTail,
} from "./coefficients.js";
import { digammaNearRoot, lgammaNearRoot } from "./gamma-near-roots.js";
import { digammaRoots, lgammaAbove, lgammaBelow } from "./gamma-roots.js";
import { log, log1p } from "./log.js";
import { cos, sin, tan } from "./trigonometric.js";

/** From here on the asymptotic series hold. */
const FAR = 8;

/** log Gamma(2 + u) for |u| <= 1/2. */
const nearTwo = <V>(k: Machine<V>, u: V): V => k.mul(u, rational(k, u, lgammaTwo));

/** log Gamma of x >= 8. */
function lgammaFar<V>(k: Machine<V>, x: V): V {
  const u = k.div(k.num(1), x);
  const series = k.mul(u, horner(k, k.mul(u, u), stirling));
  const main = k.mul(k.sub(x, k.num(0.5)), k.sub(k.call(log, x), k.num(1)));
  return k.add(main, k.add(k.num(HALF_LOG_TWO_PI - 0.5), series));
}

/** log Gamma of x in [2.5, 8): down to [1.5, 2.5) by Gamma(x) = (x - 1) Gamma(x - 1). */
function lgammaMiddle<V>(k: Machine<V>, x: V): V {
  const [one, limit] = [k.num(1), k.num(2.5)];
  const [low, product] = k.loop(
    [x, one],
    6,
    (s) => k.ge(s[0], limit),
    (s) => {
      const less = k.sub(s[0], one);
      return [less, k.mul(s[1], less)];
    },
  );
  return k.add(k.call(log, product), nearTwo(k, k.sub(low, k.num(2))));
}

/** log Gamma of x > 0. */
function lgammaPositive<V>(k: Machine<V>, x: V): V {
  const upper = (): V =>
    k.branch(
      k.lt(x, k.num(FAR)),
      () => lgammaMiddle(k, x),
      () => lgammaFar(k, x),
    );
  const near = (): V =>
    k.branch(
      k.lt(x, k.num(1.5)),
      () => {
        // Gamma(1 + u) = Gamma(2 + u) / (1 + u)
        const u = k.sub(x, k.num(1));
        return k.sub(nearTwo(k, u), k.call(log1p, u));
      },
      () => nearTwo(k, k.sub(x, k.num(2))),
    );
  const small = (): V => k.sub(k.sub(nearTwo(k, x), k.call(log1p, x)), k.call(log, x));
  return k.branch(k.lt(x, k.num(0.5)), small, () => k.branch(k.lt(x, k.num(2.5)), near, upper));
}

const positiveLgamma: Routine = {
  name: "lgamma_positive",
  doc: "log Gamma of positive numbers.",
  arity: 1,
  simd: false,
  body: lgammaPositive,
};

/** Beyond this no double is near a root of log|Gamma(-a)|: the roots stand next to the poles. */
const LAST_ROOT = lgammaBelow.length + 2.5;

const lgammaAtRoot: Routine = {
  name: "lgamma_at_root",
  doc: "log |Gamma(-a)| for a next to one of its roots.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, a: V): V => {
    const m = k.nearest(a);
    const d = k.sub(a, m);
    return k.branch(
      k.lt(d, k.num(0)),
      () => lgammaNearRoot(k, m, d, lgammaBelow, 3, positiveDigamma),
      () => lgammaNearRoot(k, m, d, lgammaAbove, 2, positiveDigamma),
    );
  },
};

export const lgamma: Routine = {
  name: "lgamma",
  doc: "log |Gamma(x)|; +inf at 0, negative integers and both infinities; below 4 ulp for x > 0, relative error below 1e-12 next to the roots for x < 0.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V =>
    k.branch(
      k.not(k.le(x, k.num(0))),
      // Both parts of the far form overflow at once: infinity is returned as it is.
      () => k.select(k.lt(x, k.num(Infinity)), k.call(positiveLgamma, x), x),
      () => {
        // Gamma(x) Gamma(1 - x) = pi / sin(pi x); with d the distance to the nearest integer, |x| < 1 needs |x| Gamma(1 - x).
        const a = k.neg(x);
        const d = k.sub(a, k.nearest(a));
        const sine = k.abs(k.call(sin, k.mul(d, k.num(Math.PI))));
        const plain = k.sub(k.call(log, k.div(k.num(Math.PI), k.mul(a, sine))), k.call(positiveLgamma, a));
        // The terms are about a log a; what is much less is taken from the next root.
        const inside = k.and(k.gt(a, k.num(2)), k.lt(a, k.num(LAST_ROOT)));
        const flipped = k.branch(
          k.and(k.lt(k.abs(plain), k.mul(k.num(0.5), a)), inside),
          () => k.call(lgammaAtRoot, a),
          () => plain,
        );
        const tiny = k.lt(a, k.num(2 ** -60));
        const whole = k.or(k.eq(d, k.num(0)), k.eq(a, k.num(Infinity)));
        return k.select(whole, k.num(Infinity), k.select(tiny, k.neg(k.call(log, a)), flipped));
      },
    ),
};

export const lgamma1p: Routine = {
  name: "lgamma1p",
  doc: "log Gamma(1 + x) for x > -1/2 without rounding 1 + x; relative error below 1e-14.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V =>
    k.branch(
      k.lt(k.abs(x), k.num(0.5)),
      () => k.sub(nearTwo(k, x), k.call(log1p, x)),
      () => k.call(lgamma, k.add(x, k.num(1))),
    ),
};

const positiveDigamma: Routine = {
  name: "digamma_positive",
  doc: "Digamma of positive numbers: its root is a factor of the fit on [1, 2], sums of 1 / x lead there from (0, 8).",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => {
    const [one, two] = [k.num(1), k.num(2)];
    return k.branch(
      k.ge(x, k.num(FAR)),
      () => {
        const u = k.div(one, x);
        const series = k.mul(k.mul(u, u), horner(k, k.mul(u, u), digammaTail));
        return k.sub(k.call(log, x), k.add(k.mul(k.num(0.5), u), series));
      },
      () => {
        const below = k.lt(x, one);
        const start = k.select(below, k.add(x, one), x);
        // x < 1 is one step up; the sum starts with what that step adds.
        const first = k.select(below, k.neg(k.div(one, x)), k.num(0));
        const [low, sum] = k.loop(
          [start, first],
          7,
          (s) => k.gt(s[0], two),
          (s) => {
            const less = k.sub(s[0], one);
            return [less, k.add(s[1], k.div(one, less))];
          },
        );
        const distance = k.sub(k.sub(low, k.num(DIGAMMA_ROOT)), k.num(DIGAMMA_ROOT_LOW));
        return k.add(sum, k.mul(distance, rational(k, k.sub(low, k.num(1.5)), digammaRoot)));
      },
    );
  },
};

const digammaAtRoot: Routine = {
  name: "digamma_at_root",
  doc: "Digamma of -a for a next to one of its first roots.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, a: V): V => {
    // Each root is less than 1/2 below a whole number.
    const m = k.add(k.floor(a), k.num(1));
    return digammaNearRoot(k, m, k.sub(a, m), digammaRoots, 1, positiveTrigamma);
  },
};

export const digamma: Routine = {
  name: "digamma",
  doc: "d/dx log Gamma; -+inf at +-0, NaN at negative integers; relative error below 1e-12 next to its first 40 roots below zero too.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V =>
    k.branch(
      k.not(k.le(x, k.num(0))),
      () => k.select(k.lt(x, k.num(Infinity)), k.call(positiveDigamma, x), x),
      () => {
        // psi(x) = psi(-x) + 1 / -x - pi / tan(pi x)
        const a = k.neg(x);
        const d = k.sub(a, k.nearest(a));
        const cotangent = k.div(k.num(Math.PI), k.call(tan, k.mul(d, k.num(Math.PI))));
        const plain = k.add(k.add(k.call(positiveDigamma, a), k.div(k.num(1), a)), cotangent);
        const y = k.branch(
          k.and(k.lt(k.abs(plain), k.num(0.1)), k.lt(a, k.num(digammaRoots.length + 0.5))),
          () => k.call(digammaAtRoot, a),
          () => plain,
        );
        // Next to zero both poles cancel to the one of -1 / x.
        const near = k.lt(a, k.num(1e-20));
        const pole = k.and(k.eq(d, k.num(0)), k.ne(a, k.num(0)));
        const finite = k.lt(a, k.num(Infinity));
        const result = k.select(near, k.div(k.num(-1), x), y);
        return k.select(k.or(pole, k.not(finite)), k.num(NaN), result);
      },
    ),
};

const positiveTrigamma: Routine = {
  name: "trigamma_positive",
  doc: "Trigamma of positive numbers: sums of 1 / x^2 up to 8, the asymptotic series there.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => {
    const one = k.num(1);
    const [far, sum] = k.loop(
      [x, k.num(0)],
      8,
      (s) => k.lt(s[0], k.num(FAR)),
      (s) => [k.add(s[0], one), k.add(s[1], k.div(one, k.mul(s[0], s[0])))],
    );
    const u = k.div(one, far);
    const z = k.mul(u, u);
    const series = k.mul(k.mul(z, u), horner(k, z, trigammaTail));
    return k.add(sum, k.add(u, k.add(k.mul(k.num(0.5), z), series)));
  },
};

/** psi''(x) x^3, less -x - 1, in 1 / x^2: -(2 k + 1) B_2k. */
const tetragammaTail = [-1 / 2, 1 / 6, -1 / 6, 3 / 10, -5 / 6, 691 / 210, -35 / 2, 3617 / 30, -43867 / 42];

const positiveTetragamma: Routine = {
  name: "tetragamma_positive",
  doc: "The second derivative of digamma for positive numbers: sums of -2 / x^3 up to 12, the asymptotic series there.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => {
    const one = k.num(1);
    const [far, sum] = k.loop(
      [x, k.num(0)],
      12,
      (s) => k.lt(s[0], k.num(12)),
      (s) => [k.add(s[0], one), k.sub(s[1], k.div(k.num(2), k.mul(s[0], k.mul(s[0], s[0]))))],
    );
    const u = k.div(one, far);
    const z = k.mul(u, u);
    const tail = k.mul(k.mul(z, z), horner(k, z, tetragammaTail));
    return k.add(sum, k.sub(tail, k.add(z, k.mul(z, u))));
  },
};

export const tetragamma: Routine = {
  name: "tetragamma",
  doc: "The second derivative of digamma; NaN at negative integers; relative error below 1e-13 away from its roots.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V =>
    k.branch(
      k.not(k.le(x, k.num(0))),
      () => k.call(positiveTetragamma, x),
      () => {
        // psi''(x) = psi''(1 - x) - 2 pi^3 cos(pi x) / sin(pi x)^3
        const a = k.neg(x);
        const angle = k.mul(k.sub(a, k.nearest(a)), k.num(Math.PI));
        const q = k.div(k.num(Math.PI), k.call(sin, angle));
        const turn = k.mul(k.mul(k.num(2), k.call(cos, angle)), k.mul(q, k.mul(q, q)));
        return k.add(k.call(positiveTetragamma, k.add(a, k.num(1))), turn);
      },
    ),
};

export const trigamma: Routine = {
  name: "trigamma",
  doc: "Second derivative of log Gamma; +inf at 0 and negative integers; relative error below 1e-14.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V =>
    k.branch(
      k.not(k.le(x, k.num(0))),
      () => k.call(positiveTrigamma, x),
      () => {
        // psi1(x) = pi^2 / sin^2(pi x) - psi1(1 - x), and psi1(1 + a) = psi1(a) - 1 / a^2
        const a = k.neg(x);
        const d = k.sub(a, k.nearest(a));
        const q = k.div(k.num(Math.PI), k.call(sin, k.mul(d, k.num(Math.PI))));
        const y = k.sub(k.mul(q, q), k.call(positiveTrigamma, k.add(a, k.num(1))));
        const whole = k.or(k.eq(d, k.num(0)), k.eq(a, k.num(Infinity)));
        return k.select(whole, k.num(Infinity), y);
      },
    ),
};
