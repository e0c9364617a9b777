// SineBivariateVonMises(phiLoc, psiLoc, phiConcentration, psiConcentration, { correlation | weightedCorrelation }): two dependent angles.
import { constraints } from "../bijectors/index.js";
import { np, numbers, random, type Shape, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";

const { i0e, i1e, logsumexp } = np.special;

interface Parameters {
  readonly phiLoc: Tensor;
  readonly psiLoc: Tensor;
  readonly phiConcentration: Tensor;
  readonly psiConcentration: Tensor;
  readonly correlation?: Tensor;
  readonly weightedCorrelation?: Tensor;
}

const wrapped = (x: Tensor): Tensor => np.mod(x.add(Math.PI), 2 * Math.PI).sub(Math.PI);

const correlationOf = (p: Parameters): Tensor =>
  p.correlation ?? p.weightedCorrelation!.mul(np.sqrt(p.phiConcentration.mul(p.psiConcentration)));

/** Given the sine of phi, psi is von Mises with this concentration. */
const psiGiven = (sine: Tensor, p: Parameters): Tensor =>
  np.hypot(p.psiConcentration, correlationOf(p).mul(sine));

/** log I0(r). */
const logBessel = (r: Tensor): Tensor => np.log(i0e(r)).add(r);

/** Traced concentrations are unknown; this many angles hold to about 3000. */
const ANGLES = 512;

/** How many angles the rule needs: its error falls with the Bessel function of that order. */
function anglesFor(p: Parameters): number {
  const sizes = [p.phiConcentration, p.psiConcentration, correlationOf(p)];
  if (sizes.some((t) => t.link)) return ANGLES;
  const most = Math.max(...sizes.flatMap((t) => Array.from(t.data(), Math.abs)));
  return Math.min(1 << 16, 2 ** Math.ceil(numbers.log(12 * Math.sqrt(most) + 48) / Math.LN2));
}

/**
 * The log of the integral of the density's kernel: over psi a Bessel function, over phi the trapezoidal rule, which on a whole turn of a
 * smooth function converges faster than any power. The integrand is even, so half a turn is summed.
 */
function logNormaliser(p: Parameters): Tensor {
  const n = anglesFor(p);
  const axes = Math.max(p.phiConcentration.ndim, p.psiConcentration.ndim, correlationOf(p).ndim);
  const column = (f: (i: number) => number): Tensor =>
    np
      .array(
        Array.from({ length: n / 2 + 1 }, (_, i) => f(i)),
        { dtype: p.phiConcentration.dtype as "f64" },
      )
      .reshape([-1, ...Array.from({ length: axes }, () => 1)]);
  const angle = column((i) => (2 * Math.PI * i) / n);
  const weight = np.log(column((i) => (i === 0 || 2 * i === n ? 1 / n : 2 / n)));
  const concentration = psiGiven(np.sin(angle), p);
  const terms = p.phiConcentration.mul(np.cos(angle)).add(logBessel(concentration)).add(weight);
  return logsumexp(terms, 0).add(2 * numbers.log(2 * Math.PI));
}

/** The slope of 2 log I0(r) along r^2. */
const besselSlope = (r: Tensor): Tensor => i1e(r).div(i0e(r)).div(r);

/**
 * phi - phiLoc by rejection from an angular central Gaussian (as Kent, Ganeiban and Mardia 2013), until every lane has accepted. Both
 * terms of the marginal log density, k1 cos and log I0, are concave in the square of the sine: their tangents at the mode bound them.
 */
function drawPhi(p: Parameters, key: Tensor, shape: Shape): Tensor {
  const [k1, k2, rho] = [p.phiConcentration, p.psiConcentration, correlationOf(p)].map(np.stopGradient) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const strength = np.square(rho);
  const at = (cosine: Tensor): Tensor => np.hypot(k2, rho.mul(np.sqrt(np.subtract(1, np.square(cosine)))));
  // The mode's cosine, roughly: a tangent anywhere is a bound. There is one mode, at 1, where the correlation is weak.
  let mode: Tensor = np.array(1);
  for (let i = 0; i < 20; i++) {
    const next = k1.div(np.maximum(strength.mul(besselSlope(at(mode))), 1e-300));
    mode = np.clip(mode.add(np.minimum(next, 1)).mul(0.5), 1e-6, 1);
  }
  const top = at(mode);
  const slope = strength.mul(besselSlope(top)).sub(k1.div(mode)).mul(0.5);
  const [onCosine, onSine] = [np.maximum(slope, 0), np.maximum(slope.neg(), 0)];
  const modeSine = np.subtract(1, np.square(mode));
  const most = k1.mul(mode).add(logBessel(top)).sub(slope.mul(modeSine)).add(onCosine);
  const size = onCosine.add(onSine);
  const b = np.subtract(1, size).add(np.hypot(size, 1));
  const start: [Tensor, Tensor, Tensor] = [
    np.array(0, { dtype: "i32" }),
    np.broadcastTo(false, shape),
    np.zeros(shape),
  ];
  const [, , phi] = np.whileLoop(
    ([, done]) => done.all().not(),
    ([i, done, kept]): [Tensor, Tensor, Tensor] => {
      const keys = random.split(random.foldIn(key, i), 3);
      const x = random.normal(keys.at(0), shape).div(np.sqrt(onCosine.mul(2).div(b).add(1)));
      const y = random.normal(keys.at(1), shape).div(np.sqrt(onSine.mul(2).div(b).add(1)));
      const length = np.hypot(x, y);
      const [cosine, sine] = [x.div(length), y.div(length)];
      const kernel = k1
        .mul(cosine)
        .add(logBessel(np.hypot(k2, rho.mul(sine))))
        .sub(most);
      const form = onCosine.mul(np.square(cosine)).add(onSine.mul(np.square(sine)));
      const envelope = np.log(b.mul(0.5).add(form)).add(1).sub(b.mul(0.5));
      const accept = np.log(random.uniform(keys.at(2), shape)).lt(kernel.add(envelope));
      return [i.add(1), done.logicalOr(accept), np.where(done, kept, np.arctan2(sine, cosine))];
    },
    start,
  );
  return phi;
}

/** Angles (phi, psi) with density in proportion to exp(k1 cos(phi - m1) + k2 cos(psi - m2) + r sin(phi - m1) sin(psi - m2)). */
export const SineBivariateVonMises = family("SineBivariateVonMises", {
  parameters: {
    phiLoc: { constraint: constraints.circular },
    psiLoc: { constraint: constraints.circular },
    phiConcentration: { constraint: constraints.positive },
    psiConcentration: { constraint: constraints.positive },
  },
  oneOf: {
    correlation: { constraint: constraints.real },
    weightedCorrelation: { constraint: constraints.interval(-1, 1) },
  },
  hasRsample: false,
  eventShape: () => [2],
  support: () => constraints.independent(constraints.circular, 1),
  draw(p, key, shape) {
    const keys = random.split(key, 2);
    const phi = drawPhi(p, keys.at(0), shape);
    const sine = np.sin(phi);
    const centre = np.arctan2(correlationOf(p).mul(sine), p.psiConcentration);
    const psi = random.vonMises(keys.at(1), np.broadcastTo(psiGiven(sine, p), shape), shape).add(centre);
    return np.stack([wrapped(phi.add(p.phiLoc)), wrapped(psi.add(p.psiLoc))], -1);
  },
  logDensity(p, x) {
    const phi = np.take(x, 0, -1).sub(p.phiLoc);
    const psi = np.take(x, 1, -1).sub(p.psiLoc);
    return p.phiConcentration
      .mul(np.cos(phi))
      .add(p.psiConcentration.mul(np.cos(psi)))
      .add(correlationOf(p).mul(np.sin(phi)).mul(np.sin(psi)))
      .sub(logNormaliser(p));
  },
  /** The circular means. */
  mean({ phiLoc, psiLoc }) {
    const [a, b] = np.broadcastArrays(wrapped(phiLoc), wrapped(psiLoc)) as [Tensor, Tensor];
    return np.stack([a, b], -1);
  },
});
