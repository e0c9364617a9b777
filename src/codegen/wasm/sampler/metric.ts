// A metric's plan in; the code that takes momenta to velocities and gradients to slopes out.
// Momenta are standard normal: positions move by F p and momenta by F' g, where F F' estimates the covariance. So kinetic
// energies and the tests for turning back need no metric at all (Neal 2011, section 5.4.1).
import type { PortableFunction } from "../portable-function.js";
import type { Local } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { multiplyFactor } from "./factors.js";
import type { At, Base } from "./vectors.js";

export interface MetricCode {
  /** After a gradient: makes `slope` valid. */
  slopes(k: Code): void;
  /** F' g there. */
  slope(k: Code, at: At): Local;
  /** Whether all momenta must be there before any velocity is. */
  readonly velocityNeedsAll: boolean;
  /** Makes `velocity` valid for these momenta. */
  velocities(k: Code, p: Base): void;
  /** F p there, with p itself at hand. */
  velocity(k: Code, at: At, p: Local): Local;
}

const diagonal: MetricCode = {
  velocityNeedsAll: false,
  slopes: () => undefined,
  slope: (k, at) => k.v.mul(k.v.load(k.at("scale"), at), k.v.load(k.cx.places.density.g, at)),
  velocities: () => undefined,
  velocity: (k, at, p) => k.v.mul(k.v.load(k.at("scale"), at), p),
};

/** Both products are computed whole, into vectors. */
const whole: MetricCode = {
  velocityNeedsAll: true,
  slopes: (k) => void k.f.call(k.fn(slopesFunction), []),
  slope: (k, at) => k.v.load(k.at("slope"), at),
  velocities(k, p) {
    k.f.call(k.fn(velocitiesFunction), [p]);
  },
  velocity: (k, at) => k.v.load(k.at("velocity"), at),
};

const slopesFunction = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.slopes", [], [], (k) => multiplyFactor(k, cx.places.density.g, k.at("slope"), true));

const velocitiesFunction = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.velocities", ["i32"], [], (k, p) => multiplyFactor(k, p, k.at("velocity"), false));

/** What there is code for: factors, where there are any, come into use when the cell `whole` is 1. */
export const metricCodes = (
  cx: SamplerContext,
): { readonly diagonal: MetricCode; readonly whole?: MetricCode } =>
  cx.form.metric.kind === "diagonal" ? { diagonal } : { diagonal, whole };
