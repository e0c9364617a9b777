import { expect, test } from "vitest";
import * as np from "./np.js";
import * as numbers from "./numbers.js";

test("numbers have the bits of tensors, at the first calls and once they are compiled", () => {
  const hard = [0, -0, 1e-320, 0.3, 1, 2.5, 700, 1e300, Infinity, -Infinity, NaN, -0.4, -745];
  const xs = [...hard, ...Array.from({ length: 100 }, (_, i) => 0.37 * i - 5), ...hard];
  for (const x of xs) {
    expect(numbers.exp(x)).toBe(np.exp(x).item());
    expect(numbers.log(x)).toBe(np.log(x).item());
    expect(numbers.log1p(x)).toBe(np.log1p(x).item());
    for (const y of [-0.75, 0, 3]) expect(numbers.power(x, y)).toBe(np.power(x, y).item());
  }
});
