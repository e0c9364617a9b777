// J67: what eager and compiled runs promise about bits. Elementwise arithmetic and special functions: the same bits. Sums may be
// taken in another order: the same to the rounding of that order, and the same bits in every run of one program.
import { expect, test } from "vitest";
import * as np from "../tensor/np.js";
import type { Tensor } from "../tensor/tensor.js";
import { grad } from "./grad.js";
import { jit } from "./lazy-jit.js";

const n = 1001;
const x = np.array(Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 10 ** ((i % 9) - 4)));

const bits = (t: Tensor): string => {
  const data = t.data();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
};

test.each<[string, (t: Tensor) => Tensor]>([
  ["arithmetic", (t) => t.mul(3).add(1).div(t.square().add(2)).sub(t)],
  ["exponentials", (t) => np.exp(t.clip(-20, 20)).mul(np.special.softplus(t))],
  ["circular functions", (t) => np.sin(t).add(np.arctan2(t, 2))],
  ["special functions", (t) => np.special.lgamma(np.abs(t)).add(np.special.erf(t))],
  ["choices", (t) => np.where(t.gt(0), np.log(np.abs(t)), t.neg())],
])("%s: eager and compiled give the same bits", (_, f) => {
  expect(bits(jit(f)(x))).toBe(bits(f(x)));
  expect(bits(jit(f, { backend: "interpret" })(x))).toBe(bits(f(x)));
});

test("sums differ from eager ones by rounding alone, and from run to run not at all", () => {
  const f = (t: Tensor): Tensor => np.sum(np.exp(np.sin(t)).mul(t));
  const compiled = jit(f);
  const first = bits(compiled(x));
  const size = Array.from(x.data()).reduce((s, v) => s + Math.abs(Math.exp(Math.sin(v)) * v), 0);
  expect(Math.abs(compiled(x).item() - f(x).item())).toBeLessThan(n * 2 ** -53 * size);
  for (let run = 0; run < 3; run++) expect(bits(compiled(x))).toBe(first);
  expect(bits(jit(f)(x))).toBe(first);
  const slope = jit(grad(f)) as (t: Tensor) => Tensor;
  expect(bits(slope(x))).toBe(bits(slope(x)));
});
