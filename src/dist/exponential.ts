// Exponential(rate): waiting times with mean 1 / rate.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { minus, over } from "./standardise.js";

/** Exponential(rate): waiting times with mean 1 / rate. */
export const Exponential = family("Exponential", {
  parameters: { rate: { constraint: constraints.positive, default: 1 } },
  hasRsample: true,
  support: () => constraints.nonnegative,
  draw: ({ rate }, key, shape) => random.exponential(key, shape).div(rate),
  logDensity: ({ rate }, x) => np.log(rate).sub(rate.mul(x)),
  mean: ({ rate }) => over(1, rate),
  variance: ({ rate }) => over(1, rate.mul(rate)),
  entropy: ({ rate }) => minus(1, np.log(rate)),
  cdf: ({ rate }, x) => np.expm1(rate.mul(x).neg()).neg(),
  icdf: ({ rate }, q) => np.log1p(q.neg()).neg().div(rate),
});
