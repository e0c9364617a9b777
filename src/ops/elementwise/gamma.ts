// Rows of the gamma function's relatives.
import type { Elementwise } from "../../ir/op.js";
import type { Value } from "../../ir/types.js";
import { byDifference } from "../define/by-difference.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const positive: readonly [number, number] = [0.1, 20];

export const lgamma = elementwise({
  name: "lgamma",
  doc: "The logarithm of the absolute value of the gamma function.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => m.apply("digamma", x)],
  slopes: { ulp: 6, floor: 1, relative: 1e-12 },
  routine: routine.lgamma,
});

export const digamma = elementwise({
  name: "digamma",
  doc: "The derivative of lgamma.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => m.apply("trigamma", x)],
  routine: routine.digamma,
});

export const trigamma = elementwise({
  name: "trigamma",
  doc: "The derivative of digamma.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => m.op("tetragamma", [x])],
  slopes: { ulp: 64, floor: 1 },
  routine: routine.trigamma,
});

export const tetragamma: Elementwise = elementwise({
  name: "tetragamma",
  doc: "The derivative of trigamma; its own derivative is a difference of fourth order, to about 1e-11 for positive x.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => byDifference(m, tetragamma, [x], 0, -11)],
  routine: routine.tetragamma,
});

export const digammaGap = elementwise({
  name: "digammaGap",
  doc: "digamma(x + h) - digamma(x), without cancellation for positive x and h.",
  cost: 90,
  ulp: 8,
  range: [positive, positive],
  partials(m, [x, h]) {
    const end = (): Value => m.apply("trigamma", m.add(x, h));
    return [() => m.sub(end(), m.apply("trigamma", x)), end];
  },
  routine: routine.digammaGap,
});

export const betaln = elementwise({
  name: "betaln",
  doc: "The logarithm of the absolute value of the beta function.",
  cost: 100,
  range: [positive, positive],
  partials: (m, [a, b]) => [() => m.neg(m.op("digammaGap", [a, b])), () => m.neg(m.op("digammaGap", [b, a]))],
  slopes: { ulp: 16 },
  routine: routine.betaln,
});

export const logComb = elementwise({
  name: "logComb",
  doc: "The logarithm of n choose k, for k and n - k from 0 on.",
  cost: 110,
  ulp: 16,
  floor: 1,
  range: [
    [5, 20],
    [0.5, 4],
  ],
  partials(m, [n, k]) {
    const rest = (): Value => m.add(m.sub(n, k), 1);
    return [
      () => m.op("digammaGap", [rest(), k]),
      () => m.sub(m.apply("digamma", rest()), m.apply("digamma", m.add(k, 1))),
    ];
  },
  slopes: { ulp: 16, floor: 1 },
  routine: routine.logComb,
});
