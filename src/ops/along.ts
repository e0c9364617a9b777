// Reading and adding at indices along any axis, for rules of rows that move elements along one: values in, values out.
import type { Value } from "../ir/types.js";
import type { Calculus } from "./define/calculus.js";
import { axesFrom } from "./define/calculus.js";

/** Moves the axis last, applies f there with all leading axes as batch, and moves it back. */
function alongLast(
  m: Calculus,
  axis: number,
  xs: readonly Value[],
  f: (xs: readonly Value[]) => Value,
): Value {
  const rank = xs[0].type.shape.length;
  const forth = [...axesFrom(0, rank).filter((i) => i !== axis), axis];
  const back = axesFrom(0, rank).map((i) => forth.indexOf(i));
  return m.transpose(f(xs.map((x) => m.transpose(x, forth))), back);
}

/** x at indices of the same shape, along the axis. */
export const takeAlong = (m: Calculus, x: Value, index: Value, axis: number): Value => {
  const last = x.type.shape.length - 1;
  return alongLast(m, axis, [x, index], ([y, i]) => m.op("gather", [y, i], { axis: last, batch: last }));
};

/** Zeros with x added at indices of the same shape, along the axis. */
export const addAlong = (m: Calculus, x: Value, index: Value, axis: number): Value => {
  const last = x.type.shape.length - 1;
  return alongLast(m, axis, [x, index], ([y, i]) =>
    m.op("scatterAdd", [m.fill(0, y.type), i, y], { axis: last, batch: last }),
  );
};
