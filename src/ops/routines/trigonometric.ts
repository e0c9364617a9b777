// sin, cos, tan: x = n pi/2 + r with |r| <= pi/4 (Cody-Waite in three parts; Payne-Hanek beyond 10^5), then both kernels.
import type { Machine, Routine } from "../../ir/machine.js";
import { estrin } from "./arithmetic.js";
import { cosTail, HALF_PI_1, HALF_PI_2, HALF_PI_3, sinTail } from "./coefficients.js";
import { reduceHuge } from "./payne-hanek.js";

// n stays below 2^16, so that its products with the 36-bit parts of pi/2 are exact.
const LIMIT = 100000;

/** sin r and cos r for |r| <= pi/4. */
function kernels<V>(k: Machine<V>, r: V): { sine: V; cosine: V } {
  const z = k.mul(r, r);
  const half = k.mul(z, k.num(0.5));
  const w = k.sub(k.num(1), half);
  // 1 - z/2 is rounded; what it lost is added with the tail.
  const lost = k.sub(k.sub(k.num(1), w), half);
  return {
    sine: k.add(r, k.mul(k.mul(z, r), estrin(k, z, sinTail))),
    cosine: k.add(w, k.add(lost, k.mul(k.mul(z, z), estrin(k, z, cosTail)))),
  };
}

interface Turn<V> {
  readonly r: V;
  /** n is odd. */
  readonly odd: V;
  /** n mod 4 is 2 or 3. */
  readonly lower: V;
  /** n mod 4 is 1 or 2. */
  readonly left: V;
}

function turn<V>(k: Machine<V>, n: V, r: V): Turn<V> {
  const half = k.mul(n, k.num(0.5));
  const whole = k.floor(half);
  const odd = k.ne(half, whole);
  const quarter = k.mul(whole, k.num(0.5));
  const lower = k.ne(quarter, k.floor(quarter));
  return { r, odd, lower, left: k.xor(odd, lower) };
}

function reduce<V>(k: Machine<V>, x: V): Turn<V> {
  const n = k.nearest(k.mul(x, k.num(2 / Math.PI)));
  const a = k.sub(x, k.mul(n, k.num(HALF_PI_1)));
  const b = k.sub(a, k.mul(n, k.num(HALF_PI_2)));
  return turn(k, n, k.sub(b, k.mul(n, k.num(HALF_PI_3))));
}

function reduceSlow<V>(k: Machine<V>, x: V): Turn<V> {
  const { quadrant, r } = reduceHuge(k, x);
  return turn(k, quadrant, r);
}

const flip = <V>(k: Machine<V>, test: V, x: V): V => k.select(test, k.neg(x), x);

function sineOf<V>(k: Machine<V>, t: Turn<V>): V {
  const { sine, cosine } = kernels(k, t.r);
  return flip(k, t.lower, k.select(t.odd, cosine, sine));
}

function cosineOf<V>(k: Machine<V>, t: Turn<V>): V {
  const { sine, cosine } = kernels(k, t.r);
  return flip(k, t.left, k.select(t.odd, sine, cosine));
}

function tangentOf<V>(k: Machine<V>, t: Turn<V>): V {
  const { sine, cosine } = kernels(k, t.r);
  return k.div(k.select(t.odd, k.neg(cosine), sine), k.select(t.odd, sine, cosine));
}

/** A function of an angle of any size: `of` gives it from the turn; odd functions take the sign of x on the slow arm. */
function periodic(name: string, doc: string, odd: boolean, of: <V>(k: Machine<V>, t: Turn<V>) => V): Routine {
  const slow: Routine = {
    name: `${name}_slow`,
    doc: `${name} of angles beyond ${LIMIT}, of infinity and of NaN.`,
    arity: 1,
    simd: false,
    body: <V>(k: Machine<V>, x: V): V => {
      const y = of(k, reduceSlow(k, x));
      const signed = odd ? flip(k, k.lt(x, k.num(0)), y) : y;
      return k.select(k.lt(k.abs(x), k.num(Infinity)), signed, k.num(NaN));
    },
  };
  return {
    name,
    doc,
    arity: 1,
    simd: true,
    inline: true,
    body: <V>(k: Machine<V>, x: V): V => {
      const wide = k.not(k.lt(k.abs(x), k.num(LIMIT)));
      return k.rare(wide, [x], slow, () => {
        const y = of(k, reduce(k, x));
        // The kernels lose the sign of zero.
        return odd ? k.select(k.eq(x, k.num(0)), x, y) : y;
      });
    },
  };
}

export const sin = periodic("sin", "Sine by Cody-Waite or Payne-Hanek reduction; below 2 ulp.", true, sineOf);
export const cos = periodic(
  "cos",
  "Cosine by Cody-Waite or Payne-Hanek reduction; below 2 ulp.",
  false,
  cosineOf,
);
export const tan = periodic(
  "tan",
  "Tangent as the quotient of the two kernels; below 4 ulp.",
  true,
  tangentOf,
);
