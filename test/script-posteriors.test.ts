// The open posteriors in loop form: gradients against those of the array form, and against Stan's where the shared data are at hand.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { infer } from "sinter";
import { scriptModels } from "../posteriordb/script-models.js";

const folder = new URL("../../shared/posteriordb/", import.meta.url);

interface Gold {
  readonly points: readonly { q: number[]; grad: number[]; lp_minus_first: number }[];
}
const read = (name: string, file: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}/${file}`, folder), "utf8"));

describe.skipIf(!existsSync(folder))("posteriors in loop form", () => {
  test.each(Object.keys(scriptModels))("%s", (name) => {
    const { model, args } = scriptModels[name]!.build(read(name, "data.json") as Record<string, unknown>);
    const gold = read(name, "gold.json") as Gold;
    const density = infer.logDensity(model as never, [...args] as never);
    const out = new Float64Array(density.dim);
    let first = 0;
    let [worst, worstValue] = [0, 0];
    gold.points.forEach((point, i) => {
      const value = density.logDensityGradient(Float64Array.from(point.q), out);
      if (i === 0) first = value;
      const off = Math.abs(value - first - point.lp_minus_first) / (1 + Math.abs(point.lp_minus_first));
      worstValue = Math.max(worstValue, off);
      point.grad.forEach((g, k) => (worst = Math.max(worst, Math.abs(g - out[k]!) / (1 + Math.abs(g)))));
    });
    density.dispose();
    expect(worst).toBeLessThan(1e-8);
    expect(worstValue).toBeLessThan(1e-9);
  });
});
