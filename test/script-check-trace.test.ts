// checkTrace compares a script with the trace of its function, or of another function that means the same.
import { expect, test } from "vitest";
import { checkTrace, np, script, type Tensor } from "sinter";
import { script as typed, type Vector } from "sinter/script";

const x = np.array([0.5, 1.5, 2.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8]);

test("loop form and array form are one program", () => {
  const array = (v: Tensor): Tensor => np.sum(np.multiply(np.sin(v), v));
  const loop = typed((v: Vector) => {
    let s = 0;
    for (let i = 0; i < v.length; i++) s += Math.sin(v[i]) * v[i];
    return s;
  }) as unknown as (v: Tensor) => Tensor;
  expect(() => checkTrace([array, loop], x)).not.toThrow();
});

test("a script that tracing can follow is compared with its trace", () => {
  expect(() =>
    checkTrace(
      script((v: Tensor) => v.mul(2).sum()),
      x,
    ),
  ).not.toThrow();
  // A branch that tracing decides once and the script keeps.
  const odd = script((v: Tensor) => {
    const big = v.sum().gt(3) as unknown as boolean;
    if (big) return v.mul(2).sum();
    return v.sum();
  });
  expect(() => checkTrace(odd, x)).toThrow(
    /^checkTrace\(\w+\): the traced function and the script become different programs\. First difference, at equation \d+:\n[^]* {2}- .*\n {2}\+ /,
  );
});

test("a script of operators has no traced form, and passes by itself", () => {
  const loop = typed((v: Vector) => v[0] * 2) as unknown as (v: Tensor) => Tensor;
  expect(() => checkTrace(loop, x)).not.toThrow();
});

test("the first differing equation of two functions is shown with the one before", () => {
  const a = (v: Tensor): Tensor => np.sum(np.exp(v));
  const b = (v: Tensor): Tensor => np.sum(np.sin(v));
  expect(() => checkTrace([a, b], x)).toThrow(/a and b become different programs[^]*- .*exp[^]*\+ .*sin/);
});
