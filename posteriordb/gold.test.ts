// Every open posterior's log density and gradient against Stan's at the gold points; without them, against finite differences.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { load } from "../bench/peers/posteriors.js";
import { finiteDifferences } from "./finite-differences.js";
import { checkGradient } from "./gradient-check.js";
import { models } from "./models.js";
import { fromZero } from "./sampling-check.js";

const folder = resolve(import.meta.dirname, "../../shared/posteriordb");
const present = existsSync(folder);

describe(`gradients of the open posteriors, ${present ? "gold" : "SIMULATED"} data`, () => {
  afterAll(() => {
    if (!present)
      console.warn(
        `*** ${folder} IS ABSENT: the models were checked on SIMULATED data, by finite differences. ***`,
      );
  });

  test.each(Object.keys(models))("%s", (name) => {
    const posterior = load(name, folder, resolve("build/posteriordb"));
    const check = checkGradient(models[name].build(posterior.data), posterior);
    expect(posterior.simulated).toBe(!present);
    expect(check.agrees, `gradient ${check.gradient}, log density ${check.lp}`).toBe(true);
  });

  test("a wrong gold answer is noticed", () => {
    const name = "eight_schools-eight_schools_noncentered";
    const posterior = load(name, folder, resolve("build/posteriordb"));
    const { points } = posterior;
    const gold = { lp: points.map(() => 0), gradient: points.map((q) => q.map(() => 0)) };
    expect(checkGradient(models[name].build(posterior.data), { ...posterior, gold }).agrees).toBe(false);
  });

  test("simulated data are used where a folder is absent", () => {
    const posterior = load("arK-arK", "no/such/folder", resolve("build/posteriordb"));
    expect(posterior.simulated).toBe(true);
    const check = checkGradient(models["arK-arK"].build(posterior.data), posterior);
    expect(check.agrees, `gradient ${check.gradient}`).toBe(true);
  });
});

test("finite differences are of fourth order", () => {
  const f = (q: Float64Array): number => Math.exp(q[0]) * q[1] ** 3;
  const [a, b] = finiteDifferences(f, [0.5, 2]);
  expect(a).toBeCloseTo(8 * Math.exp(0.5), 8);
  expect(b).toBeCloseTo(12 * Math.exp(0.5), 8);
});

test("names of the reference count from 1", () => {
  expect(fromZero("theta[1,12]")).toBe("theta[0,11]");
  expect(fromZero("mu")).toBe("mu");
});
