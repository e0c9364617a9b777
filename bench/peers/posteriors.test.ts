// Names, simulated data and points: what the bench stands on where posteriordb's folder is absent.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fullName, load, names } from "./posteriors.js";
import { simulate } from "./simulate.js";
import { geometricMean, ratios, table } from "./table.js";

describe("posteriors", () => {
  test("a part of a name is enough when it is unambiguous", () => {
    expect(fullName("arK")).toBe("arK-arK");
    expect(fullName("radon")).toBe("radon_mn-radon_hierarchical_intercept_noncentered");
    expect(() => fullName("kidscore")).toThrow("matches");
    expect(() => fullName("nothing")).toThrow("Known:");
  });

  test("simulated data are finite and the same at every call", () => {
    for (const name of names) {
      const text = JSON.stringify(simulate(name));
      expect(JSON.stringify(simulate(name)), name).toBe(text);
      // JSON turns NaN and Infinity into null.
      expect(text.includes("null"), name).toBe(false);
    }
  });

  test("where the folder is absent the posterior says that it is simulated", () => {
    const home = mkdtempSync(join(tmpdir(), "sinter-peers-"));
    const posterior = load("arK-arK", join(home, "absent"), home);
    expect(posterior.simulated).toBe(true);
    expect(posterior.gold).toBeUndefined();
    expect(posterior.points).toHaveLength(3);
    expect(posterior.points[0]).toHaveLength(7);
  });
});

describe("table", () => {
  const row = {
    model: "m",
    dim: 2,
    simulated: true,
    us: { ours: 2, "in a loop": 1, stan: 8 },
    compileMs: {},
  };
  test("ratios are peer over ours, and rows without both are left out", () => {
    expect(ratios([row, { ...row, us: { stan: 1 } }], "stan")).toEqual([4]);
    expect(geometricMean([1, 4])).toBeCloseTo(2, 12);
    const text = table([row], ["ours", "in a loop"], ["stan", "numpyro"]);
    expect(text).toContain("m (SIMULATED)");
    expect(text).toContain("stan/in a loop");
    expect(text).toMatch(/geometric mean +4\.00 +- +8\.00 +-$/);
  });
});
