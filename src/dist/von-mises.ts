// VonMises(loc, concentration): angles around loc, the Gaussian of the circle.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { minus } from "./standardise.js";

const { i0e, i1e } = np.special;

/** An angle brought into [-pi, pi). */
const wrapped = (x: Tensor): Tensor => np.mod(x.add(Math.PI), 2 * Math.PI).sub(Math.PI);

/** Rejection from a wrapped Cauchy (Best and Fisher 1979), until every lane has accepted; no gradients. */
function centred(key: Tensor, concentration: Tensor, shape: readonly number[]): Tensor {
  const kappa = np.broadcastTo(np.stopGradient(concentration), shape);
  const tau = np.sqrt(kappa.mul(kappa).mul(4).add(1)).add(1);
  const rho = tau.sub(np.sqrt(tau.mul(2))).div(kappa.mul(2));
  // For small concentrations rho / kappa cancels: the series gives the envelope's parameter.
  const r = np.where(kappa.lt(1e-4), np.divide(1, kappa), rho.mul(rho).add(1).div(rho.mul(2)));
  const start: [Tensor, Tensor, Tensor] = [
    np.array(0, { dtype: "i32" }),
    np.zeros(shape).ne(0),
    np.zeros(shape),
  ];
  const [, , angle] = np.whileLoop(
    ([, done]) => np.logicalNot(np.all(done)),
    ([i, done, kept]): [Tensor, Tensor, Tensor] => {
      const keys = random.split(random.foldIn(key, i), 3);
      const z = np.cos(random.uniform(keys.at(0), shape).mul(Math.PI));
      const f = r.mul(z).add(1).div(r.add(z));
      const c = kappa.mul(r.sub(f));
      const u = random.uniform(keys.at(1), shape);
      const accept = np.log(c.div(u)).add(1).sub(c).ge(0);
      const sign = np.sign(random.uniform(keys.at(2), shape).sub(0.5));
      const next = sign.mul(np.arccos(np.clip(f, -1, 1)));
      return [i.add(1), np.logicalOr(done, accept), np.where(done, kept, next)];
    },
    start,
  );
  return angle;
}

export const VonMises = family("VonMises", {
  parameters: {
    loc: { constraint: constraints.real },
    concentration: { constraint: constraints.positive },
  },
  hasRsample: false,
  support: () => constraints.circular,
  draw: ({ loc, concentration }, key, shape) => wrapped(centred(key, concentration, shape).add(loc)),
  // With the exponentially scaled Bessel function the peak term is k (cos - 1), never large.
  logDensity: ({ loc, concentration: k }, x) =>
    k.mul(np.cos(x.sub(loc)).sub(1)).sub(np.log(i0e(k)).add(Math.log(2 * Math.PI))),
  /** The circular mean. */
  mean: ({ loc }) => wrapped(loc),
  /** The circular variance, 1 - I1(k) / I0(k). */
  variance: ({ concentration: k }) => minus(1, i1e(k).div(i0e(k))),
  entropy: ({ concentration: k }) =>
    np
      .log(i0e(k))
      .add(Math.log(2 * Math.PI))
      .add(k)
      .sub(k.mul(i1e(k)).div(i0e(k))),
});
