// Many points in one call of the compiled program, against one point after another.
import { expect, test } from "vitest";
import { deterministic, sample } from "../handlers/index.js";
import { dist } from "../dist/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { constrainDraws, constrainPoints } from "./constrain-draws.js";
import { logDensity } from "./log-density.js";

function model(x: Tensor): void {
  const mu = sample("mu", dist.Normal(0, 1));
  const tau = sample("tau", dist.HalfCauchy(1));
  const share = sample("share", dist.Dirichlet(np.ones([3])));
  const theta = sample("theta", dist.Normal(mu, tau).expand([6]).toEvent(1));
  deterministic("both", share.at(0).mul(theta.sum()));
  deterministic("two", np.stack([mu, tau]));
  sample("y", dist.Normal(theta.at(0), 1), { obs: x });
}

const density = logDensity(model, [np.array(0.5)]);
const alone = { dim: density.dim, constrainedNames: density.constrainedNames, constrainFlat: density.constrainFlat.bind(density) }; // prettier-ignore
const points = (count: number): Float64Array =>
  Float64Array.from(random.normal(random.key(3), [count * density.dim]).data());

test.each([1, 2, 1024, 2500])("%i points", (count) => {
  expect(density.constrainRows!.capacity).toBeLessThan(2500);
  const q = points(count);
  const found = constrainPoints(density, q);
  expect(found).toHaveLength(6);
  expect(found).toEqual(constrainPoints(alone, q));
});

test("blocks follow one another, under the axes asked for", () => {
  const q = points(6);
  const [a, b] = [q.subarray(0, 2 * density.dim), q.subarray(2 * density.dim)];
  const found = constrainDraws(density, [a, b], [2, 3]);
  expect(found.get("theta")!.shape).toEqual([2, 3, 6]);
  expect([...found.get("theta")!.data()]).toEqual([...constrainPoints(alone, q)[3]]);
  expect(constrainDraws(density, [], [0]).get("share")!.shape).toEqual([0, 3]);
});

test("data bound anew count", () => {
  const scaled = (s: Tensor): void => void deterministic("z", sample("x", dist.Normal(0, 1)).mul(s.sum()));
  const bound = logDensity(scaled, [np.ones([20])]);
  expect(constrainPoints(bound, Float64Array.of(1, 2))[1]).toEqual(Float64Array.of(20, 40));
  bound.setArgs(np.ones([20]).mul(2));
  expect(constrainPoints(bound, Float64Array.of(1, 2))[1]).toEqual(Float64Array.of(40, 80));
});
