// Arrays that may be neighbours in memory in, one array over all of them out.

export type Floats = Float64Array | Float32Array;

/** One array over neighbours in memory, or null where they are not neighbours. */
export function oneView(parts: readonly ArrayLike<number>[], dim: number): Floats | null {
  const isFloats = (p: unknown): p is Floats => p instanceof Float64Array || p instanceof Float32Array;
  const views = parts.filter(isFloats);
  if (views.length !== parts.length || views.length === 0) return null;
  const [{ buffer, byteOffset, BYTES_PER_ELEMENT: width }] = views;
  let at = byteOffset;
  for (const v of views) {
    if (v.buffer !== buffer || v.byteOffset !== at || v.BYTES_PER_ELEMENT !== width) return null;
    at += v.byteLength;
  }
  if (at - byteOffset !== width * dim) return null;
  return width === 8 ? new Float64Array(buffer, byteOffset, dim) : new Float32Array(buffer, byteOffset, dim);
}
