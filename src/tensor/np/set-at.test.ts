// np.setAt: values, errors, derivatives, and loops that fill tables in place: compiled against eager, with the copies counted.
import { describe, expect, test } from "vitest";
import { jit } from "../../trace/lazy-jit.js";
import { grad } from "../../trace/grad.js";
import { vmap } from "../../trace/vmap.js";
import * as np from "../np.js";
import type { Tensor } from "../tensor.js";

const table = (rows: number, width: number): Tensor =>
  np
    .arange(rows * width)
    .mul(0.5)
    .reshape([rows, width]);

test("values, negative indices, vmap and gradient", () => {
  expect(Array.from(np.setAt([1, 2, 3], 1, 9).data())).toEqual([1, 9, 3]);
  expect(Array.from(np.setAt(table(3, 2), -1, 7).data())).toEqual([0, 0.5, 1, 1.5, 7, 7]);
  expect(Array.from(np.setAt(table(3, 2), 1, [7, 8, 9], 1).data())).toEqual([0, 7, 1, 8, 2, 9]);
  expect(Array.from(np.setAt(table(3, 2), 0, 7, -1).data())).toEqual([7, 0.5, 7, 1.5, 7, 2.5]);
  expect(() => np.setAt([1, 2, 3], 3, 0)).toThrow("out of range");
  expect(() => np.setAt([1, 2, 3], [0, 1], 0)).toThrow("one index is needed");
  const each = vmap((i: Tensor, v: Tensor) => np.setAt(np.zeros([3]), i, v))(
    np.array([0, 2, 1], { dtype: "i32" }),
    np.array([1, 2, 3]),
  );
  expect(Array.from(each.data())).toEqual([1, 0, 0, 0, 0, 2, 0, 3, 0]);
  const g = grad(
    (x: Tensor, v: Tensor) =>
      np
        .setAt(x, 1, v)
        .mul(np.array([2, 3, 4]))
        .sum(),
    { argnums: [0, 1] } as never,
  );
  const [gx, gv] = g(np.array([1, 1, 1]), np.array(5)) as unknown as [Tensor, Tensor];
  expect([Array.from(gx.data()), gv.item()]).toEqual([[2, 0, 4], 3]);
});

/** Runs a function compiled and eagerly; returns the kernels' text. */
function agree(fn: (...xs: Tensor[]) => readonly Tensor[], ...xs: Tensor[]): string {
  const compiled = jit(fn as (...ys: Tensor[]) => Tensor[]);
  const got = compiled(...xs);
  const want = fn(...xs);
  want.forEach((t, i) => expect(Array.from(got[i]!.data()), `result ${i}`).toEqual(Array.from(t.data())));
  return String(compiled.lower(...xs).kernels);
}

/** Arrays copied at the end of a turn. */
const copies = (kernels: string): number => (kernels.match(/^\s*next [a-z_]\w* = \w+$/gm) ?? []).length;

describe("in loops", () => {
  const n = np.array(7, { dtype: "i32" });
  const start = table(8, 6);

  test("rows are written where they are", () => {
    const kernels = agree(
      (x, k) => [np.fori(0, k, (i, t: Tensor) => np.setAt(t, i, np.add(np.square(t.at(i)), i)), x)],
      start,
      n,
    );
    expect(copies(kernels)).toBe(0);
  });

  test("rows computed from other rows, before and after they change", () => {
    agree(
      (x, k) => [
        np.fori(
          0,
          k,
          (i, t: Tensor) => {
            const above = t.at(i.add(1));
            const next = np.setAt(t, i, np.flip(t.at(i)).add(above.sum()));
            return np.setAt(next, i.add(1), next.at(i).mul(0.5).add(above));
          },
          x,
        ),
      ],
      start,
      n,
    );
  });

  test("a value that is read later is copied", () => {
    agree(
      (x, k) => {
        const [t, last] = np.fori(
          0,
          k,
          (i, [u, row]: [Tensor, Tensor]) => [np.setAt(u, i, row.add(i)), u.at(i).add(np.flip(row))],
          [x, np.ones([6])] as [Tensor, Tensor],
        ) as [Tensor, Tensor];
        const y = np.setAt(t, 0, last);
        return [y, t.sum(), np.setAt(y, 1, t.at(0)), last];
      },
      start,
      n,
    );
  });

  test("tables that take turns", () => {
    const kernels = agree(
      (x, k) =>
        np.fori(0, k, (i, [a, b]: [Tensor, Tensor]) => [np.setAt(b, i, 1), np.setAt(a, i, 2)], [
          x,
          x.neg(),
        ] as [Tensor, Tensor]) as unknown as Tensor[],
      start,
      n,
    );
    expect(copies(kernels)).toBe(2);
  });

  test("nested loops and branches hand a table through", () => {
    const kernels = agree(
      (x, k) => {
        const inner = (i: Tensor, t: Tensor): Tensor =>
          np.whileLoop(
            ({ j }) => j.lt(i),
            ({ j, u }) => ({ j: j.add(1), u: np.setAt(u, j, np.add(u.at(j), u.at(j.add(1)).max())) }),
            { j: np.array(0, { dtype: "i32" }), u: t },
          ).u;
        return [np.fori(0, k, (i, t: Tensor) => inner(i, inner(i, t)), x)];
      },
      start,
      n,
    );
    expect(copies(kernels)).toBe(0);
  });

  test("next states go straight into the memory of the state, unless elements out of step read it", () => {
    const leapfrog = agree(
      (x, k) =>
        np.fori(
          0,
          k,
          (_, [q, p]: [Tensor, Tensor]) => {
            const half = np.keep(p.sub(q.mul(0.25)));
            const next = np.keep(q.add(half.mul(0.5)));
            return [next, half.sub(next.mul(0.25))];
          },
          [x, x.mul(0.125)] as [Tensor, Tensor],
        ) as unknown as Tensor[],
      start,
      n,
    );
    expect(copies(leapfrog)).toBe(0);
    const flipped = agree(
      (x, k) => [np.fori(0, k, (i, q: Tensor) => np.flip(q).add(q).sub(i), x)],
      np.arange(9).mul(0.5),
      n,
    );
    expect(copies(flipped)).toBe(1);
    const crossed = agree(
      (x, k) =>
        np.fori(
          0,
          k,
          (i, [a, b]: [Tensor, Tensor]) => [a.add(i), np.concatenate([a.slice([4]), a.slice([0, 4])]).sub(b)],
          [x, x.neg()] as [Tensor, Tensor],
        ) as unknown as Tensor[],
      np.arange(9).mul(0.5),
      n,
    );
    expect(copies(crossed)).toBeGreaterThan(0);
  });

  test("scanned results beside a table", () => {
    agree((x) => {
      const [t, ys] = np.scan(
        (u: Tensor, i: Tensor) => [np.setAt(u, i, u.sum()), u.at(i).sum()] as const,
        x,
        np.arange(8).astype("i32"),
      ) as unknown as [Tensor, Tensor];
      return [t, ys, np.setAt(t, 2, ys.at(3))];
    }, start);
  });
});
