// Relaxed SIMD: only where it is asked for and the engine has it, the same values to their last digits, and never in exported programs.
import { setFlagsFromString } from "node:v8";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { np, type Tensor } from "../tensor/index.js";
import { jit } from "./lazy-jit.js";

const product = (x: Tensor, y: Tensor): Tensor => x.matmul(y);
const operands = (dtype: "f64" | "f32"): [Tensor, Tensor] => [
  np
    .sin(np.arange(7 * 300))
    .reshape([7, 300])
    .astype(dtype),
  np
    .cos(np.arange(300 * 11))
    .reshape([300, 11])
    .astype(dtype),
];

test("an engine without it runs the plain program", () => {
  const probe = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  expect(
    jit(product, { relaxedSimd: true })
      .lower(...operands("f64"))
      .wat(),
  ).not.toContain("relaxed");
  expect(probe).toHaveBeenCalled();
  probe.mockRestore();
});

describe("an engine with it", () => {
  beforeAll(() => setFlagsFromString("--experimental-wasm-relaxed-simd"));

  test.each(["f64", "f32"] as const)("%s: the same to the last digits", (dtype) => {
    const [x, y] = operands(dtype);
    const relaxed = jit(product, { relaxedSimd: true });
    const [got, wanted] = [relaxed(x, y), jit(product)(x, y)].map((t) =>
      Float64Array.from(t.data() as Float64Array),
    );
    expect(relaxed.lower(x, y).wat()).toContain("relaxed_madd");
    const bound = dtype === "f64" ? 1e-13 : 1e-4;
    got!.forEach((v, i) => expect(Math.abs(v - wanted![i]!)).toBeLessThan(bound));
  });

  test("only where it is asked for, and never in what is exported", () => {
    const [x, y] = operands("f64");
    expect(jit(product).lower(x, y).wat()).not.toContain("relaxed");
    const relaxed = jit(product, { relaxedSimd: true });
    const plain = jit(product);
    expect(relaxed.export(x, y)).toEqual(plain.export(x, y));
  });
});
