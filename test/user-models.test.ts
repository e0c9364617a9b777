// Models that users of BUGS, Stan and NumPyro write, as array code and as scripts with plain loops -> log densities and gradients
// against NumPyro's, in double precision (user-models.fixture.json; coordinates are the same but for hmm's, where NumPyro was given Stan's).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bijectors,
  constraints,
  deterministic,
  dist,
  factor,
  infer,
  np,
  plate,
  sample,
  script,
  type Tensor,
} from "sinter";

interface Case {
  readonly name: string;
  readonly traced: string;
  readonly script: string;
  readonly data: Readonly<Record<string, number[]>>;
  readonly points: readonly number[][];
  readonly values: readonly number[];
  readonly gradients: readonly number[][];
}
type Model = (...args: Tensor[]) => void;

const cases = JSON.parse(readFileSync("test/user-models.fixture.json", "utf8")) as readonly Case[];
const scope = { bijectors, constraints, deterministic, dist, factor, np, plate, sample };
const read = (text: string): Model =>
  new Function(...Object.keys(scope), `return ${text}`)(...Object.values(scope)) as Model;

describe.each(cases.map((c) => [c.name, c] as const))("%s", (name, c) => {
  // A Gaussian process with a jitter of 1e-6 has a condition number of 1e8 or so.
  const tolerance = name === "gp" ? 1e-8 : 1e-11;
  test.each([
    ["traced", () => read(c.traced)],
    ["script", () => script(read(c.script), { bijectors, constraints })],
  ] as const)("%s", (_, model) => {
    const density = infer.logDensity(
      model(),
      Object.values(c.data).map((x) => np.array(x)),
    );
    c.points.forEach((point, k) => {
      const gradient = new Float64Array(density.dim);
      const value = density.logDensityGradient(point, gradient);
      expect(Math.abs(value - c.values[k]!) / (1 + Math.abs(value))).toBeLessThan(tolerance);
      const wanted = c.gradients[k]!;
      const size = 1 + Math.max(...wanted.map(Math.abs));
      expect(Math.max(...wanted.map((g, i) => Math.abs(g - gradient[i]!))) / size).toBeLessThan(tolerance);
    });
    density.dispose();
  });
});
