// A rewritten site has the same law: its density over the new coordinates is the old one with the Jacobian.
import { expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { handlers, plate, sample } from "../../handlers/index.js";
import { np } from "../../tensor/index.js";
import { logDensity } from "../log-density.js";
import { bijectors } from "../../bijectors/index.js";
import { LocScaleReparam } from "./loc-scale.js";
import { TransformReparam } from "./transform.js";

const model = (): void => {
  const mu = sample("mu", dist.Normal(0, 1));
  const tau = sample("tau", dist.HalfNormal(1));
  plate("n", 3, () => sample("theta", dist.Normal(mu, tau)));
  sample("w", dist.StudentT(4, mu, tau).expand([2]).toEvent(1));
};

test.each([0, 0.3, 1])("centred %d", (centered) => {
  const strategy = LocScaleReparam({ centered });
  const rewritten = handlers.reparam(model, { theta: strategy, w: strategy });
  const [a, b] = [logDensity(model), logDensity(rewritten)];
  expect(b.sites.map((site) => site.name)).toEqual(["mu", "tau", "theta_decentered", "w_decentered"]);
  const q = Float64Array.from([0.4, -0.7, 0.3, -1.2, 0.8, 0.1, 1.5]);
  const { mu, tau, theta, w } = b.constrain(q);
  const old = a.unconstrain({ mu, tau, theta, w });
  // Each of five elements is stretched by tau^(1 - c).
  expect(b.logDensity(q)).toBeCloseTo(a.logDensity(old) + 5 * (1 - centered) * q[1], 9);
});

test("what cannot be rewritten says so", () => {
  const positive = handlers.reparam(() => sample("x", dist.Gamma(1, 1)), { x: LocScaleReparam() });
  expect(() => logDensity(positive)).toThrow(
    /site "x" is Gamma; a family over the reals with parameters loc and scale/,
  );
  const seen = handlers.reparam(() => sample("x", dist.Normal(0, 1), { obs: np.array(1) }), {
    x: LocScaleReparam(),
  });
  expect(() => logDensity(seen)).toThrow(/site "x" is observed/);
});

test("a transformed site is sampled through its base", () => {
  const skewed = (): void => {
    plate("n", 2, () => sample("x", dist.TransformedDistribution(dist.Normal(0, 1), bijectors.exp)));
  };
  const rewritten = handlers.reparam(skewed, { x: TransformReparam() });
  const d = logDensity(rewritten);
  expect(d.names).toEqual(["x_base[0]", "x_base[1]"]);
  expect(d.logDensity([0.5, -1])).toBeCloseTo(-0.5 * 1.25 - Math.log(2 * Math.PI), 12);
  expect(d.constrain([0.5, -1]).x.data()[1]).toBeCloseTo(Math.exp(-1), 12);
});
