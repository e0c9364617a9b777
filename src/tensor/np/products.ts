// Products of vectors, matrices and whole index expressions; all contractions become matmul.
import * as ops from "../../ops/index.js";
import { sameShape } from "../../ir/types.js";
import { apply } from "../../trace/apply.js";
import { broadcastShapes, same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { multiply, subtract } from "./elementwise.js";
import { sum } from "./reductions.js";
import { at, diagonal } from "./indexing.js";
import { axisOf } from "./axes.js";
import { withoutEllipsis } from "./ellipsis.js";
import { broadcastTo, expandDims, moveaxis, reshape, stack, transpose } from "./shape.js";

/** NumPy's matmul: matrices over broadcast leading axes; a vector stands as a row on the left and a column on the right. */
export function matmul(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = same("numeric", "np.matmul", [x, y]) as [Tensor, Tensor];
  if (a.ndim === 0 || b.ndim === 0)
    throw new Error("np.matmul: scalars have no matrix product; use np.multiply.");
  const [row, column] = [a.ndim === 1, b.ndim === 1];
  const left = row ? expandDims(a, 0) : a;
  const right = column ? expandDims(b, 1) : b;
  const [m, k] = left.shape.slice(-2) as [number, number];
  const [k2, n] = right.shape.slice(-2) as [number, number];
  if (k !== k2)
    throw new Error(
      `np.matmul: shapes [${a.shape.join(",")}] and [${b.shape.join(",")}]: the last axis of the first has ${k}, the matching axis of the second has ${k2}.`,
    );
  const [leftBatch, rightBatch] = [left.shape.slice(0, -2), right.shape.slice(0, -2)];
  const batch = broadcastShapes("np.matmul", leftBatch, rightBatch);
  let out: Tensor;
  if (rightBatch.length === 0 && batch.length > 0 && sameShape(leftBatch, batch)) {
    // Many rows times one matrix is one product.
    const flat = reshape(left, [batch.reduce((p, d) => p * d, 1) * m, k]);
    out = reshape(apply(ops.matmul, [flat, right], {}, "np.matmul"), [...batch, m, n]);
  } else {
    const operands = [broadcastTo(left, [...batch, m, k]), broadcastTo(right, [...batch, k, n])];
    out = apply(ops.matmul, operands, {}, "np.matmul");
  }
  const shape = [...batch, ...(row ? [] : [m]), ...(column ? [] : [n])];
  return reshape(out, shape);
}

/** NumPy's dot: the product over the last axis of x and the last but one of y; multiplication for scalars. */
export function dot(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = same("numeric", "np.dot", [x, y]) as [Tensor, Tensor];
  if (a.ndim === 0 || b.ndim === 0) return multiply(a, b);
  if (b.ndim <= 2) return matmul(a, b);
  const k = b.shape[b.ndim - 2]!;
  const columns = reshape(moveaxis(b, b.ndim - 2, 0), [k, -1]);
  return reshape(matmul(a, columns), [
    ...a.shape.slice(0, -1),
    ...b.shape.slice(0, -2),
    b.shape[b.ndim - 1]!,
  ]);
}

/** All products of an element of x with an element of y. */
export function outer(x: TensorLike, y: TensorLike): Tensor {
  return multiply(reshape(tensor(x), [-1, 1]), reshape(tensor(y), [1, -1]));
}

/** The cross product of vectors of 3 along an axis (the last by default); the other axes broadcast. */
export function cross(x: TensorLike, y: TensorLike, axis = -1): Tensor {
  const [a, b] = same("numeric", "np.cross", [x, y]).map((t) => {
    const k = axisOf(axis, t.ndim, "np.cross");
    if (t.shape[k] !== 3)
      throw new Error(
        `np.cross: axis ${axis} of shape [${t.shape.join(",")}] has length ${t.shape[k]}, not 3.`,
      );
    return moveaxis(t, k, 0);
  }) as [Tensor, Tensor];
  broadcastShapes("np.cross", a.shape.slice(1), b.shape.slice(1));
  const part = (i: number, j: number): Tensor =>
    subtract(multiply(at(a, i), at(b, j)), multiply(at(a, j), at(b, i)));
  const out = stack([part(1, 2), part(2, 0), part(0, 1)], -1);
  return moveaxis(out, -1, axis);
}

/** The Kronecker product: a block of y for every element of x. */
export function kron(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = same("numeric", "np.kron", [x, y]) as [Tensor, Tensor];
  const n = Math.max(a.ndim, b.ndim);
  const full = (t: Tensor): readonly number[] => [...Array<number>(n - t.ndim).fill(1), ...t.shape];
  const [p, q] = [full(a), full(b)];
  const blocks = multiply(
    reshape(
      a,
      p.flatMap((d) => [d, 1]),
    ),
    reshape(
      b,
      q.flatMap((d) => [1, d]),
    ),
  );
  return reshape(
    blocks,
    p.map((d, i) => d * q[i]!),
  );
}

/** One operand of an einsum: a tensor and the letter of each axis. */
interface Term {
  readonly t: Tensor;
  readonly letters: string;
}

/** Einstein summation, e.g. `np.einsum("bij,bjk->bik", x, y)`; an ellipsis stands for leading axes that broadcast. */
export function einsum(subscripts: string, ...xs: readonly TensorLike[]): Tensor {
  if (subscripts.includes(".")) return einsum(...withoutEllipsis(subscripts, xs));
  const spec = subscripts.replace(/\s/g, "");
  const match = /^([a-zA-Z]*(?:,[a-zA-Z]*)*)(?:->([a-zA-Z]*))?$/.exec(spec);
  if (!match)
    throw new Error(`np.einsum: "${subscripts}" must be letters, commas and one "->", such as "ij,jk->ik".`);
  const inputs = match[1]!.split(",");
  if (inputs.length !== xs.length)
    throw new Error(`np.einsum: "${subscripts}" names ${inputs.length} operands, ${xs.length} were given.`);
  const every = inputs.join("");
  const once = [...new Set(every)].filter((c) => every.split(c).length === 2).sort();
  const output = match[2] ?? once.join("");
  for (const c of output)
    if (!every.includes(c) || output.split(c).length > 2)
      throw new Error(
        `np.einsum: "${subscripts}": the output letter "${c}" must occur in an operand and once in the output.`,
      );
  const sizes = new Map<string, number>();
  const terms = same("numeric", "np.einsum", xs).map((t, i): Term => {
    const letters = inputs[i]!;
    if (letters.length !== t.ndim)
      throw new Error(
        `np.einsum: "${letters}" names ${letters.length} axes of an operand of shape [${t.shape.join(",")}].`,
      );
    [...letters].forEach((c, axis) => {
      const size = sizes.get(c) ?? t.shape[axis]!;
      if (size !== t.shape[axis])
        throw new Error(`np.einsum: "${subscripts}": axis "${c}" has length ${size} and ${t.shape[axis]}.`);
      sizes.set(c, size);
    });
    return diagonals({ t, letters });
  });
  let acc = terms[0]!;
  for (let i = 1; i < terms.length; i++) {
    const later =
      output +
      terms
        .slice(i + 1)
        .map((term) => term.letters)
        .join("");
    acc = contract(acc, terms[i]!, later, sizes);
  }
  acc = sumOut(acc, output);
  return transpose(
    acc.t,
    [...output].map((c) => acc.letters.indexOf(c)),
  );
}

/** A letter twice in one operand takes the diagonal. */
function diagonals({ t, letters }: Term): Term {
  const twice = [...letters].find((c, i) => letters.indexOf(c) !== i);
  if (twice === undefined) return { t, letters };
  const [i, j] = [letters.indexOf(twice), letters.lastIndexOf(twice)];
  const moved = moveaxis(moveaxis(t, j, t.ndim - 1), i, t.ndim - 2);
  const rest = [...letters].filter((_, k) => k !== i && k !== j).join("");
  return diagonals({ t: diagonal(moved, 0, -2, -1), letters: rest + twice });
}

/** Sums away the axes whose letters are not wanted. */
function sumOut({ t, letters }: Term, wanted: string): Term {
  const axes = [...letters].flatMap((c, i) => (wanted.includes(c) ? [] : [i]));
  if (axes.length === 0) return { t, letters };
  return { t: sum(t, axes), letters: [...letters].filter((c) => wanted.includes(c)).join("") };
}

/** Two operands into one, as a batched matrix product: shared letters that stay are batch, those that go are contracted. */
function contract(x: Term, y: Term, later: string, sizes: ReadonlyMap<string, number>): Term {
  const a = sumOut(x, y.letters + later);
  const b = sumOut(y, x.letters + later);
  const shared = [...a.letters].filter((c) => b.letters.includes(c));
  const batch = shared.filter((c) => later.includes(c));
  const inner = shared.filter((c) => !later.includes(c));
  const left = [...a.letters].filter((c) => !shared.includes(c));
  const right = [...b.letters].filter((c) => !shared.includes(c));
  const length = (cs: readonly string[]): number => cs.reduce((n, c) => n * sizes.get(c)!, 1);
  const arrange = (term: Term, order: readonly string[], shape: readonly number[]): Tensor =>
    reshape(
      transpose(
        term.t,
        order.map((c) => term.letters.indexOf(c)),
      ),
      shape,
    );
  const lead = batch.map((c) => sizes.get(c)!);
  const letters = [...batch, ...left, ...right].join("");
  const shape = [...letters].map((c) => sizes.get(c)!);
  if (inner.length === 0) {
    const p = arrange(a, [...batch, ...left], [...lead, length(left), 1]);
    const q = arrange(b, [...batch, ...right], [...lead, 1, length(right)]);
    return { t: reshape(multiply(p, q), shape), letters };
  }
  const p = arrange(a, [...batch, ...left, ...inner], [...lead, length(left), length(inner)]);
  const q = arrange(b, [...batch, ...inner, ...right], [...lead, length(inner), length(right)]);
  return { t: reshape(matmul(p, q), shape), letters };
}
