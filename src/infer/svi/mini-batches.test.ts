// Plates seen in part inside compiled steps: uniform draws without repeats, sequential bodies, sizes that change.
import { afterEach, describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import {
  clearParamStore,
  getParamStore,
  mutable,
  param,
  plate,
  sample,
  subsample,
} from "../../handlers/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { TraceELBO } from "../elbo/trace-elbo.js";
import { AutoNormal } from "../guides/index.js";
import { adam, sgd } from "../optim/index.js";
import { SVI } from "../svi.js";

afterEach(clearParamStore);

const none = (): null => null;
const data = np.array([0.5, 1, 2, 3, 4, 5]);

test("compiled steps draw indices uniformly and without repeats (J56)", async () => {
  // Counts of each index, of pairs, and of repeats, are kept by the steps themselves.
  const model = (): void => {
    const m = param("m", 0);
    const counts = mutable("counts", np.zeros([5]));
    const pairs = mutable("pairs", np.zeros([5, 5]));
    plate("rows", 5, (indices) => void (counts.value = seen(counts, pairs, indices)), { subsampleSize: 3 });
    sample("y", dist.Normal(m, 1), { obs: 0 });
  };
  const seen = (counts: { value: Tensor }, pairs: { value: Tensor }, indices: Tensor): Tensor => {
    const hot = np.sum(np.oneHot(indices, 5), 0);
    pairs.value = pairs.value.add(hot.reshape([5, 1]).mul(hot));
    return counts.value.add(hot);
  };
  const svi = new SVI(model, none, sgd(), TraceELBO(), { seed: 3 });
  const n = 3000;
  await svi.run(n);
  expect(svi.compiles).toBe(1);
  const counts = getParamStore().get("counts").toArray() as number[];
  const pairs = getParamStore().get("pairs").toArray() as number[][];
  // Without repeats each appearance counts once, so that the diagonal is the count itself.
  pairs.forEach((row, i) => expect(row[i]).toBe(counts[i]));
  expect(counts.reduce((a, b) => a + b)).toBe(3 * n);
  const within = (x: number, p: number): void =>
    expect(Math.abs(x - n * p)).toBeLessThan(4 * Math.sqrt(n * p * (1 - p)));
  counts.forEach((x) => within(x, 3 / 5));
  pairs.forEach((row, i) => row.forEach((x, j) => i !== j && within(x, 3 / 10)));
});

describe("sequential plates (J57)", () => {
  const vectorised = (): void => {
    const m = param("m", 1);
    plate(
      "rows",
      6,
      () => {
        const x = sample("x", dist.Normal(0, 1));
        sample("y", dist.Normal(x.add(m), 1), { obs: subsample(data) });
      },
      { subsample: [4, 0, 2] },
    );
  };
  const sequential = (): void => {
    const m = param("m", 1);
    plate(
      "rows",
      6,
      (i, k) => {
        const x = sample(`x${k}`, dist.Normal(0, 1));
        sample(`y${k}`, dist.Normal(x.add(m), 1), { obs: data.at(i) });
      },
      { subsample: [4, 0, 2], sequential: true },
    );
  };
  const guideOf = (names: readonly string[]) => (): void => {
    for (const name of names) sample(name, dist.Delta(0.5));
  };

  test("losses and gradients equal those of the vectorised body", () => {
    const step = (model: () => void, guide: () => void): number[] => {
      clearParamStore();
      const svi = new SVI(model, guide, sgd({ lr: 0.1 }), TraceELBO());
      return [svi.step(), svi.step(), getParamStore().get("m").item()];
    };
    const whole = (): void => {
      plate("rows", 6, () => sample("x", dist.Delta(0.5)), { subsample: [4, 0, 2] });
    };
    const a = step(sequential, guideOf(["x0", "x1", "x2"]));
    const b = step(vectorised, whole);
    // Delta(0.5) in the guide is scaled alike in both, since its log density is zero.
    a.forEach((x, i) => expect(x).toBeCloseTo(b[i], 12));
  });

  test.each([true, false])("indices are drawn at each step and losses are unbiased, jit %s", (jit) => {
    const model = (): void => {
      const m = param("m", 1);
      const draw = { subsampleSize: 2, sequential: true } as const;
      plate("rows", 6, (i, k) => sample(`y${k}`, dist.Normal(m, 1), { obs: data.at(i) }), draw);
    };
    const svi = new SVI(model, none, sgd({ lr: 1e-12 }), TraceELBO(), { jit });
    const losses = Array.from({ length: jit ? 400 : 60 }, () => svi.step());
    const full = (data.toArray() as number[]).reduce((s, x) => s + (x - 1) ** 2 / 2, 0);
    const mean = losses.reduce((a, b) => a + b) / losses.length;
    const sd = Math.sqrt(losses.reduce((s, x) => s + (x - mean) ** 2, 0) / losses.length);
    const exact = full + 3 * Math.log(2 * Math.PI);
    expect(Math.abs(mean - exact)).toBeLessThan((4 * sd) / Math.sqrt(losses.length));
    expect(svi.compiles).toBe(jit ? 1 : 0);
  });

  test("errors", () => {
    const both = { dim: -1, sequential: true } as never;
    expect(() => plate("p", 2, () => null, both)).toThrow(
      'plate "p": a sequential plate has no axis; leave dim out.',
    );
  });
});

test("subsample sizes that change, in automatic guides and in parameters of a plate (J58)", () => {
  const model = (rows: Tensor): void => {
    plate(
      "rows",
      6,
      () => {
        const shift = param("shift", np.zeros([6]), { eventDim: 0 });
        const x = sample("x", dist.Normal(shift, 1));
        sample("y", dist.Normal(x, 1), { obs: subsample(data) });
      },
      { subsample: rows },
    );
  };
  const run = (jit: boolean): number[] => {
    clearParamStore();
    const svi = new SVI(model, AutoNormal(model), adam({ lr: 0.05 }), TraceELBO(), { jit, seed: 2 });
    const batches = [[0, 1, 2], [3, 4], [5], [1, 3, 5], [0, 4]].map((rows) =>
      np.array(rows, { dtype: "i32" }),
    );
    const losses = batches.map((rows) => svi.step(rows));
    // One program for three rows, one for every other number of them.
    expect(svi.compiles).toBe(jit ? 2 : 0);
    const params = ["shift", "x_auto_loc", "x_auto_scale"].flatMap(
      (name) => getParamStore().get(name).toArray() as number[],
    );
    return [...losses, ...params];
  };
  const [a, b] = [run(true), run(false)];
  expect(a.length).toBe(5 + 18);
  a.forEach((x, i) => expect(x).toBeCloseTo(b[i], 10));
});
