// A linearly implicit (Rosenbrock) method of order 4(3) for stiff systems: no iteration, one factorisation a step,
// L-stable and stiffly accurate. RODAS of Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.10.
// Its derivative along the grid is the same method applied to the variational equation, since the Jacobian is exact.
import { jacobian, jvp } from "../../../trace/derivatives.js";
import type { Tensor } from "../../tensor.js";
import { eye } from "../creation.js";
import { add, divide, multiply, onesLike, subtract, zerosLike } from "../elementwise.js";
import { factored } from "../factored.js";
import { reshape } from "../shape.js";
import { weighted } from "./dormand-prince.js";
import type { Method, State } from "./method.js";

const gamma = 0.25;
const nodes = [0, 0.386, 0.21, 0.63, 1, 1];
/** Weights of df/dt in each stage. */
const drift = [0.25, -0.1043, 0.1035, -0.0362, 0, 0];
const states = [
  [],
  [1.544],
  [0.9466785280815826, 0.2557011698983284],
  [3.314825187068521, 2.896124015972201, 0.9986419139977817],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895],
  [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1],
];
const couplings = [
  [],
  [-5.6688],
  [-2.430093356833875, -0.2063599157091915],
  [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
  [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
  [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
];
const third = [
  10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662,
];
const fourth = [-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872]; // prettier-ignore

export const rodas: Method = {
  name: "np.ode.bdf",
  order: 4,
  errorOrder: 4,
  dense: (slope) => [slope, slope.map(zerosLike)],
  step(field, t, [y], [slope], h) {
    const { shape, size, dtype } = y!;
    const at = (s: Tensor, x: Tensor): Tensor => field(s, [x])[0]!;
    const flat = (x: Tensor): Tensor => reshape(x, [size]);
    const j = jacobian((v: Tensor) => flat(at(t, reshape(v, shape))))(flat(y!)) as Tensor;
    const [, inTime] = jvp((s: Tensor) => at(s, y!), [t], [onesLike(t)]);
    const diagonal = divide(eye(size, size, 0, { dtype }), multiply(h, gamma));
    const solve = factored("np.ode.bdf", subtract(diagonal, j));
    const us: State[] = [];
    let state = y!;
    nodes.forEach((node, i) => {
      state = i === 0 ? y! : add(y!, weighted(states[i]!, us)[0]!);
      let rhs = i === 0 ? slope! : at(add(t, multiply(h, node)), state);
      if (drift[i] !== 0) rhs = add(rhs, multiply(inTime, multiply(h, drift[i]!)));
      if (i > 0) rhs = add(rhs, divide(weighted(couplings[i]!, us)[0]!, h));
      us.push([reshape(solve(flat(rhs)), shape)]);
    });
    const next = add(state, us[5]![0]!);
    return {
      y: [next],
      slope: [at(add(t, h), next)],
      error: us[5]!,
      dense: [weighted(third, us), weighted(fourth, us)],
    };
  },
  at(theta, { from, to, dense: [c3, c4] }) {
    const rest = subtract(1, theta);
    const bulge = multiply(rest, add(c3![0]!, multiply(theta, c4![0]!)));
    return [add(multiply(from.y[0]!, rest), multiply(theta, add(to.y[0]!, bulge)))];
  },
};
