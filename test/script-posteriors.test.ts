// The open posteriors in loop form: gradients at the gold points against Stan's; without them, against finite differences.
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { load } from "../bench/peers/posteriors.js";
import { checkGradient } from "../posteriordb/gradient-check.js";
import { models } from "../posteriordb/models.js";
import { scriptModels } from "../posteriordb/script-models.js";

const folder = resolve(import.meta.dirname, "../../shared/posteriordb");

describe("posteriors in loop form", () => {
  test("each has one", () => expect(Object.keys(scriptModels).sort()).toEqual(Object.keys(models).sort()));

  test.each(Object.keys(scriptModels))("%s", (name) => {
    const posterior = load(name, folder, resolve("build/posteriordb"));
    const check = checkGradient(scriptModels[name]!.build(posterior.data), posterior);
    expect(check.agrees, `gradient ${check.gradient}, log density ${check.lp}`).toBe(true);
  });
});
