// The loop that gradients are timed in calls the same program: same answers, and points that move as they should.
import { dist, infer, np, sample, type Tensor } from "sinter";
import { expect, test } from "vitest";
import { gradientLoop } from "./gradient-loop.js";

const model = (y: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  sample("y", dist.Normal(mu, tau), { obs: y });
};

test("a wasm loop moves the point, one coordinate after another, and adds up the log densities there", () => {
  const density = infer.logDensity(model, [np.array([1, 2, 4])]);
  const loop = gradientLoop(density.export());
  const [own, out] = [new Float64Array(2), new Float64Array(2)];
  expect(loop.logDensityGradient([0.3, -0.2], out)).toBe(density.logDensityGradient([0.3, -0.2], own));
  expect(out).toEqual(own);
  let sum = 0;
  const q = [0.3, -0.2];
  for (let i = 0; i < 5; i++) {
    q[i % 2] += 1e-12;
    sum += density.logDensity(q);
  }
  expect(loop.run(5)).toBe(sum);
  expect([...loop.point]).toEqual(q);
  density.dispose();
});
