// Row-major contents -> nested arrays, and -> text for the console.
import type { Data, Type } from "../ir/types.js";

export type Nested = number | Nested[];

/** Nested arrays of numbers in the given shape. */
export function nest(data: ArrayLike<number>, shape: readonly number[]): Nested {
  let at = 0;
  const build = (axis: number): Nested => {
    if (axis === shape.length) return data[at++]!;
    return Array.from({ length: shape[axis]! }, () => build(axis + 1));
  };
  return build(0);
}

/** Above this many elements only the edges of each axis are shown. */
const SHOW_ALL = 1000;
const EDGE = 3;

/** `f64[2,2] [[1, 2],\n [3, 4]]` */
export function formatTensor(type: Type, data: Data): string {
  const shape = type.dtype === "key" ? [...type.shape, 2] : type.shape;
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((n, d) => n * d, 1));
  const short = data.length > SHOW_ALL;
  const show = (axis: number, offset: number): string => {
    if (axis === shape.length) return formatNumber(data[offset]!, type.dtype === "bool");
    const n = shape[axis]!;
    const parts: string[] = [];
    for (let i = 0; i < n; i++) {
      if (short && n > 2 * EDGE && i === EDGE) {
        parts.push("...");
        i = n - EDGE;
      }
      parts.push(show(axis + 1, offset + i * strides[axis]!));
    }
    const separator = axis === shape.length - 1 ? ", " : `,\n${" ".repeat(axis + 1)}`;
    return `[${parts.join(separator)}]`;
  };
  return `${type.dtype}[${type.shape.join(",")}] ${show(0, 0)}`;
}

function formatNumber(x: number, bool: boolean): string {
  if (bool) return x ? "true" : "false";
  if (Object.is(x, -0)) return "-0";
  return Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(7)));
}
