// A site's name, its shape and a row-major position in; the entry's name, theta[1,2], out. Indices start at 0, as NumPy's do.

/** The bare name for a scalar site. */
export function entryName(name: string, shape: readonly number[], entry: number): string {
  if (shape.length === 0) return name;
  const index: number[] = [];
  let rest = entry;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return `${name}[${index.join(",")}]`;
}
