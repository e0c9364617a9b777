// Axis arguments, counted from either end, as indices.

/** An axis counted from either end, as an index; throws outside [-ndim, ndim). */
export function axisOf(axis: number, ndim: number, name: string): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim)
    throw new RangeError(
      `${name}: axis ${axis} is out of range for ${ndim} dimension${ndim === 1 ? "" : "s"}.`,
    );
  return axis < 0 ? axis + ndim : axis;
}

/** Several axes, ascending, without repeats; undefined or null means all. */
export function axesOf(
  axis: number | readonly number[] | null | undefined,
  ndim: number,
  name: string,
): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: ndim }, (_, i) => i);
  if (typeof axis !== "number" && !Array.isArray(axis))
    throw new TypeError(
      `${name}: the axis must be a number or a list of numbers, got ${typeof axis}; options such as { keepdims: true } follow the axis.`,
    );
  const list = (typeof axis === "number" ? [axis] : [...(axis as readonly number[])])
    .map((a) => axisOf(a, ndim, name))
    .sort((a, b) => a - b);
  const twice = list.find((a, i) => a === list[i + 1]);
  if (twice !== undefined) throw new RangeError(`${name}: axis ${twice} is named twice.`);
  return list;
}
