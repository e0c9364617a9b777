// Models of posteriordb that are not among its open 22, as array code and as scripts with the loops of their Stan programs, on small
// data -> log densities and gradients against Stan's in C++, made once (stan-models.fixture.json; propto, so that only rises agree).
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
  /** Arrays as tensors under their type; numbers and plain lists as they are. */
  readonly args: readonly (number | readonly unknown[] | Readonly<Record<string, never>>)[];
  readonly points: readonly number[][];
  /** The log density at the second point less that at the first. */
  readonly rise: number;
  readonly gradients: readonly number[][];
}
type Model = (...args: never[]) => void;

const cases = JSON.parse(readFileSync("test/stan-models.fixture.json", "utf8")) as readonly Case[];

/** A parameter that the Stan program gives no prior, or gives it later. */
const flat = (name: string, constraint = constraints.real, shape: readonly number[] = []): Tensor =>
  sample(name, dist.ImproperUniform(constraint, shape, []).toEvent(shape.length));

const scope = { bijectors, constraints, deterministic, dist, factor, flat, np, plate, sample };
const read = (text: string): Model =>
  new Function(...Object.keys(scope), `return ${text}`)(...Object.values(scope)) as Model;

function argument(given: Case["args"][number]): unknown {
  if (typeof given === "number" || Array.isArray(given)) return given;
  const [[dtype, values]] = Object.entries(given) as [["f64" | "i32", number[]]];
  return np.array(values, { dtype });
}

describe.each(cases.map((c) => [c.name, c] as const))("%s", (_, c) => {
  test.each([
    ["traced", () => read(c.traced)],
    ["script", () => script(read(c.script), { constraints, flat })],
  ] as const)("%s", (__, model) => {
    const density = infer.logDensity(model(), c.args.map(argument));
    const values = c.points.map((point, k) => {
      const gradient = new Float64Array(density.dim);
      const value = density.logDensityGradient(point, gradient);
      const error = c.gradients[k]!.map((g, i) => Math.abs(g - gradient[i]!) / (1 + Math.abs(g)));
      expect(Math.max(...error)).toBeLessThan(1e-10);
      return value;
    });
    expect(Math.abs(values[1]! - values[0]! - c.rise) / (1 + Math.abs(c.rise))).toBeLessThan(1e-11);
    density.dispose();
  });
});
