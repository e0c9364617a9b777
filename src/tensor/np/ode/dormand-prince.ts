// The explicit Runge-Kutta pair of order 5(4) with an interpolant of order 4.
// Dormand and Prince, A family of embedded Runge-Kutta formulae (1980); Hairer, Norsett and Wanner, Solving Ordinary
// Differential Equations I, sections II.4-II.6.
import type { Tensor } from "../../tensor.js";
import { add, multiply, subtract } from "../elementwise.js";
import type { Method } from "./method.js";

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

/** The sum of weights times tensors, zeros left out. */
export function weighted(weights: readonly number[], ks: readonly Tensor[]): Tensor {
  const parts = weights.flatMap((w, i) => (w === 0 ? [] : [multiply(ks[i]!, w)]));
  return parts.reduce((sum, x) => add(sum, x));
}

export const dormandPrince: Method = {
  name: "np.ode.rk45",
  dense: 1,
  exponent: 0.2 - 0.75 * 0.04,
  memory: 0.04,
  order: 5,
  step(field, t, y, slope, h) {
    const ks = [slope];
    let next = y;
    stages.forEach((row, i) => {
      next = add(y, multiply(h, weighted(row, ks)));
      ks.push(field(add(t, multiply(h, nodes[i]!)), next));
    });
    return {
      y: next,
      slope: ks[6]!,
      error: multiply(h, weighted(errors, ks)),
      dense: [multiply(h, weighted(middle, ks))],
    };
  },
  at(theta, { width, from, to, dense: [fifth] }) {
    const rest = subtract(1, theta);
    const rise = subtract(to.y, from.y);
    const third = subtract(multiply(width, from.slope), rise);
    const fourth = subtract(subtract(rise, multiply(width, to.slope)), third);
    const inner = add(third, multiply(theta, add(fourth, multiply(rest, fifth!))));
    return add(from.y, multiply(theta, add(rise, multiply(rest, inner))));
  },
};
