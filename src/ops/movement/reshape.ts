// Row of reshape: the same elements in row-major order under another shape.
import type { Index } from "../../ir/index-map.js";
import type { Shape } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";
import { shapeParam, typeError } from "../define/check.js";
import { stridesOf } from "../define/evaluate-movement.js";
import { movement } from "../define/movement.js";

export const reshape = movement({
  name: "reshape",
  doc: "The same elements in row-major order under another shape of the same size.",
  infer(input, params) {
    const shape = shapeParam("reshape", params);
    if (sizeOf(shape) !== sizeOf(input.shape))
      throw typeError(
        "reshape",
        [input],
        `${sizeOf(input.shape)} elements do not fill [${shape.join(",")}]`,
        "give a shape of the same size",
      );
    return { dtype: input.dtype, shape };
  },
  indexMap: (input, params) => ({ index: reshapeIndex(input.shape, shapeParam("reshape", params)) }),
  transpose: (m, ct, input) => m.reshape(ct, input.shape),
  batched: (_input, params, size) => ({ shape: [size, ...shapeParam("reshape", params)] }),
  evaluate: ([x]) => [x.slice()],
});

const zero: Index = { kind: "const", value: 0 };

/** The input's index from the output's: axes are matched in the smallest groups of equal product, so most need no division. */
export function reshapeIndex(from: Shape, to: Shape): readonly Index[] {
  const index: Index[] = from.map(() => zero);
  if (sizeOf(from) === 0) return index;
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    const [i0, j0] = [i, j];
    let [a, b] = [from[i++], to[j++]];
    while (a !== b) {
      if (a < b) a *= from[i++];
      else b *= to[j++];
    }
    group(index, from, i0, i, to, j0, j);
  }
  return index;
}

function group(index: Index[], from: Shape, i0: number, i1: number, to: Shape, j0: number, j1: number): void {
  const outer = stridesOf(to.slice(j0, j1));
  let flat: Index = zero;
  for (let j = j0; j < j1; j++) {
    if (to[j] === 1) continue;
    const by = outer[j - j0];
    const axis: Index = { kind: "axis", axis: j };
    const term: Index = by === 1 ? axis : { kind: "scale", a: axis, by };
    flat = flat === zero ? term : { kind: "add", a: flat, b: term };
  }
  const inner = stridesOf(from.slice(i0, i1));
  let first = true;
  for (let i = i0; i < i1; i++) {
    if (from[i] === 1) continue;
    const by = inner[i - i0];
    const shifted: Index = by === 1 ? flat : { kind: "div", a: flat, by };
    index[i] = first ? shifted : { kind: "mod", a: shifted, by: from[i] };
    first = false;
  }
}
