// The explicit Runge-Kutta pair of order 5(4) with an interpolant of order 4.
// Dormand and Prince, A family of embedded Runge-Kutta formulae (1980); Hairer, Norsett and Wanner, Solving Ordinary
// Differential Equations I, sections II.4-II.6.
import type { Tensor } from "../../tensor.js";
import { add, multiply, subtract, zerosLike } from "../elementwise.js";
import type { Method, State } from "./method.js";

const nodes = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const stages = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const errors = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
const middle = [
  -12715105075 / 11282082432,
  0,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];

/** The sum of weights times states, zeros left out. */
export function weighted(weights: readonly number[], ks: readonly State[]): State {
  return ks[0]!.map((_, part) => {
    const terms = weights.flatMap((w, i) => (w === 0 ? [] : [multiply(ks[i]![part]!, w)]));
    return terms.reduce((sum, x) => add(sum, x));
  });
}

/** a + h b */
export const moved = (a: State, h: Tensor | number, b: State): State =>
  a.map((x, i) => add(x, multiply(h, b[i]!)));

export const dormandPrince: Method = {
  name: "np.ode.rk45",
  order: 5,
  errorOrder: 4,
  dense: (slope) => [slope.map(zerosLike)],
  step(field, t, y, slope, h) {
    const ks = [slope];
    let next = y;
    stages.forEach((row, i) => {
      next = moved(y, h, weighted(row, ks));
      ks.push(field(add(t, multiply(h, nodes[i]!)), next));
    });
    const scaled = (weights: readonly number[]): State => weighted(weights, ks).map((x) => multiply(h, x));
    return { y: next, slope: ks[6]!, error: scaled(errors), dense: [scaled(middle)] };
  },
  at(theta, { width, from, to, dense: [fifth] }) {
    const rest = subtract(1, theta);
    return from.y.map((y, i) => {
      const rise = subtract(to.y[i]!, y);
      const third = subtract(multiply(width, from.slope[i]!), rise);
      const fourth = subtract(subtract(rise, multiply(width, to.slope[i]!)), third);
      const inner = add(third, multiply(theta, add(fourth, multiply(rest, fifth![i]!))));
      return add(y, multiply(theta, add(rise, multiply(rest, inner))));
    });
  },
};
