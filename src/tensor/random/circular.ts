// A key and concentrations in, angles around 0 out.
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import * as np from "../np.js";
import { parameters, uniform } from "./continuous.js";
import type { Shape } from "./draw-shape.js";
import { foldIn, split } from "./keys.js";

/**
 * Von Mises angles in [-pi, pi] around 0, by rejection from a wrapped Cauchy (Best and Fisher, Efficient simulation of the
 * von Mises distribution, 1979) until every lane has accepted. No gradient passes to the concentration.
 */
export function vonMises(k: Tensor, concentration: TensorLike, shape?: Shape): Tensor {
  const [given] = parameters("random.vonMises", shape, concentration) as [Tensor];
  const kappa = np.stopGradient(given);
  const lanes = kappa.shape;
  const tau = np.sqrt(kappa.mul(kappa).mul(4).add(1)).add(1);
  const rho = tau.sub(np.sqrt(tau.mul(2))).div(kappa.mul(2));
  // For small concentrations rho / kappa cancels: the series gives the envelope's parameter.
  const r = np.where(kappa.lt(1e-4), np.divide(1, kappa), rho.mul(rho).add(1).div(rho.mul(2)));
  const start: [Tensor, Tensor, Tensor] = [filled(0, "i32"), np.broadcastTo(false, lanes), np.zeros(lanes)];
  const [, , angle] = np.whileLoop(
    ([, done]) => done.all().not(),
    ([i, done, kept]): [Tensor, Tensor, Tensor] => {
      const keys = split(foldIn(k, i), 3);
      const z = np.cos(uniform(keys.at(0), lanes).mul(Math.PI));
      const f = r.mul(z).add(1).div(r.add(z));
      const c = kappa.mul(r.sub(f));
      const u = uniform(keys.at(1), lanes);
      const accept = np.log(c.div(u)).add(1).sub(c).ge(0);
      const sign = np.sign(uniform(keys.at(2), lanes).sub(0.5));
      const next = sign.mul(np.arccos(np.clip(f, -1, 1)));
      return [i.add(1), done.logicalOr(accept), np.where(done, kept, next)];
    },
    start,
  );
  return angle;
}
